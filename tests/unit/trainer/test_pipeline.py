"""A whole run in this process, on the tiny base: from a plan and a snapshot to a bundle that may serve."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Serving
from services.classifier.loading import load_bundle
from services.core.bundle import (
    CANARY_TEXTS,
    ENCODER,
    MANIFEST,
    REQUIRED_FILES,
    Manifest,
    read_manifest,
    sha256,
    verify_files,
)
from services.core.example import Example
from services.trainer.graphs import OnnxModel
from services.trainer.plan import BUNDLE, CHAMPION, PLAN, SNAPSHOT, RunPlan, RunResult, write_snapshot
from services.trainer.run import execute
from tests.learning import learnable, tiny_settings

_EASY = {"gate": {"minimum_attacks": 5, "minimum_harmless": 5}}


def _prepared(
    folder: Path, base: Path, examples: Sequence[Example], *, champion: Path | None = None, **settings: object
) -> RunPlan:
    folder.mkdir()
    serving = None
    if champion is not None:
        (folder / CHAMPION).mkdir()
        for name in (MANIFEST, *REQUIRED_FILES):
            (folder / CHAMPION / name).write_bytes((champion / name).read_bytes())
        data = (champion / MANIFEST).read_bytes()
        version = read_manifest(data).version
        serving = Serving(version=version, uri="models/alerts/x", manifest_sha256=sha256(data))
    plan = RunPlan(
        model_name="alerts",
        version=folder.name,
        created_at=datetime(2026, 3, 3, tzinfo=UTC),
        snapshot_sha256=write_snapshot(examples, folder / SNAPSHOT),
        verdicts=len(examples),
        champion=serving,
        training=tiny_settings(base, **(_EASY | settings)),
    )
    (folder / PLAN).write_text(plan.model_dump_json())
    return plan


@pytest.fixture(scope="module")
def first(base_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """The first model: its run's folder, and what came of it."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    plan = _prepared(folder, base_folder, learnable(700))
    return folder, execute(folder, plan)


def _manifest(folder: Path) -> Manifest:
    return read_manifest((folder / BUNDLE / MANIFEST).read_bytes())


def test_the_bundle_is_one_that_serves(first: tuple[Path, RunResult]) -> None:
    """Its manifest is readable, every file is what it says, and it is as small as int8 makes it."""
    folder, result = first
    assert result.failure == ""
    manifest = _manifest(folder)
    files = verify_files(manifest, lambda name: (folder / BUNDLE / name).read_bytes())
    assert set(files) == set(REQUIRED_FILES)
    assert set(manifest.files) == {path.name for path in (folder / BUNDLE).iterdir()} - {MANIFEST}
    assert {"card.md", "report.html"} < set(manifest.files)
    assert manifest.quantisation == "int8"
    assert manifest.files[ENCODER].size < 200_000
    assert [canary.text for canary in manifest.canaries] == list(CANARY_TEXTS)
    model = load_bundle(str(folder / BUNDLE), cache_bytes=0)  # which holds them against what it says itself
    assert model.version == manifest.version


def test_the_model_learned_and_was_promoted_over_the_baselines(first: tuple[Path, RunResult]) -> None:
    """What hangs on text and context together, no baseline sees; figures are those of the exported model."""
    folder, result = first
    manifest = _manifest(folder)
    assert result.promoted
    assert manifest.promoted
    assert result.metrics["f1"] > 0.85
    assert result.metrics["f1"] > result.metrics["baseline.tfidf_context.f1"] + 0.1
    held_out = learnable(700)[-140:]
    model = OnnxModel.load(lambda name: (folder / BUNDLE / name).read_bytes())
    shown = [row[0] >= model.threshold for row in model.probabilities(held_out)]
    recall = sum(s and e.is_attack for s, e in zip(shown, held_out, strict=True)) / sum(e.is_attack for e in held_out)
    assert recall == pytest.approx(manifest.metrics["recall"].value, abs=0.02)


