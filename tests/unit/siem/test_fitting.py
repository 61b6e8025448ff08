"""Drafts are made to fit their contract by taking away no more than must go."""

from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1
from services.siem.fitting import UnfitError, fitted
from services.siem.identity import alert_id

ALERT: dict[str, Any] = {
    "alert_id": "a:b:c",
    "source": "a",
    "title": "t",
    "observed_at": "2026-05-04T12:00:00Z",
    "raised_at": "2026-05-04T12:00:00Z",
}


def test_bad_items_leave_a_list_and_good_ones_stay() -> None:
    """Whatever the order they stand in."""
    techniques = ["bad", "T1059", 5, "T1110.001", "worse", None]
    alert = fitted(AlertV1, ALERT | {"attack": {"techniques": techniques}})
    assert alert.attack.techniques == ("T1059", "T1110.001")


def test_a_long_list_and_a_long_mapping_keep_their_beginning() -> None:
    """Evidence is in order of weight."""
    evidence = {f"k{n}": "v" * 2000 for n in range(50)}
    alert = fitted(AlertV1, ALERT | {"attack": {"techniques": ["T1059"] * 40}, "evidence": evidence})
    assert list(alert.evidence) == [f"k{n}" for n in range(32)]
    assert set(map(len, alert.evidence.values())) == {1024}
    assert len(alert.attack.techniques) == 32


def test_a_key_too_long_leaves_with_its_value() -> None:
    """A clipped key would be another key."""
    assert fitted(AlertV1, ALERT | {"evidence": {"k" * 200: "v", "k": "w"}}).evidence == {"k": "w"}


def test_a_part_that_lacks_something_leaves_whole() -> None:
    """The verdict stays without the alert that is none."""
    verdict = {"alert_id": "a:b:c", "verdict": "other", "decided_at": "2026-05-04T12:00:00Z"}
    assert fitted(FeedbackV1, verdict | {"alert": {"title": "t"}}).alert is None
    assert fitted(FeedbackV1, verdict | {"alert": dict(ALERT)}).alert is not None


@pytest.mark.parametrize("field", ["title", "observed_at", "source"])
def test_what_cannot_be_done_without_is_named(field: str) -> None:
    """And nothing of the alert's text is."""
    with pytest.raises(UnfitError, match=field) as refusal:
        fitted(AlertV1, ALERT | {field: {"a secret": 1}})
    assert "a secret" not in str(refusal.value)


def test_ids_too_long_for_the_contract_stay_apart() -> None:
    """Each part by itself, so that no part can push another out."""
    ids = {
        alert_id(source="s", instance=i, vendor_id=v) for i in ("m" * 999, "m" * 998) for v in ("v" * 999, "v" * 998)
    }
    assert len(ids) == 4
    assert max(map(len, ids)) <= 512
