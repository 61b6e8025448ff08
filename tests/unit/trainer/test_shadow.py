"""A candidate in shadow is judged by what was raised since, with the graphs that would serve."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schemas import Candidate, ContextV1, ModelEvent, ModelEventV1, Serving
from services.core.bundle import ENCODER, MANIFEST, sha256
from services.core.context import CONTEXT_VERSION
from services.core.errors import DataError
from services.core.example import Example
from services.core.gate import GatePolicy
from services.trainer.graphs import OnnxModel
from services.trainer.handler import raised_since
from services.trainer.shadow import judge_in_shadow
from tests.bundles import ATTACK_WORD, write_bundle
from tests.labelled import FP, PLACES, TP, of_alert
from tests.messages import alert, at

POLICY = GatePolicy(calibration_limit=1.0)


def raised(attacks: int, harmless: int) -> list[Example]:
    """So many attacks, each with the word that the bundles know, and harmless alerts."""
    return [
        of_alert(
            alert(f"winnow:test:{number}", minutes=number, title=ATTACK_WORD if number < attacks else "quiet"),
            TP if number < attacks else FP,
        )
        for number in range(attacks + harmless)
    ]


def begun(minutes: float) -> ModelEventV1:
    """The event of a shadow that began just before so many minutes after noon."""
    return ModelEventV1(
        model_name="alerts",
        event=ModelEvent.SHADOWED,
        candidate=Candidate(version="v2"),
        serving=None,
        occurred_at=at(minutes) - timedelta(seconds=1),
    )


def serving(folder: Path, *, lean: float = 0.0) -> Serving:
    """A bundle as an event names it."""
    write_bundle(folder, version=folder.name, lean=lean)
    return Serving(version=folder.name, uri=str(folder), manifest_sha256=sha256((folder / MANIFEST).read_bytes()))


def test_only_alerts_raised_since_judge() -> None:
    """What is older may have been learned from under another verdict; what is contested judges nothing."""
    examples = raised(5, 5)
    contested = replace(examples[-1], contested=True)
    assert raised_since(begun(4), [*examples, contested]) == examples[4:]


def test_an_alert_whose_context_could_not_be_made_judges_nobody(tmp_path: Path) -> None:
    """It was scored with an empty one, which no model can read: the shadow must end all the same."""
    examples = raised(30, 60)
    empty = replace(examples[0], context=ContextV1(version=CONTEXT_VERSION, partial=True))
    other = replace(examples[0], context=ContextV1(version=CONTEXT_VERSION + 1, values=(0.0,) * PLACES))
    since = raised_since(begun(0), [empty, *examples, other])
    assert since == examples
    assert judge_in_shadow(serving(tmp_path / "v2"), serving(tmp_path / "v1"), since, policy=POLICY).promoted
    model = OnnxModel.load(lambda name: (tmp_path / "v2" / name).read_bytes())
    with pytest.raises(DataError, match=f"{PLACES} numbers of context, an example was scored with 0"):
        model.probabilities([examples[0], empty])


def test_a_candidate_that_holds_is_promoted_and_one_that_lost_its_recall_is_not(tmp_path: Path) -> None:
    """One says of every alert that it is none."""
    champion, good = serving(tmp_path / "v1"), serving(tmp_path / "v2")
    blind = serving(tmp_path / "v3", lean=-20.0)
    examples = raised(30, 60)
    assert judge_in_shadow(good, champion, examples, policy=POLICY).promoted
    outcome = judge_in_shadow(blind, champion, examples, policy=POLICY)
    assert "recall" in {reason.rule for reason in outcome.reasons if not reason.passed}
    assert not judge_in_shadow(blind, None, examples, policy=POLICY).promoted


@pytest.mark.parametrize(("attacks", "harmless"), [(19, 60), (60, 19), (0, 0)])
def test_with_too_few_verdicts_what_the_gate_said_before_stands(tmp_path: Path, attacks: int, harmless: int) -> None:
    """A quiet week refuses nobody, and the reason says that nothing was proved."""
    blind = serving(tmp_path / "v3", lean=-20.0)
    outcome = judge_in_shadow(blind, None, raised(attacks, harmless), policy=POLICY)
    assert outcome.promoted
    assert outcome.reasons[0].text.startswith(f"not judged: {attacks} attacks and {harmless} harmless alerts")


def test_a_candidate_that_cannot_be_run_is_refused_however_few_verdicts_there_are(tmp_path: Path) -> None:
    """A file was lost or changed meanwhile; every classifier would refuse it."""
    broken, champion = serving(tmp_path / "v2"), serving(tmp_path / "v1")
    (tmp_path / "v2" / ENCODER).write_bytes(b"changed")
    outcome = judge_in_shadow(broken, champion, [], policy=POLICY)
    assert not outcome.promoted
    assert "encoder.onnx" in outcome.reasons[0].text
    (tmp_path / "v2" / MANIFEST).unlink()
    assert not judge_in_shadow(broken, champion, [], policy=POLICY).promoted


def test_a_first_model_that_passed_beside_baselines_is_not_held_to_floors_in_shadow(tmp_path: Path) -> None:
    """What floors ask for few attacks may never reach; the best baseline, which it beat, is not there to be beaten."""
    examples = raised(30, 60)
    hard = replace(POLICY, floor_average_precision=1.01)
    outcome = judge_in_shadow(serving(tmp_path / "v2"), None, examples, policy=hard)
    assert outcome.promoted
    assert "not judged" in {reason.rule: reason.text for reason in outcome.reasons}["first_model"]


def test_a_champion_that_is_gone_is_as_none(tmp_path: Path) -> None:
    """The floors of a first model hold then."""
    good, champion = serving(tmp_path / "v2"), serving(tmp_path / "v1")
    (tmp_path / "v1" / ENCODER).unlink()
    outcome = judge_in_shadow(good, champion, raised(30, 60), policy=POLICY)
    assert "first_recall" in {reason.rule for reason in outcome.reasons}
