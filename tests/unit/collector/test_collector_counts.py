"""The collector's metrics: what a stored batch adds to them."""

from collections import Counter

from prometheus_client import CollectorRegistry

from schemas import DeadLetterReason, Decision, SourceCoordinates, Verdict, VerdictOrigin
from services.collector.counts import Counts
from services.runtime.buffer import Judged, Stored
from services.runtime.dead_letters import DeadLetterAlarm, dead_letter
from services.runtime.metrics import CollectorMetrics
from tests.messages import at, score, verdict

SCORES, VERDICTS = "winnow.scores", "siem.feedback"
SHOWN_TP = {"model_version": "m1", "shown": "true", "verdict": "true_positive"}


class Counted:
    """Counts, and the registry they can be read from."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        alarms = {topic: DeadLetterAlarm(bound=0.5, window=10, least=4) for topic in (SCORES, VERDICTS)}
        self.counts = Counts(CollectorMetrics(self.registry), alarms=alarms)

    def value(self, name: str, **labels: str) -> float | None:
        """A sample's value, or none where there is no such sample."""
        return self.registry.get_sample_value(name, labels)


def test_judgements_made_and_withdrawn_are_counted_apart() -> None:
    """A counter never falls: what is judged now is their difference."""
    counted = Counted()
    one = Judged(model_version="m1", shown=True, verdict=Verdict.TRUE_POSITIVE)
    counted.counts.stored(Stored(judged=Counter({one: 3})))
    counted.counts.stored(Stored(withdrawn=Counter({one: 1})))
    assert counted.value("winnow_judged_total", **SHOWN_TP) == 3
    assert counted.value("winnow_judged_withdrawn_total", **SHOWN_TP) == 1


def test_a_new_models_counters_show_at_zero_before_its_first_verdict() -> None:
    """Prometheus cannot tell how much a counter grew before it first saw it."""
    counted = Counted()
    counted.counts.stored(Stored(scores=(score(model="m1"),)))
    assert counted.value("winnow_judged_total", **SHOWN_TP) == 0
    assert counted.value("winnow_judged_total", **(SHOWN_TP | {"shown": "false", "verdict": "false_positive"})) == 0
    assert counted.value("winnow_scores_stored_total") == 1


def test_a_judgement_shows_its_models_other_counters_too() -> None:
    """After a restart a verdict may come for a model that scores no more; Prometheus subtracts only what both have."""
    counted = Counted()
    counted.counts.stored(
        Stored(judged=Counter([Judged(model_version="m1", shown=True, verdict=Verdict.TRUE_POSITIVE)]))
    )
    assert counted.value("winnow_judged_withdrawn_total", **SHOWN_TP) == 0


def test_unscored_alerts_are_counted_under_no_model() -> None:
    """An empty label would be no label at all."""
    counted = Counted()
    counted.counts.stored(Stored(judged=Counter([Judged(model_version="", shown=True, verdict=Verdict.TRUE_POSITIVE)])))
    assert counted.value("winnow_judged_total", **(SHOWN_TP | {"model_version": "none"})) == 1


def test_verdicts_are_counted_by_kind_and_origin() -> None:
    """Of machines too, apart."""
    counted = Counted()
    stored = Stored(verdicts=(verdict(), verdict(), verdict(origin=VerdictOrigin.AUTOMATION)))
    counted.counts.stored(stored)
    assert counted.value("winnow_verdicts_total", verdict="true_positive", origin="human") == 2
    assert counted.value("winnow_verdicts_total", verdict="true_positive", origin="automation") == 1


def test_too_many_refused_messages_raise_the_alarm() -> None:
    """A format that changed must not go unnoticed."""
    counted = Counted()
    origin = SourceCoordinates(topic=VERDICTS, partition=0, offset=0)
    letter = dead_letter(
        service="collector", origin=origin, reason=DeadLetterReason.NOT_JSON, detail="", value=b"x", now=at(0)
    )
    assert counted.value("winnow_dead_letter_alarm", topic=VERDICTS) == 0
    counted.counts.refused([letter] * 4, refused=[(VERDICTS, True)] * 4)
    assert counted.value("winnow_dead_letters_total", reason="not_json") == 4
    assert counted.value("winnow_dead_letter_alarm", topic=VERDICTS) == 1
    counted.counts.refused([], refused=[(VERDICTS, False)] * 6)
    assert counted.value("winnow_dead_letter_share", topic=VERDICTS) == 0.4
    assert counted.value("winnow_dead_letter_alarm", topic=VERDICTS) == 0


def test_scores_do_not_hide_that_every_verdict_is_refused() -> None:
    """There are a thousand of them for each verdict."""
    counted = Counted()
    for _ in range(4):
        counted.counts.refused([], refused=[(VERDICTS, True), *[(SCORES, False)] * 1000])
    assert counted.value("winnow_dead_letter_share", topic=VERDICTS) == 1
    assert counted.value("winnow_dead_letter_alarm", topic=VERDICTS) == 1
    assert counted.value("winnow_dead_letter_alarm", topic=SCORES) == 0


def audited(verdict: Verdict = Verdict.TRUE_POSITIVE) -> Judged:
    """A judgement of an alert that may close, drawn with one in fifty."""
    return Judged(model_version="m1", shown=True, verdict=verdict, audit_probability=0.02)


def test_an_audited_alert_counts_apart_and_as_the_fifty_it_stands_for() -> None:
    """Precision is of what was shown for its score; recall weighs."""
    counted = Counted()
    counted.counts.stored(Stored(judged=Counter({audited(): 2, audited(Verdict.FALSE_POSITIVE): 3})))
    counted.counts.stored(Stored(withdrawn=Counter({audited(): 1})))
    assert counted.value("winnow_judged_total", **SHOWN_TP) == 0
    assert counted.value("winnow_judged_total", **(SHOWN_TP | {"shown": "audited"})) == 2
    weight = {"model_version": "m1", "verdict": "true_positive"}
    assert counted.value("winnow_audited_weight_total", **weight) == 100
    assert counted.value("winnow_audited_weight_withdrawn_total", **weight) == 50
    assert counted.value("winnow_audited_weight_total", **(weight | {"verdict": "false_positive"})) == 150


def test_a_verdict_on_what_nobody_was_shown_has_no_weight() -> None:
    """How somebody came upon it is not known."""
    counted = Counted()
    hidden = Judged(model_version="m1", shown=False, verdict=Verdict.TRUE_POSITIVE)
    counted.counts.stored(Stored(judged=Counter({audited(): 1, hidden: 7})))
    assert counted.value("winnow_audited_weight_total", model_version="m1", verdict="true_positive") == 50


def test_only_a_model_that_decides_shows_weights() -> None:
    """Nought audited attacks of a model that audits none would look like a recall of one."""
    counted = Counted()
    weight = {"model_version": "m1", "verdict": "true_positive"}
    counted.counts.stored(Stored(scores=(score(model="m1"),)))
    assert counted.value("winnow_audited_weight_total", **weight) is None
    deciding = score(model="m1").model_copy(update={"decision": Decision.REVIEW})
    counted.counts.stored(Stored(scores=(deciding,)))
    assert counted.value("winnow_audited_weight_total", **weight) == 0
    assert counted.value("winnow_audited_weight_withdrawn_total", **weight) == 0
