"""`winnow data report`: counts, then what is wrong with them; exit code 1 where no model should be made."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from services.core.example import Example
from services.runtime.buffer import Batch, ReadVerdict, open_writer
from services.runtime.settings import BufferSettings
from tests.defects import healthy, labelled, saying
from tests.labelled import TP
from tests.messages import score, verdict
from tests.unit.cli.test_commands import winnow


def _buffer(folder: Path, examples: Sequence[Example]) -> dict[str, str]:
    """A buffer that holds these examples, and the environment that names it."""
    url = f"sqlite:///{folder}/buffer.db"
    writer = open_writer(BufferSettings(url=SecretStr(url)))
    scores = [
        score(one.alert.alert_id, of=one.alert, offset=place, minutes=90 * place, values=one.context.values)
        for place, one in enumerate(examples)
    ]
    verdicts = [
        verdict(one.alert.alert_id, one.label, analyst=one.analysts[0], minutes=90 * place + 30)
        for place, one in enumerate(examples)
    ]
    writer.store(Batch(scores=scores, verdicts=[ReadVerdict(feedback=one) for one in verdicts]))
    writer.close()
    return {"WINNOW_BUFFER__URL": url}


def test_findings_follow_the_counts(tmp_path: Path) -> None:
    """A warning is no failure; each finding says what to do."""
    done = winnow("data", "report", folder=tmp_path, **_buffer(tmp_path, healthy(60)))
    assert done.returncode == 0, done.stderr
    assert "Quality of 60 rows; " in done.stdout
    assert "few_true_positive" in done.stdout
    assert "winnow feedback import" in done.stdout
    assert done.stderr == ""  # no bar where nobody watches


def test_a_blocker_is_exit_code_1_and_json_has_findings_whole(tmp_path: Path) -> None:
    """A program reads the same, with ten examples each."""
    leaking = [*healthy(60), *(saying(labelled(n, TP), "TruePositive") for n in range(1000, 1030))]
    done = winnow("data", "report", "--json", folder=tmp_path, **_buffer(tmp_path, leaking))
    assert done.returncode == 1, done.stderr
    quality = json.loads(done.stdout)["quality"]
    (leak,) = [finding for finding in quality["findings"] if finding["name"] == "leaked_verdict"]
    assert (leak["severity"], leak["count"], len(leak["examples"])) == ("blocker", 30, 10)
    assert quality["rows"] == 90


def test_without_the_trainer_s_extra_the_counts_are_shown_and_what_is_missing_is_said(tmp_path: Path) -> None:
    """A machine that only collects has no scikit-learn."""
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "sklearn.py").write_text("raise ModuleNotFoundError(\"no\", name='sklearn')\n")
    path = f"{tmp_path / 'shadow'}:{Path(__file__).parents[3]}"
    done = winnow("data", "report", folder=tmp_path, PYTHONPATH=path, **_buffer(tmp_path, healthy(60)))
    assert done.returncode == 0, done.stderr
    assert "Examples by class" in done.stdout
    assert "sklearn is not installed; install Winnow with the extra 'trainer'" in done.stderr
    assert "a class needs about 500" in done.stderr.replace("\n", " ")
    done = winnow("data", "report", "--json", folder=tmp_path, PYTHONPATH=path, **_buffer(tmp_path, healthy(60)))
    assert json.loads(done.stdout)["quality"] == {"missing": "sklearn"}
