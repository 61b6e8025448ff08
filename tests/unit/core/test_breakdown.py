"""Where errors lie: every alert counted once a dimension, the rest pooled and not lost."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Severity
from services.core.breakdown import DIMENSIONS, NONE, OTHER, Slice, breakdown
from services.core.judged import Judged
from tests.labelled import BP, FP, TP, judged

rows = st.builds(
    judged,
    st.sampled_from([TP, BP, FP]),
    st.integers(0, 10).map(lambda tenth: tenth / 10),
    source=st.sampled_from(["wazuh", "suricata", ""]),
    rule=st.integers(0, 40).map(str),
    severity=st.sampled_from([Severity.LOW, Severity.HIGH]),
    tactics=st.lists(st.sampled_from(["TA0001", "TA0002"]), max_size=2, unique=True).map(tuple),
)


def of(dimension: str, found: Sequence[Slice]) -> dict[str, Slice]:
    """The slices of one dimension, by value."""
    return {one.value: one for one in found if one.dimension == dimension}


@settings(max_examples=50)
@given(st.lists(rows, max_size=80), st.integers(1, 6))
def test_every_alert_is_counted_in_every_dimension_and_no_dimension_is_long(found: list[Judged], most: int) -> None:
    """But for tactics, of which an alert may have several."""
    slices = breakdown(found, threshold=0.5, most=most)
    missed = sum(row.is_attack and row.score < 0.5 for row in found)
    alarms = sum(not row.is_attack and row.score >= 0.5 for row in found)
    for dimension in DIMENSIONS:
        mine = of(dimension, slices)
        assert len(mine) <= most + 1
        if dimension != "tactic":
            assert sum(one.support for one in mine.values()) == len(found)
            assert sum(one.missed for one in mine.values()) == missed
            assert sum(one.false_alarms for one in mine.values()) == alarms


def test_errors_are_told_apart_by_what_the_alert_is() -> None:
    """Misses by tactic, false alarms by class; what has no value is said to have none."""
    found = [
        judged(TP, 0.9, source="wazuh", tactics=("TA0001", "TA0002")),
        judged(TP, 0.1, source="wazuh", tactics=("TA0002",)),
        judged(BP, 0.9, source="suricata"),
        judged(FP, 0.1, source="suricata"),
    ]
    slices = breakdown(found, threshold=0.5)
    tactics = of("tactic", slices)
    assert (tactics["TA0001"].missed, tactics["TA0002"].missed, tactics[NONE].support) == (0, 1, 2)
    assert tactics["TA0002"].recall.value == 0.5
    wazuh = of("source", slices)["wazuh"]
    assert (wazuh.support, wazuh.attacks, wazuh.precision.value) == (2, 2, 1.0)
    classes = of("class", slices)
    assert (classes["benign_positive"].false_alarms, classes["false_positive"].false_alarms) == (1, 0)


def test_what_is_kept_apart_is_what_has_errors() -> None:
    """Twenty silent rules are pooled before one that misses an attack, however few alerts it has."""
    silent = [judged(FP, 0.1, rule=f"R-{number:02}") for number in range(20) for _ in range(5)]
    slices = of("rule", breakdown([*silent, judged(TP, 0.1, rule="blind")], threshold=0.5, most=3))
    assert list(slices) == ["blind", "R-00", "R-01", OTHER]
    assert (slices[OTHER].pooled, slices[OTHER].support) == (18, 90)
