"""The simulated analysts keep to their stated error rate, silence, lateness and, when one gets careless, his share."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from schemas import FeedbackV1, Verdict
from services.sandbox.soc import Analysts, PlannedVerdict, SimulatedAlert, SimulatedSoc
from services.sandbox.soc.analysts import CARELESS, NAMES
from services.siem.reading import read_feedback

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def alerts() -> list[SimulatedAlert]:
    """Three minutes of the world."""
    return SimulatedSoc(seed=3, start=START, rate=45.0).due(START + timedelta(minutes=3))


def answers(analysts: Analysts, alerts: list[SimulatedAlert], *, shown: bool = True) -> list[PlannedVerdict]:
    """All verdicts on these alerts, each asked for at the alert's own time."""
    return [each for alert in alerts for each in analysts.answer(alert, shown=shown, now=alert.at)]


def test_the_same_seed_gives_the_same_verdicts(alerts: list[SimulatedAlert]) -> None:
    """Analysts are as reproducible as the world."""
    assert answers(Analysts(seed=5), alerts) == answers(Analysts(seed=5), alerts)


def test_silence_is_the_share_of_alerts_without_an_answer(alerts: list[SimulatedAlert]) -> None:
    """Of the alerts shown."""
    answered = {each.alert_id for each in answers(Analysts(seed=5, silence=0.3), alerts)}
    assert len(answered) / len(alerts) == pytest.approx(0.7, abs=0.02)


def test_alerts_not_shown_are_judged_only_with_the_audit_share(alerts: list[SimulatedAlert]) -> None:
    """And even an auditor may stay silent."""
    answered = {each.alert_id for each in answers(Analysts(seed=5, audit_share=0.1), alerts, shown=False)}
    assert len(answered) / len(alerts) == pytest.approx(0.07, abs=0.015)


def test_the_stated_share_of_verdicts_is_wrong(alerts: list[SimulatedAlert]) -> None:
    """Wrong means another of the three verdicts."""
    truth = {alert.alert_id: alert.truth for alert in alerts}
    given = answers(Analysts(seed=5, error_rate=0.1), alerts)
    wrong = [each for each in given if each.verdict is not truth[each.alert_id]]
    assert len(wrong) / len(given) == pytest.approx(0.1, abs=0.02)
    assert {each.verdict for each in given} == {Verdict.TRUE_POSITIVE, Verdict.BENIGN_POSITIVE, Verdict.FALSE_POSITIVE}


def test_answers_come_late_by_the_stated_mean(alerts: list[SimulatedAlert]) -> None:
    """Never before the alert."""
    at = {alert.alert_id: alert.at for alert in alerts}
    late = [
        (each.due_at - at[each.alert_id]).total_seconds()
        for each in answers(Analysts(seed=5, mean_delay_seconds=4.0), alerts)
    ]
    assert min(late) >= 0.0
    assert sum(late) / len(late) == pytest.approx(4.0, rel=0.1)


def test_some_alerts_are_judged_by_two_analysts(alerts: list[SimulatedAlert]) -> None:
    """So that confirmed verdicts exist, and never by the same one twice."""
    given = answers(Analysts(seed=5), alerts)
    per_alert = Counter(each.alert_id for each in given)
    twice = sum(count == 2 for count in per_alert.values())
    assert twice / len(per_alert) == pytest.approx(0.3, abs=0.03)
    assert len({(each.alert_id, each.analyst) for each in given}) == len(given)
    assert {each.analyst for each in given} == set(NAMES)


@pytest.mark.parametrize("shown", [True, False])
def test_the_careless_analyst_gives_his_share_of_all_verdicts(alerts: list[SimulatedAlert], shown: bool) -> None:
    """And every one of them says false positive."""
    analysts = Analysts(seed=5)
    analysts.careless(0.6)
    given = answers(analysts, alerts, shown=shown)
    his = [each for each in given if each.analyst == CARELESS]
    assert len(his) / len(given) == pytest.approx(0.6, abs=0.03)
    assert {each.verdict for each in his} == {Verdict.FALSE_POSITIVE}


def test_a_share_of_all_or_less_than_nothing_is_refused() -> None:
    """If all verdicts were his, no share of the others would be left."""
    with pytest.raises(ValueError, match="share"):
        Analysts(seed=5).careless(1.0)


def test_verdicts_are_read_as_what_the_analyst_meant(alerts: list[SimulatedAlert]) -> None:
    """Elastic's alerts are closed in Elastic's own form, the others by FeedbackV1."""
    given = answers(Analysts(seed=5), alerts)
    assert {each.format for each in given} == {"elastic", "winnow"}
    for each in given:
        assert (each.format == "elastic") == each.alert_id.startswith("elastic:")
        (read,) = read_feedback(each.value, format_name=each.format, received_at=each.due_at)
        assert isinstance(read, FeedbackV1)
        assert (read.alert_id, read.verdict, read.analyst) == (each.alert_id, each.verdict, each.analyst)
        assert abs(read.decided_at - each.due_at) < timedelta(milliseconds=1)
