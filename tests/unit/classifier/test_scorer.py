"""One alert judged."""

from math import log
from pathlib import Path

import pytest

from schemas import ContextV1, Entities, ScoreStatus, ScoreV1, SourceCoordinates, UnscoredReason
from schemas.alert import Host
from services.classifier.engine import Model
from services.classifier.handler import Reading
from services.classifier.loading import load_bundle
from services.classifier.scorer import Question, Work, score, score_known, unscored
from services.classifier.scoring import score_lines
from services.core.bundle import SURGES
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.surges import Odds, Surges, sighting
from services.siem.reading import BUILT_IN
from services.siem.refusal import Refusal
from tests.bundles import ATTACK_WORD, write_bundle
from tests.messages import NOON, alert, at


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """A model that shows alerts at 0.5."""
    return load_bundle(str(write_bundle(tmp_path / "v1")), cache_bytes=1 << 20)


ON_WEB = Entities(host=Host(name="web"))
NOTHING_BEFORE = (0.0,) * len(FEATURES[CONTEXT_VERSION])


def work(title: str = "nothing", *, values: tuple[float, ...] = NOTHING_BEFORE) -> Work:
    """An alert that waits."""
    origin = SourceCoordinates(topic="siem.alerts", partition=0, offset=3)
    return Work(
        reading=Reading(alert=alert("winnow:t:1", title=title, entities=ON_WEB), origin=origin),
        context=ContextV1(version=CONTEXT_VERSION, values=values),
        produced_at=NOON,
        received_at=at(1),
        normalised_at=at(2),
    )


def test_a_score_says_who_judged_what_and_where_it_stood(model: Model) -> None:
    """The record the trainer learns from."""
    made = score(Question(work=work(ATTACK_WORD), model=model), clock=lambda: at(3))
    assert made.status is ScoreStatus.SCORED
    assert made.model_version == "v1"
    assert made.text_version == model.manifest.text_version
    assert made.origin.offset == 3
    assert made.context.values == NOTHING_BEFORE
    assert (made.times.produced_at, made.times.encoded_at, made.times.scored_at) == (NOON, at(3), at(3))
    assert ScoreV1.from_bytes(made.to_bytes()) == made


def test_an_alert_is_shown_from_the_threshold_on(model: Model) -> None:
    """P(true positive) at or above the manifest's threshold."""
    assert score(Question(work=work(ATTACK_WORD), model=model), clock=lambda: NOON).shown
    assert not score(Question(work=work("nothing"), model=model), clock=lambda: NOON).shown


SURGE = (0.0, 5.0, *NOTHING_BEFORE[2:])
"""A context in which the rule fired some 150 times within the hour."""


def _rule() -> str:
    seen = sighting(work().reading.alert, work().context)
    assert seen is not None
    return seen.rule


@pytest.fixture
def wary(tmp_path: Path) -> Model:
    """A model that learned of one rule, which fired twice at most; six alerts of ten were attacks."""
    surges = Surges(highest={_rule(): 1.1}, shares=(0.6, 0.1, 0.3))
    return load_bundle(str(write_bundle(tmp_path / "v2", others={SURGES: surges.to_bytes()})), cache_bytes=1 << 20)


def test_a_surge_is_believed_no_more_harmless_than_what_was_learned(model: Model, wary: Model) -> None:
    """It is shown, and says why; a model that knows nothing of surges is believed."""
    plain = score(Question(work=work(values=SURGE), model=model), clock=lambda: NOON)
    assert not plain.shown
    assert not plain.surge
    first = score(Question(work=work(values=SURGE), model=wary), clock=lambda: NOON)
    assert first.probabilities is not None
    assert tuple(first.probabilities.model_dump().values()) == (0.6, 0.1, 0.3)
    assert first.shown
    assert first.surge
    assert "more than twice as often" in first.because[0]
    assert "P(true_positive) 0.600" in first.because[0]
    assert score_known(Question(work=work(values=SURGE), model=wary), clock=lambda: NOON) == first


def test_what_the_model_calls_likely_is_a_surge_where_such_surges_are_likelier(tmp_path: Path) -> None:
    """The odds of so many doublings; the rest goes to the other labels by their shares."""
    surges = Surges(highest={_rule(): 1.1}, shares=(0.0, 0.25, 0.75), odds=Odds(at_measure=log(9), per_doubling=0.0))
    folder = write_bundle(tmp_path / "v3", others={SURGES: surges.to_bytes()})
    made = score(Question(work=work(values=SURGE), model=load_bundle(str(folder), cache_bytes=0)), clock=lambda: NOON)
    assert made.probabilities is not None
    assert tuple(made.probabilities.model_dump().values()) == pytest.approx((0.9, 0.025, 0.075))
    assert made.surge
    assert "P(true_positive) 0.900" in made.because[0]


def test_what_is_no_surge_is_judged_by_the_model_alone(model: Model, wary: Model) -> None:
    """So is a surge that the model itself calls an attack."""
    for waiting in (work(), work(ATTACK_WORD, values=SURGE)):
        plain, cautious = (score(Question(work=waiting, model=each), clock=lambda: NOON) for each in (model, wary))
        assert plain.probabilities == cautious.probabilities
        assert cautious.because == plain.because
        assert not cautious.surge


def test_only_a_known_text_is_scored_at_once(model: Model) -> None:
    """The rest waits for the encoder."""
    assert score_known(Question(work=work(), model=model), clock=lambda: NOON) is None
    first = score(Question(work=work(), model=model), clock=lambda: NOON)
    assert score_known(Question(work=work(), model=model), clock=lambda: NOON) == first


def test_a_model_that_fails_leaves_the_alert_unscored_and_shown(model: Model) -> None:
    """Here the context does not fit; the reason is told, and the alert is never held back."""
    for made in (
        score(Question(work=work(values=()), model=model), clock=lambda: NOON),
        score_known(Question(work=work(values=()), model=model), clock=lambda: NOON),
    ):
        assert made is not None
        assert made.status is ScoreStatus.UNSCORED
        assert made.unscored_reason is UnscoredReason.MODEL_ERROR
        assert "context" in made.unscored_detail
        assert made.shown


def test_an_unknown_failure_tells_its_kind_and_nothing_of_the_alert(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library's message may quote what it choked on."""

    def broken(_: object) -> str:
        raise ValueError("the alert's own words")

    monkeypatch.setattr(model, "render", broken)
    assert score(Question(work=work(), model=model), clock=lambda: NOON).unscored_detail == "ValueError"


def test_without_a_model_the_reason_says_so() -> None:
    """Alerts pass before the first model exists."""
    made = unscored(work(), reason=UnscoredReason.NO_MODEL, clock=lambda: NOON)
    assert made.shown
    assert made.model_version is None


def test_a_file_is_scored_line_by_line_with_its_own_context(model: Model) -> None:
    """What is refused keeps its place; empty lines are none."""
    lines = [
        alert("winnow:t:1").to_bytes(),
        b"",
        b"no alert",
        alert("winnow:t:2", minutes=0.5).to_bytes(),
    ]
    first, refused, second = score_lines(lines, model, reader=BUILT_IN, now=NOON, format_name="winnow")
    assert isinstance(first, ScoreV1)
    assert isinstance(refused, Refusal)
    assert isinstance(second, ScoreV1)
    assert refused.index == 2
    assert second.origin.offset == 3
    assert second.context.values[0] > first.context.values[0]
