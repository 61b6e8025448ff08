"""Rules that fire on a host more often than they ever did where they were harmless."""

from dataclasses import replace

import pytest

from schemas import AlertV1, ContextV1, Entities
from schemas.alert import Host, Rule
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.errors import FileCorrupt
from services.core.surges import FEWEST, Odds, Sighting, Surges, sighting
from tests.labelled import example, fired
from tests.messages import alert

SURE_OF_NOISE = (0.001, 0.009, 0.99)


def _alert(rule: str, *, host: str = "web") -> AlertV1:
    return alert(rule=Rule(id=rule), entities=Entities(host=Host(name=host)))


def _seen(rule: str, times: float) -> Sighting:
    seen = sighting(_alert(rule), fired(times))
    assert seen is not None
    return seen


@pytest.fixture
def surges() -> Surges:
    """A quarter of what was learned are attacks; harmless, `noise` fired up to nine times, and `scan` once."""
    highest = {seen.rule: seen.fired for seen in (_seen("noise", 9), _seen("scan", 1))}
    return Surges(highest=highest, shares=(0.25, 0.15, 0.6))


@pytest.fixture
def with_odds(surges: Surges) -> Surges:
    """It also learned of surges: those of three doublings are as often attacks as not."""
    return surges.model_copy(update={"odds": Odds(at_measure=-3.0, per_doubling=1.0)})


@pytest.mark.parametrize(("times", "is_surge"), [(0, False), (9, False), (18, False), (20, True), (25_000, True)])
def test_a_surge_is_more_than_twice_what_was_learned(surges: Surges, times: float, is_surge: bool) -> None:
    """Of its own rule."""
    assert (surges.doublings(_seen("noise", times)) is not None) is is_surge


def test_how_far_a_surge_goes_is_told_in_doublings(surges: Surges) -> None:
    """Of one more than the count, as contexts have it."""
    assert surges.doublings(_seen("noise", 79)) == pytest.approx(3.0)


def test_each_rule_has_its_own_measure(surges: Surges) -> None:
    """What another did does not count; of one that was never met nothing is known."""
    assert surges.doublings(_seen("scan", 5)) is not None
    assert surges.doublings(_seen("new", 25_000)) is None
    assert surges.doublings(None) is None


def test_a_surge_is_as_likely_an_attack_as_anything_learned(surges: Surges) -> None:
    """However sure the model is that it is none."""
    assert surges.weighed(SURE_OF_NOISE, _alert("noise"), fired(100)) == surges.shares
    assert surges.weighed(SURE_OF_NOISE, _alert("noise"), fired(3)) is SURE_OF_NOISE


def test_the_further_a_surge_goes_the_likelier_it_is_an_attack(with_odds: Surges) -> None:
    """As such surges were where it learned, and no less than anything learned; the rest is the other labels' shares."""
    for times, attack in ((20, 0.25), (79, 0.5), (639, 0.952574)):
        said = with_odds.weighed(SURE_OF_NOISE, _alert("noise"), fired(times))
        assert said == pytest.approx((attack, (1 - attack) / 5, (1 - attack) * 4 / 5), abs=1e-6)
    assert with_odds.weighed(SURE_OF_NOISE, _alert("noise"), fired(3)) is SURE_OF_NOISE


def test_what_the_model_thinks_likelier_an_attack_stays_so(surges: Surges, with_odds: Surges) -> None:
    """A surge is never called more harmless than the model calls it."""
    said = (0.9, 0.05, 0.05)
    assert surges.weighed(said, _alert("noise"), fired(100)) is said
    assert with_odds.weighed(said, _alert("noise"), fired(100)) is said
    assert with_odds.weighed(said, _alert("noise"), fired(25_000))[0] > 0.99


@pytest.mark.parametrize(
    ("of", "context"),
    [
        (_alert("noise"), ContextV1(version=CONTEXT_VERSION, values=(), partial=True)),
        (_alert("noise"), ContextV1(version=99, values=(9.0,) * 20)),
        (_alert("noise", host=""), fired(100)),
        (_alert("noise"), ContextV1(version=CONTEXT_VERSION, values=(1e300,) * len(FEATURES[CONTEXT_VERSION]))),
        (_alert("noise"), ContextV1(version=CONTEXT_VERSION, values=(-1.0,) * len(FEATURES[CONTEXT_VERSION]))),
        (alert(title="jdoe signed in", rule=Rule(), entities=Entities(host=Host(name="web"))), fired(100)),
    ],
    ids=["no context", "another version's", "no host", "no count", "a negative one", "nothing but a title"],
)
def test_what_does_not_tell_is_no_surge(surges: Surges, of: AlertV1, context: ContextV1) -> None:
    """Without a host counts are of the whole stream, and a title may be of one alert, and name somebody."""
    assert sighting(of, context) is None
    assert surges.weighed(SURE_OF_NOISE, of, context) is SURE_OF_NOISE


@pytest.mark.parametrize(("at_measure", "per_doubling", "chance"), [(-1e9, 1.0, 0.0), (1e9, 1e9, 1.0)])
def test_no_odds_are_too_long(surges: Surges, at_measure: float, per_doubling: float, chance: float) -> None:
    """They end at certainty, whatever a file says, and at the share of attacks."""
    odds = Odds(at_measure=at_measure, per_doubling=per_doubling)
    assert odds.chance(3.0) == chance
    extreme = surges.model_copy(update={"odds": odds})
    assert extreme.weighed(SURE_OF_NOISE, _alert("noise"), fired(100))[0] == max(chance, 0.25)


def test_many_are_weighed_in_their_order(surges: Surges) -> None:
    """Each by its own alert and context."""
    examples = [replace(example(0), alert=_alert("noise"), context=fired(times)) for times in (100, 1)]
    assert surges.all_weighed([SURE_OF_NOISE] * 2, examples) == [surges.shares, SURE_OF_NOISE]


def test_the_share_of_surges_is_told_from_enough_alerts(surges: Surges) -> None:
    """Each rule once, however it floods; few alerts tell nothing, nor do those of rules that are not known."""
    recent = [*[_seen("noise", 100)] * (FEWEST - 1), _seen("scan", 1), *[_seen("new", 1)] * FEWEST]
    assert surges.share_of(recent) == 1 / 2
    assert surges.share_of(recent[1:]) is None
    assert surges.share_of([]) is None


def test_what_was_written_is_read_again(surges: Surges, with_odds: Surges) -> None:
    """And what is something else is named."""
    assert Surges.read(with_odds.to_bytes()) == with_odds
    assert Surges.read(surges.to_bytes()) == surges
    assert b"noise" not in surges.to_bytes()
    for damaged in (
        b"",
        b"{}",
        b'{"highest":{"a":"x"},"shares":[1,0,0]}',
        b'{"highest":{"a":-1},"shares":[1,0,0]}',
        b'{"highest":{},"shares":[2,0,0]}',
        b'{"highest":{},"shares":[1,1,1]}',
        b'{"highest":{"a":1},"shares":[1,0,0]}',
        b'{"highest":{},"shares":[1,0,0],"odds":{"at_measure":0}}',
        b'{"highest":{},"shares":[1,0,0],"odds":{"at_measure":0,"per_doubling":-1}}',
        b'{"highest":{},"shares":[1,0,0],"odds":{"at_measure":NaN,"per_doubling":1}}',
    ):
        with pytest.raises(FileCorrupt, match=r"surges\.json"):
            Surges.read(damaged)
