"""A whole run in this process, on the tiny base: from a plan and a snapshot to a bundle that may serve."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from math import log
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import optuna
import pytest

from schemas import Serving, SourceCoordinates
from services.classifier.engine import Model
from services.classifier.handler import Reading
from services.classifier.loading import load_bundle
from services.classifier.runs import Batches
from services.classifier.scorer import Question, Work, begin, score
from services.core.bundle import (
    ANSWER_FILES,
    CANARY_TEXTS,
    ENCODER,
    HEAD,
    LABELS,
    MANIFEST,
    NEIGHBOURS,
    REQUIRED_FILES,
    SURGES,
    Manifest,
    read_manifest,
    sha256,
    verify_files,
)
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.surges import FEATURE, Odds, Sighting, sighting
from services.trainer import pipeline
from services.trainer.by_hand import attack_bundle, evaluate_bundle, open_bundle
from services.trainer.candidate import Candidate
from services.trainer.graphs import OnnxModel
from services.trainer.plan import (
    BUNDLE,
    CHAMPION,
    PLAN,
    RECENT,
    SNAPSHOT,
    TRIALS,
    RunPlan,
    RunResult,
    write_recent,
    write_snapshot,
)
from services.trainer.run import execute
from services.trainer.surging import learn_surges
from services.trainer.wide import ROWS
from tests.gpus import take_the_cpu_for_a_gpu
from tests.learning import attacks, learnable, tiny_settings

_WIDE_BYTES = 4 * ROWS * (len(LABELS) + 1)
"""The wide voice's table, which stays in float32."""
_EASY = {"gate": {"minimum_attacks": 5, "minimum_harmless": 5}}


def _prepared(
    folder: Path,
    base: Path,
    examples: Sequence[Example],
    *,
    champion: Path | None = None,
    recent: Sequence[Sighting] | None = None,
    **settings: object,
) -> RunPlan:
    folder.mkdir()
    serving = None
    if champion is not None:
        (folder / CHAMPION).mkdir()
        for name in (MANIFEST, *ANSWER_FILES):
            (folder / CHAMPION / name).write_bytes((champion / name).read_bytes())
        data = (champion / MANIFEST).read_bytes()
        version = read_manifest(data).version
        serving = Serving(version=version, uri="models/alerts/x", manifest_sha256=sha256(data))
    plan = RunPlan(
        model_name="alerts",
        version=folder.name,
        created_at=datetime(2026, 3, 3, tzinfo=UTC),
        snapshot_sha256=write_snapshot(examples, folder / SNAPSHOT),
        recent_sha256=write_recent(_seen(examples) if recent is None else recent, folder / RECENT),
        verdicts=len(examples),
        champion=serving,
        training=tiny_settings(base, **(_EASY | settings)),
    )
    (folder / PLAN).write_text(plan.model_dump_json())
    return plan


def _seen(examples: Sequence[Example]) -> list[Sighting]:
    return [seen for one in examples if (seen := sighting(one.alert, one.context)) is not None]


_ODDS = {"odds": Odds(at_measure=-1.0, per_doubling=0.25)}


