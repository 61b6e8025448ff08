"""`winnow evaluate`, run as a person runs it: figures, where errors lie, and a page."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import Verdict
from services.cli.evaluating import evaluate
from services.runtime.cores import usable_cores
from services.trainer.graphs import OnnxModel
from tests.bundles import ATTACK_WORD, write_bundle
from tests.messages import alert, verdict
from tests.unit.cli.test_commands import winnow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, and history of twelve attacks, of which it knows eleven, and of twenty harmless alerts."""
    made = tmp_path_factory.mktemp("evaluate")
    write_bundle(made / "v7", version="v7")
    lines = []
    for number in range(32):
        title = ATTACK_WORD if number < 11 else "quiet"
        said = Verdict.TRUE_POSITIVE if number < 12 else Verdict.FALSE_POSITIVE
        name = f"winnow:x:{number}"
        lines.append(
            verdict(name, said, minutes=number + 40, alert=alert(name, minutes=number, title=title)).to_bytes()
        )
    (made / "history.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return made


def test_an_evaluation_tells_figures_and_where_the_errors_lie(folder: Path) -> None:
    """The attack that was missed stands in the second table."""
    done = winnow("evaluate", "v7", "history.jsonl", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "32 alerts, 12 attacks" in done.stdout
    for figure in ("saved_at_99", "attack_detection_rate", "expected_cost"):
        assert figure in done.stdout
    errors = done.stdout[done.stdout.index("Where it errs") :]
    assert "true_positive" in errors
    assert "0.917" in errors


def test_an_evaluation_is_written_for_programs_and_as_a_page(folder: Path) -> None:
    """The cost of a miss is what was asked for, per 1,000 alerts."""
    done = winnow(
        "evaluate", "v7", "history.jsonl", "--json", "--html", "page.html", "--miss-cost", "10", folder=folder
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["metrics"]["expected_cost"]["value"] == pytest.approx(1000 * 10 / 32)
    assert told["breakdown"][0]["dimension"] == "class"
    assert sum(one["alerts"] for one in told["detections"]) == 12
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "<h1>v7</h1>" in page
    assert "history.jsonl" in page
    attacked = page[page.index("Under attack") :]
    assert "12 of the attacks" in attacked
    assert "homoglyphs" in attacked


def test_the_bundle_is_loaded_once_and_encodes_on_every_processor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures and attacks come from the same loaded model, which encodes each text once for both."""
    load, threads = OnnxModel.load, []

    def counted(read: Callable[[str], bytes], **options: int) -> OnnxModel:
        threads.append(options["threads"])
        return load(read, threads=options["threads"])

    monkeypatch.setattr(OnnxModel, "load", counted)
    evaluate(str(folder / "v7"), folder / "history.jsonl", miss_cost=10.0)
    assert threads == [usable_cores()]
