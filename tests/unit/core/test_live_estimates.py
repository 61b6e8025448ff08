"""The audit's lot, and what live figures come to with it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.audit import Audit
from services.core.live import LiveAlert, live_figures


def test_the_lot_falls_as_often_as_it_is_said_to() -> None:
    """Of ten thousand ids a fiftieth, within chance."""
    audit = Audit(probability=0.02, key=b"a key of a site's own")
    drawn = sum(audit.draws(f"wazuh:one:{number}", version="v1") for number in range(10_000))
    assert 150 < drawn < 250


@given(st.text(max_size=50), st.binary(min_size=1, max_size=40))
def test_an_alert_is_drawn_by_its_id_and_the_key_alone(alert_id: str, key: bytes) -> None:
    """Scored twice, or by another classifier or model, it has the same outcome."""
    audit = Audit(probability=0.5, key=key)
    assert audit.draws(alert_id, version="v1") == audit.draws(alert_id, version="v2")
    assert Audit(probability=1.0, key=key).draws(alert_id, version="v1")
    assert not Audit(probability=0.0, key=key).draws(alert_id, version="v1")


def test_another_key_draws_others() -> None:
    """Who does not have it cannot tell which; without one the model's version is the key."""
    ids = [f"a-{number}" for number in range(200)]

    def drawn(key: bytes, version: str) -> list[bool]:
        return [Audit(probability=0.5, key=key).draws(one, version=version) for one in ids]

    assert drawn(b"one", "v1") != drawn(b"two", "v1")
    assert drawn(b"", "v1") != drawn(b"", "v2")


def test_recall_is_unbiased_where_judging_only_what_is_shown_is_not() -> None:
    """Of a hundred attacks ten may close; the audit sees one in five of them, and their number comes out right."""
    random = Random(3)
    rounds, closed, recalls = 400, 0.0, []
    for _ in range(rounds):
        found = live_figures([*_shown(attacks=90, harmless=60), *_closed(random, attacks=10, harmless=300, audit=0.2)])
        closed += found.attacks_closed
        assert found.recall is not None
        recalls.append(found.recall)
        assert found.precision == pytest.approx(0.6)
    assert closed / rounds == pytest.approx(10, abs=1.0)
    assert sum(recalls) / rounds == pytest.approx(0.9, abs=0.02)


def _shown(*, attacks: int, harmless: int) -> list[LiveAlert]:
    return [LiveAlert(attack=place < attacks, shown=True) for place in range(attacks + harmless)]


def _closed(random: Random, *, attacks: int, harmless: int, audit: float) -> list[LiveAlert]:
    """Only what is audited is judged."""
    return [
        LiveAlert(attack=place < attacks, shown=True, audit_probability=audit)
        for place in range(attacks + harmless)
        if random.random() < audit
    ]


def test_a_verdict_on_what_nobody_was_shown_has_no_weight() -> None:
    """How somebody came upon it is not known."""
    hidden = LiveAlert(attack=True, shown=False)
    assert hidden.weight == 0
    assert live_figures([hidden, *_shown(attacks=1, harmless=0)]).recall == 1


def test_without_verdicts_there_are_no_figures() -> None:
    """Rather than a division by nought."""
    found = live_figures([])
    assert (found.precision, found.recall, found.attacks_closed) == (None, None, 0)
