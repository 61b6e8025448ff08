"""Detection of attacks: one alert shown is enough, and it counts which."""

from services.core.detection import detected, detections
from tests.labelled import FP, TP, judged


def test_an_attack_is_detected_by_the_first_of_its_alerts_that_is_shown() -> None:
    """In the order of time, whatever order they come in."""
    late = judged(TP, 0.9, group="scan", minutes=12)
    early = [judged(TP, 0.1, group="scan", minutes=minute) for minute in (10, 11)]
    found = detections([late, *early, judged(FP, 0.9, group="scan", minutes=9)], threshold=0.5)
    assert [(one.group, one.alerts, one.shown, one.first, one.seconds) for one in found] == [("scan", 3, 1, 3, 120.0)]


def test_what_was_never_noticed_stands_first() -> None:
    """Then what was noticed latest; groups without an attack are none."""
    found = detections(
        [
            judged(TP, 0.9, group="quick", minutes=0),
            judged(TP, 0.1, group="missed", minutes=0),
            judged(TP, 0.1, group="slow", minutes=0),
            judged(TP, 0.9, group="slow", minutes=1),
            judged(FP, 0.9, group="no attack", minutes=0),
        ],
        threshold=0.5,
    )
    assert [(one.group, one.first, one.seconds) for one in found] == [
        ("missed", None, None),
        ("slow", 2, 60.0),
        ("quick", 1, 0.0),
    ]


def test_of_alerts_at_one_time_the_hidden_count_first() -> None:
    """Nobody knows which came first: the worse is taken."""
    found = detections([judged(TP, 0.9, minutes=1), judged(TP, 0.1, minutes=1)], threshold=0.5)
    assert (found[0].first, found[0].seconds) == (2, 0.0)


def test_a_delay_without_times_is_not_known() -> None:
    """Rather than zero."""
    assert detections([judged(TP, 0.9)], threshold=0.5)[0].seconds is None


def test_the_rates_count_attacks_and_not_alerts() -> None:
    """A noisy one counts as much as a quiet one: three of four detected, two of four by their third alert."""
    fifth = [judged(TP, 0.9 if minute == 4 else 0.1, group="fifth", minutes=minute) for minute in range(99)]
    third = [judged(TP, 0.9 if minute == 2 else 0.1, group="third", minutes=minute) for minute in range(3)]
    one = [judged(TP, 0.9, group="first", minutes=0), judged(TP, 0.1, group="never", minutes=0)]
    rates = detected(detections([*fifth, *third, *one], threshold=0.5))
    assert (rates["attack_detection_rate"].value, rates["attack_detection_rate"].support) == (0.75, 4)
    assert rates["detected_early"].value == 0.5
