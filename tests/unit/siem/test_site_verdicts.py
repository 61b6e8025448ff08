"""A site's own verdict values: named by its table where the vendor gives them no meaning, and only there."""

import json
from datetime import datetime
from typing import Any

import pytest

from schemas import FeedbackV1, Verdict, VerdictOrigin
from services.siem.reading import Reader
from services.siem.verdicts import as_the_site_means
from tests.unit.siem.conftest import RECEIVED
from tests.unit.siem.natives_splunk import SPLUNK

Native = dict[str, Any]
TABLES = {
    "elastic": {
        "red team": Verdict.BENIGN_POSITIVE,
        "false_positive": Verdict.TRUE_POSITIVE,
        "automated_closure": Verdict.FALSE_POSITIVE,
        "open": Verdict.TRUE_POSITIVE,
    },
    "defender": {"unknown": Verdict.FALSE_POSITIVE},
    "splunk": {"undetermined": Verdict.FALSE_POSITIVE, "disposition:7": Verdict.BENIGN_POSITIVE},
}
READER = Reader(verdicts=TABLES)


def verdict(native: Native, reader: Reader = READER) -> FeedbackV1:
    """The one verdict of a message."""
    (found,) = reader.read_feedback(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
    assert isinstance(found, FeedbackV1)
    return found


def closed(elastic: Native, reason: str) -> Native:
    """An Elastic alert closed with a reason."""
    return elastic | {"kibana.alert.workflow_status": "closed", "kibana.alert.workflow_reason": reason}


@pytest.mark.parametrize("reason", ["red team", "Red Team", " RED TEAM "])
def test_a_sites_own_value_is_what_its_table_says(elastic: Native, reason: str) -> None:
    """In any case; the vendor's value stays beside it."""
    found = verdict(closed(elastic, reason))
    assert (found.verdict, found.vendor_value) == (Verdict.BENIGN_POSITIVE, reason.strip())
    assert verdict(closed(elastic, reason), Reader()).verdict is Verdict.OTHER


def test_a_value_without_an_entry_is_kept_and_not_guessed(elastic: Native) -> None:
    """As without tables."""
    assert verdict(closed(elastic, "purple team")).verdict is Verdict.OTHER


def test_what_the_vendor_defines_a_site_does_not_redefine(elastic: Native) -> None:
    """A false positive stays one."""
    assert verdict(closed(elastic, "false_positive")).verdict is Verdict.FALSE_POSITIVE


def test_an_undetermined_value_can_be_given_a_meaning(defender: Native) -> None:
    """Under its own source alone."""
    assert verdict(defender | {"classification": "Unknown"}).verdict is Verdict.FALSE_POSITIVE


@pytest.mark.parametrize("said", ["Undetermined", "disposition:7"])
def test_a_sites_value_counts_only_once_a_finding_is_closed(said: str) -> None:
    """As the vendor's own do: with a status that may be open, it is what an analyst has noted so far."""
    finding = SPLUNK | {"status": "9", "status_label": "With IT", "disposition": said}
    assert verdict(finding | {"status_end": "true"}).verdict is TABLES["splunk"][said.lower()]
    noted = verdict(finding)
    assert (noted.verdict, noted.vendor_value) == (Verdict.OTHER, "With IT")
    assert verdict(finding | {"status_end": "false"}).retracted


def test_a_machines_closure_stays_a_machines(elastic: Native) -> None:
    """A table says what was meant, not who decided."""
    found = verdict(closed(elastic, "automated_closure"))
    assert (found.verdict, found.origin) == (Verdict.FALSE_POSITIVE, VerdictOrigin.AUTOMATION)


def test_a_retraction_is_no_verdict(elastic: Native, received_at: datetime) -> None:
    """Even where the table has the status that retracts."""
    found = verdict(elastic)
    assert (found.retracted, found.verdict) == (True, Verdict.UNDETERMINED)
    taken_back = FeedbackV1(
        alert_id="a", source="elastic", verdict=Verdict.OTHER, vendor_value="red team", decided_at=received_at
    ).model_copy(update={"retracted": True})
    assert as_the_site_means(taken_back, TABLES) is taken_back