def test_the_manifest_says_everything_about_the_run(first: tuple[Path, RunResult]) -> None:
    """Settings, libraries, data, and what the run took."""
    folder, result = first
    manifest = _manifest(folder)
    assert manifest.data.snapshot_sha256 == sha256((folder / SNAPSHOT).read_bytes())
    assert manifest.data.synthetic
    assert manifest.settings["training.epochs"] == 1
    assert manifest.settings["run.verdicts"] == 700
    assert manifest.settings["run.quality_rows"] == 700
    assert manifest.settings["run.quality_few_true_positive"] > 100
    assert {"quality_no_hand", "quality_warnings", "quality_blockers"} < set(result.metrics)
    page = (folder / BUNDLE / "report.html").read_text()
    assert "Few true positive" in page
    assert "unified repeats" in page
    assert {"train_seconds", "examples_per_second", "peak_memory_bytes", "temperature"} <= set(result.metrics)
    assert {"torch", "onnxruntime", "transformers", "peft"} <= set(manifest.libraries)
    assert all(reason.text for reason in manifest.gate)
    assert len(result.metrics) <= 128


def test_the_same_folder_gives_the_same_model_again(
    first: tuple[Path, RunResult], base_folder: Path, tmp_path: Path
) -> None:
    """Same snapshot, seed and settings: the same graphs byte by byte, the same figures."""
    plan = _prepared(tmp_path / "first", base_folder, learnable(700))
    result = execute(tmp_path / "first", plan)
    once, again = _manifest(first[0]), _manifest(tmp_path / "first")
    assert again.metrics == once.metrics
    assert [again.files[name] for name in REQUIRED_FILES] == [once.files[name] for name in REQUIRED_FILES]
    assert result.reasons == first[1].reasons


def test_a_worse_candidate_is_refused_beside_its_champion(
    first: tuple[Path, RunResult], base_folder: Path, tmp_path: Path
) -> None:
    """The champion is judged on the same alerts; a candidate that hardly learned loses against it."""
    settings = {"head_epochs": 1, "head_learning_rate": 1e-6, "epochs": 0}
    plan = _prepared(tmp_path / "worse", base_folder, learnable(700), champion=first[0] / BUNDLE, **settings)
    result = execute(tmp_path / "worse", plan)
    assert result.failure == ""
    assert not result.promoted
    assert result.metrics["champion.f1"] > result.metrics["f1"]
    assert _manifest(tmp_path / "worse").parent == "first"
    assert any(not reason.passed for reason in result.reasons)


def test_a_champion_that_is_damaged_does_not_stop_the_next_model(
    first: tuple[Path, RunResult], base_folder: Path, tmp_path: Path
) -> None:
    """It cannot be judged; the candidate is held against the baselines, and a reason says why."""
    plan = _prepared(tmp_path / "next", base_folder, learnable(700), champion=first[0] / BUNDLE)
    encoder = tmp_path / "next" / CHAMPION / ENCODER
    encoder.write_bytes(encoder.read_bytes()[:-1])
    result = execute(tmp_path / "next", plan)
    assert result.promoted
    assert "champion.f1" not in result.metrics
    assert any(reason.rule == "champion" and "encoder.onnx" in reason.text for reason in result.reasons)


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        (learnable(10), "DataError: 10 labelled alerts"),
        ([one for one in learnable(300) if not one.is_attack], "DataError: no attack"),
    ],
)
def test_too_little_to_learn_from_is_a_result_with_its_reason(
    examples: list[Example], said: str, base_folder: Path, tmp_path: Path
) -> None:
    """No bundle, no crash, and a person is told what is missing."""
    result = execute(tmp_path / "little", _prepared(tmp_path / "little", base_folder, examples))
    assert result.failure.startswith(said)
    assert not (tmp_path / "little" / BUNDLE / MANIFEST).exists()


def test_a_text_that_says_its_verdict_makes_no_model(base_folder: Path, tmp_path: Path) -> None:
    """It would pass every gate, and fail on the first new alert."""
    leaking = [
        replace(one, alert=one.alert.model_copy(update={"title": "closed as TruePositive"})) if one.is_attack else one
        for one in learnable(300)
    ]
    result = execute(tmp_path / "leak", _prepared(tmp_path / "leak", base_folder, leaking))
    assert result.failure.startswith("DataError: leaked_verdict: The text says what the model shall find out")


def test_examples_of_another_context_version_are_left_out(base_folder: Path, tmp_path: Path) -> None:
    """A buffer may hold what an older or newer classifier scored."""
    examples = learnable(60)
    other = [
        Example(
            alert=one.alert,
            context=one.context.model_copy(update={"version": 2}),
            label=one.label,
            decided_at=one.decided_at,
            analysts=one.analysts,
        )
        for one in examples
    ]
    plan = _prepared(tmp_path / "mixed", base_folder, [*examples[:20], *other[20:]])
    assert execute(tmp_path / "mixed", plan).failure.startswith("DataError: 20 labelled alerts")
