"""The audit's lot, and what those it falls on stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.audit import Audit, audit_weight


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


def test_the_audited_stand_for_all_that_may_close() -> None:
    """Weighed by one over their probability they are as many, within chance, whatever the probability."""
    for probability in (0.02, 0.2):
        audit = Audit(probability=probability, key=b"a key of a site's own")
        drawn = sum(audit.draws(f"wazuh:one:{number}", version="v1") for number in range(20_000))
        assert drawn * audit_weight(probability) == pytest.approx(20_000, rel=0.15)
