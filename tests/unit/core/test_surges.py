"""Rules that fire on a host more often than a model ever learned of."""

from dataclasses import replace
from math import log1p

import pytest

from schemas import AlertV1, ContextV1, Verdict
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.errors import FileCorrupt
from services.core.example import Example
from services.core.surges import COUNTED, Surges
from tests.labelled import example

SURE_OF_NOISE = (0.001, 0.009, 0.99)


def _fired(times: float) -> ContextV1:
    """A context in which the alert's rule fired so often."""
    values = [log1p(times) if name == COUNTED else 0.0 for name in FEATURES[CONTEXT_VERSION]]
    return ContextV1(version=CONTEXT_VERSION, values=tuple(values))


def _learned(title: str, *, times: float, label: Verdict = Verdict.FALSE_POSITIVE) -> Example:
    one = example(0, label)
    return replace(one, alert=_alert(title), context=_fired(times))


def _alert(title: str) -> AlertV1:
    one = example(0, Verdict.FALSE_POSITIVE).alert
    rule = one.rule.model_copy(update={"id": "", "name": ""})
    return one.model_copy(update={"title": title, "rule": rule})


@pytest.fixture
def surges() -> Surges:
    """Learned from four alerts, one of them an attack: a rule that fired up to nine times an hour, another once."""
    return Surges.learned(
        [
            _learned("noise", times=2),
            _learned("noise", times=9),
            _learned("noise", times=0),
            _learned("scan", times=1, label=Verdict.TRUE_POSITIVE),
        ]
    )


@pytest.mark.parametrize(("times", "is_one"), [(0, False), (9, False), (18, False), (20, True), (25_000, True)])
def test_a_surge_is_more_than_twice_what_was_learned(surges: Surges, times: float, is_one: bool) -> None:
    """Of its own rule: what another did does not count."""
    assert surges.is_one(_alert("noise"), _fired(times)) is is_one


def test_a_surge_is_as_likely_an_attack_as_anything_learned(surges: Surges) -> None:
    """However sure the model is that it is none."""
    assert surges.weighed(SURE_OF_NOISE, _alert("noise"), _fired(100)) == (0.25, 0.0, 0.75)
    assert surges.weighed(SURE_OF_NOISE, _alert("noise"), _fired(3)) is SURE_OF_NOISE


def test_what_the_model_thinks_likelier_an_attack_stays_so(surges: Surges) -> None:
    """A surge is never called more harmless than the model calls it."""
    said = (0.9, 0.05, 0.05)
    assert surges.weighed(said, _alert("noise"), _fired(100)) is said


def test_of_a_rule_that_it_never_met_nothing_is_said(surges: Surges) -> None:
    """The model judges it by its words alone, as it always did."""
    assert not surges.is_one(_alert("new"), _fired(25_000))


@pytest.mark.parametrize(
    "context",
    [
        ContextV1(version=CONTEXT_VERSION, values=(), partial=True),
        ContextV1(version=99, values=(9.0,) * 20),
    ],
    ids=["none", "of another version"],
)
def test_a_context_that_does_not_tell_is_no_surge(surges: Surges, context: ContextV1) -> None:
    """An alert whose context could not be made; learned from, it counts as none before it."""
    assert not surges.is_one(_alert("noise"), context)
    assert Surges.learned([replace(_learned("odd", times=7), context=context)]).highest == {"odd": 0.0}


def test_many_are_weighed_in_their_order(surges: Surges) -> None:
    """Each by its own alert and context."""
    examples = [_learned("noise", times=100), _learned("noise", times=1)]
    assert surges.all_weighed([SURE_OF_NOISE] * 2, examples) == [surges.shares, SURE_OF_NOISE]


def test_what_was_written_is_read_again(surges: Surges) -> None:
    """And what is something else is named."""
    assert Surges.read(surges.to_bytes()) == surges
    for damaged in (b"", b"{}", b'{"highest":{"a":"x"},"shares":[1,0,0]}', b'{"highest":{},"shares":[2,0,0]}'):
        with pytest.raises(FileCorrupt, match=r"surges\.json"):
            Surges.read(damaged)