@pytest.fixture(scope="module")
def first(base_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """The first model: its run's folder, and what came of it. Odds of surges, which take days, are put in its place."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    plan = _prepared(folder, base_folder, learnable(700))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "learn_surges", lambda examples: learn_surges(examples).model_copy(update=_ODDS))
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
    assert manifest.files[ENCODER].size < 200_000 + _WIDE_BYTES
    assert [canary.text for canary in manifest.canaries] == list(CANARY_TEXTS)
    model = load_bundle(str(folder / BUNDLE), cache_bytes=0)  # which holds them against what it says itself
    assert model.version == manifest.version


@pytest.mark.parametrize("cache_bytes", [0, 1 << 20])
def test_the_classifier_answers_as_the_trainer_judged(first: tuple[Path, RunResult], cache_bytes: int) -> None:
    """Of every alert, whatever came before it, on whichever thread, from the cache or anew; and decides by it.

    Every third is of a rule that fires far more often than the model ever learned.
    """
    folder, _ = first
    examples = [_surging(one) if place % 3 == 0 else one for place, one in enumerate(learnable(300, seed=4))]
    judged = OnnxModel.load(lambda name: (folder / BUNDLE / name).read_bytes())
    expected = dict(zip((one.alert.alert_id for one in examples), judged.probabilities(examples), strict=True))
    model = load_bundle(str(folder / BUNDLE), cache_bytes=cache_bytes)
    Random(1).shuffle(examples)
    with ThreadPoolExecutor(3) as pool:
        scores = list(pool.map(lambda one: score(_question(one, model), clock=lambda: one.decided_at), examples))
    for found in scores:
        assert found.probabilities is not None
        said = tuple(found.probabilities.model_dump().values())
        assert said == pytest.approx(expected[found.alert.alert_id], abs=1e-6)
        if found.decision is None:
            assert found.shown is (expected[found.alert.alert_id][0] >= judged.threshold)


def test_a_model_for_gpus_answers_in_batches_as_it_was_judged(
    base_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many texts at once, filled up: the canaries hold, and no answer moves further than float16 rounds."""
    folder = tmp_path / "run"
    result = execute(folder, _prepared(folder, base_folder, learnable(700), quantise="float16"))
    assert result.failure == ""
    manifest = _manifest(folder)
    assert manifest.quantisation == "float16"
    assert 0 <= float(manifest.settings["run.float16_probability"]) < 0.01
    take_the_cpu_for_a_gpu(monkeypatch)
    model = load_bundle(str(folder / BUNDLE), cache_bytes=0)
    assert isinstance(model.encoder, Batches)
    examples = learnable(100, seed=4)
    expected = OnnxModel.load(lambda name: (folder / BUNDLE / name).read_bytes()).probabilities(examples)
    judges = begin([_question(one, model) for one in examples], clock=lambda: examples[0].decided_at)
    for judge, said in zip(judges, expected, strict=True):
        found = judge().probabilities
        assert found is not None
        assert tuple(found.model_dump().values()) == pytest.approx(said, abs=0.01)


def _surging(one: Example) -> Example:
    place = FEATURES[CONTEXT_VERSION].index(FEATURE)
    values = [10.0 if at == place else value for at, value in enumerate(one.context.values)]
    return replace(one, context=one.context.model_copy(update={"values": tuple(values)}))


def test_a_surge_is_judged_by_the_odds_of_what_was_learned(first: tuple[Path, RunResult]) -> None:
    """The bundle brings them along, and tells them; none that the model calls harmless is called so."""
    folder, _ = first
    judged = OnnxModel.load(lambda name: (folder / BUNDLE / name).read_bytes())
    assert judged.surges is not None
    surging = [_surging(one) for one in learnable(100, seed=4)]
    said = judged.probabilities(surging)
    assert min(row[0] for row in said) == pytest.approx(_ODDS["odds"].chance(10 / log(2.0)))
    assert min(row[0] for row in said) > judged.surges.shares[0]
    settings = _manifest(folder).settings
    assert (settings["run.surge_at_measure"], settings["run.surge_per_doubling"]) == (-1.0, 0.25)


@pytest.mark.parametrize("recent", ["few", "bursts"])
def test_surges_are_not_told_where_verdicts_tell_too_little_of_the_stream(
    base_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, recent: str
) -> None:
    """Where only the first alert of each burst was judged, all others would be surges."""
    examples = learnable(700)
    seen = _seen(examples)[:10] if recent == "few" else [each._replace(fired=3.0) for each in _seen(examples)]
    with caplog.at_level("INFO"):
        result = execute(tmp_path / "run", _prepared(tmp_path / "run", base_folder, examples, recent=seen))
    assert result.failure == ""
    assert "surges cannot be told" in caplog.text
    assert SURGES not in _manifest(tmp_path / "run").files
    assert open_bundle(str(tmp_path / "run" / BUNDLE)).surges is None


def _question(one: Example, model: Model) -> Question:
    reading = Reading(alert=one.alert, origin=SourceCoordinates(topic="t", partition=0, offset=0))
    at = one.decided_at
    work = Work(reading=reading, context=one.context, produced_at=at, received_at=at, normalised_at=at)
    return Question(work=work, model=model)


def test_the_model_learned_and_was_promoted_over_the_baselines(first: tuple[Path, RunResult]) -> None:
    """What hangs on text and context together, no baseline sees; figures are those of the exported model."""
    folder, result = first
    manifest = _manifest(folder)
    assert result.promoted
    assert manifest.promoted
    assert result.metrics["f1"] > 0.85
    assert result.metrics["f1"] > result.metrics["baseline.tfidf_context.f1"] + 0.1
    assert manifest.metrics["vs.linear_probe.f1"].low > 0
    gap = result.metrics["f1"] - result.metrics["baseline.linear_probe.f1"]
    assert result.metrics["vs.linear_probe.f1"] == pytest.approx(gap)
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
    assert float(manifest.settings["run.quality_few_true_positive"]) > 100
    assert {"quality_no_hand", "quality_warnings", "quality_blockers"} < set(result.metrics)
    page = (folder / BUNDLE / "report.html").read_text()
    assert "Few true positive" in page
    assert "unified repeats" in page
    assert {"train_seconds", "examples_per_second", "peak_memory_bytes", "temperature"} <= set(result.metrics)
    assert {"torch", "onnxruntime", "transformers", "peft"} <= set(manifest.libraries)
    assert all(reason.text for reason in manifest.gate)
    assert result.metrics["size_bytes"] == sum(manifest.files[name].size for name in REQUIRED_FILES)
    assert 0 < result.metrics["latency_p50_seconds"] <= result.metrics["latency_p95_seconds"] < 1
    assert {"latency", "size", "calibration_error"} <= {reason.rule for reason in manifest.gate}
    assert len(result.metrics) <= 128


def test_what_the_nearest_judged_alerts_are_goes_along(first: tuple[Path, RunResult]) -> None:
    """Vectors of length one, attacks and harmless alerts, none with the text and verdict of another; and the means."""
    folder, _ = first
    kept = np.load(folder / BUNDLE / NEIGHBOURS, allow_pickle=False)
    assert kept["vectors"].dtype == np.float16
    assert np.linalg.norm(kept["vectors"].astype(float), axis=1) == pytest.approx(1, abs=0.01)
    assert len(kept["vectors"]) == len(kept["verdicts"]) == len(kept["alert_ids"])
    verdicts = dict(zip(kept["alert_ids"].tolist(), kept["verdicts"].tolist(), strict=True))
    truth = {one.alert.alert_id: one.label.value for one in learnable(700)}
    assert verdicts == {name: truth[name] for name in verdicts}
    assert "true_positive" in verdicts.values()
    assert len(set(verdicts.values())) > 1
    means = _manifest(folder).context_means
    assert 0.5 < means[0] < 2.5
    assert means[1] == 0
    assert kept["vectors"].shape[1] == 32


def test_with_too_few_attacks_nothing_may_close_and_the_report_says_so(first: tuple[Path, RunResult]) -> None:
    """Seven hundred verdicts on eight rules and hosts: the alerts are shown as ever."""
    folder, result = first
    decisions = _manifest(folder).decisions
    assert decisions is not None
    assert not decisions.in_force
    assert "saved" not in result.metrics
    assert "299 are needed" in decisions.bands[0].reason
    page = (folder / BUNDLE / "report.html").read_text()
    assert "No alert may close" in page
    assert "299 are needed" in page


def test_with_enough_attacks_the_promise_and_what_it_came_to_are_in_manifest_and_report(
    base_folder: Path, tmp_path: Path
) -> None:
    """Every alert an incident of its own, and a promise that fifteen attacks can bear."""
    examples = [replace(one, incident=one.alert.alert_id) for one in learnable(700)]
    settings: dict[str, Any] = {
        "split": {"calibration_minimum": 10},
        "decisions": {"miss_rate": 0.2, "exempt": []},
        "neighbours": 0,
    }
    result = execute(tmp_path / "enough", _prepared(tmp_path / "enough", base_folder, examples, **settings))
    manifest = _manifest(tmp_path / "enough")
    assert NEIGHBOURS not in manifest.files
    assert manifest.decisions is not None
    assert manifest.decisions.in_force
    assert all(band.may_close <= manifest.threshold for band in manifest.decisions.bands if band.may_close is not None)
    assert 0 < result.metrics["saved"] < 1
    assert manifest.metrics["missed_units"].support == manifest.metrics["recall"].support
    page = (tmp_path / "enough" / BUNDLE / "report.html").read_text()
    assert "Attacks missed (promised: 0.200)" in page
    evaluation = evaluate_bundle(open_bundle(str(tmp_path / "enough" / BUNDLE)), examples[-140:])
    assert evaluation.metrics["saved"].value == pytest.approx(result.metrics["saved"], abs=0.02)


def test_the_model_is_judged_under_attack_beside_the_baseline(first: tuple[Path, RunResult]) -> None:
    """Some attacks of the holdout are edited, what that costs is in the manifest, and the gate has a rule about it."""
    manifest = _manifest(first[0])
    metrics = manifest.metrics
    assert metrics["adversarial.recall"].support == attacks(learnable(700)[-140:])
    kept = metrics["recall"].value - metrics["adversarial.loss"].value  # all attacks of the holdout were tried
    assert metrics["adversarial.recall"].value == pytest.approx(kept)
    assert metrics["baseline.tfidf_context.adversarial.recall"].support == metrics["adversarial.recall"].support
    assert {"adversarial.quoting", "adversarial.renamed"} <= set(metrics)
    assert [reason.rule for reason in manifest.gate].count("adversarial_recall") == 1
    assert "Under attack" in (first[0] / BUNDLE / "report.html").read_text()


def test_a_bundle_is_attacked_by_hand_as_it_serves(first: tuple[Path, RunResult]) -> None:
    """What `winnow evaluate` shows: on so many attacks, with the bundle's own threshold."""
    attacked = attack_bundle(open_bundle(str(first[0] / BUNDLE)), learnable(120), limit=10)
    assert len(attacked.before) == 10
    assert attacked.edits["quoting"].applicable == 10
    assert attacked.recall.value <= attacked.recall_before.value


def test_a_model_learns_from_edited_copies_unless_it_shall_not(
    first: tuple[Path, RunResult], base_folder: Path, tmp_path: Path
) -> None:
    """They are of the training part only: without them the parts have the same sizes, the model is another."""
    plan = _prepared(tmp_path / "plain", base_folder, learnable(700), augment=0.0, adversarial_alerts=0)
    result = execute(tmp_path / "plain", plan)
    manifest = _manifest(tmp_path / "plain")
    assert result.failure == ""
    assert manifest.data == _manifest(first[0]).data
    assert manifest.files[HEAD] != _manifest(first[0]).files[HEAD]
    assert "adversarial.recall" not in manifest.metrics
    (rule,) = (reason for reason in manifest.gate if reason.rule == "adversarial_recall")
    assert rule.passed
    assert rule.text.startswith("not judged: ")


def test_a_run_with_time_for_it_searches_and_trains_by_what_it_found(base_folder: Path, tmp_path: Path) -> None:
    """The manifest has the settings that were used, the report what was tried."""
    folder = tmp_path / "searched"
    plan = _prepared(folder, base_folder, learnable(300), search_seconds=4, adversarial_alerts=0)
    result = execute(folder, plan)
    assert result.failure == ""
    journal = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(folder / TRIALS)))
    study = optuna.load_study(study_name="run", storage=journal)
    assert result.metrics["trials"] == len(study.trials) >= 2
    settings = _manifest(folder).settings
    best = study.best_params or {"learning_rate": plan.training.learning_rate}
    assert {name: settings[f"training.{name}"] for name in best} == best
    page = (folder / BUNDLE / "report.html").read_text()
    assert "<h2>Search</h2>" in page
    assert page.count("as given") == 1


def test_the_same_folder_gives_the_same_model_again(
    first: tuple[Path, RunResult], base_folder: Path, tmp_path: Path
) -> None:
    """Same snapshot, seed and settings: the same graphs byte by byte, the same figures but for the time it took."""
    plan = _prepared(tmp_path / "first", base_folder, learnable(700))
    result = execute(tmp_path / "first", plan)
    once, again = _manifest(first[0]), _manifest(tmp_path / "first")
    assert again.metrics == once.metrics
    assert [again.files[name] for name in REQUIRED_FILES] == [once.files[name] for name in REQUIRED_FILES]
    assert [one for one in result.reasons if one.rule != "latency"] == [
        one for one in first[1].reasons if one.rule != "latency"
    ]


def test_a_worse_candidate_is_refused_beside_its_champion(
    first: tuple[Path, RunResult], base_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The champion is judged on the same alerts; a candidate that hardly learned loses against it.

    However much hangs on what it says of the part for thresholds, it is asked about it once.
    """
    asked: list[list[str]] = []
    answer = Candidate.probabilities

    def counted(candidate: Candidate, examples: Sequence[Example]) -> list[tuple[float, ...]]:
        asked.append([one.alert.alert_id for one in examples])
        return answer(candidate, examples)

    monkeypatch.setattr(Candidate, "probabilities", counted)
    settings: dict[str, Any] = {"head_epochs": 1, "head_learning_rate": 1e-6, "epochs": 0}
    plan = _prepared(tmp_path / "worse", base_folder, learnable(700), champion=first[0] / BUNDLE, **settings)
    result = execute(tmp_path / "worse", plan)
    assert result.failure == ""
    assert not result.promoted
    assert result.metrics["champion.f1"] > result.metrics["f1"]
    assert result.metrics["vs.champion.f1"] < 0
    assert {"saved_at_99", "collapse_source", "collapse_tactic"} <= {reason.rule for reason in result.reasons}
    assert result.metrics["champion_size_bytes"] > 0
    assert _manifest(tmp_path / "worse").parent == "first"
    assert asked.count(asked[0]) == 1
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
        ([one for one in learnable(300) if not one.is_attack], "DataError: one_sided: There is no attack"),
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
    contested = [replace(one, contested=True) for one in leaking]  # which cannot be divided either
    for number, examples in enumerate((leaking, contested)):
        folder = tmp_path / str(number)
        result = execute(folder, _prepared(folder, base_folder, examples))
        assert result.failure.startswith("DataError: leaked_verdict: The text says what the model shall find out")


def test_examples_of_another_context_version_are_left_out(base_folder: Path, tmp_path: Path) -> None:
    """A buffer may hold what an older or newer classifier scored."""
    examples = learnable(60)
    other = [replace(one, context=one.context.model_copy(update={"version": 99})) for one in examples]
    plan = _prepared(tmp_path / "mixed", base_folder, [*examples[:20], *other[20:]])
    assert execute(tmp_path / "mixed", plan).failure.startswith("DataError: 20 labelled alerts")


def test_a_model_of_fewer_layers_is_a_smaller_one_that_serves(
    base_folder: Path, tmp_path: Path, first: tuple[Path, RunResult]
) -> None:
    """One layer of two, and the bundle says so."""
    folder = tmp_path / "cheap"
    execute(folder, _prepared(folder, base_folder, learnable(700), layers=1))
    manifest, whole = _manifest(folder), _manifest(first[0])
    assert (manifest.settings["run.layers"], whole.settings["run.layers"]) == (1, 2)
    assert manifest.files[ENCODER].size < whole.files[ENCODER].size
    assert load_bundle(str(folder / BUNDLE), cache_bytes=0).version == manifest.version
