"""What holds for the verdicts of every product: recognised alone, and refused where they name no alert."""

import copy
import json
from datetime import datetime
from typing import Any

import pytest

from schemas import DeadLetterReason, FeedbackV1
from services.siem.reading import FEEDBACK_FORMATS, Refusal, read_feedback
from tests.unit.siem.natives_aws import ASFF
from tests.unit.siem.natives_cases import IRIS, IRIS_CASE, QRADAR, THEHIVE, THEHIVE_CASE
from tests.unit.siem.natives_endpoint import CARBONBLACK, FALCON_ALERT, FALCON_DETECT, SENTINELONE
from tests.unit.siem.natives_open import INCIDENT, OCSF
from tests.unit.siem.test_secops_format import ALERT as SECOPS

Native = dict[str, Any]

VERDICTS: list[tuple[str, Native, tuple[str, ...]]] = [
    ("asff", ASFF, ("Id",)),
    ("carbonblack", CARBONBLACK, ("id",)),
    ("crowdstrike", FALCON_ALERT, ("composite_id",)),
    ("crowdstrike", FALCON_DETECT, ("detection_id",)),
    ("iris", IRIS, ("alert_uuid",)),
    ("iris", IRIS_CASE, ("alerts", "case_uuid", "case_id")),
    ("ocsf", OCSF, ("finding_info",)),
    ("ocsf", INCIDENT, ("finding_info_list",)),
    ("qradar", QRADAR, ("id",)),
    ("secops", SECOPS, ("identifier",)),
    ("sentinelone", SENTINELONE | {"threatInfo": {"analystVerdict": "true_positive"}}, ("id",)),
    ("thehive", THEHIVE, ("_id",)),
    ("thehive", THEHIVE_CASE, ("_id",)),
]


def read(native: Native, name: str | None, received_at: datetime) -> tuple[FeedbackV1 | Refusal, ...]:
    """All that a message says."""
    return read_feedback(json.dumps(native).encode(), format_name=name, received_at=received_at)


@pytest.mark.parametrize(("name", "native", "_"), VERDICTS)
def test_a_verdict_is_recognised_as_its_vendors_alone(
    name: str, native: Native, _: tuple[str, ...], received_at: datetime
) -> None:
    """Named or not it is the same; under another's name it is not read at all."""
    verdicts = read(native, None, received_at)
    assert verdicts == read(native, name, received_at)
    assert {each.source for each in verdicts if isinstance(each, FeedbackV1)} == {name}
    for other in set(FEEDBACK_FORMATS) - {name}:
        (refused,) = read(native, other, received_at)
        assert isinstance(refused, Refusal)
        assert refused.reason is DeadLetterReason.AMBIGUOUS_FORMAT


@pytest.mark.parametrize(("name", "native", "ids"), VERDICTS)
def test_a_verdict_that_names_no_alert_is_refused(
    name: str, native: Native, ids: tuple[str, ...], received_at: datetime
) -> None:
    """Under the vendor's own header; nothing else could be judged by it."""
    nameless = {key: value for key, value in copy.deepcopy(native).items() if key not in ids}
    for refused in read(nameless, name, received_at):
        assert isinstance(refused, Refusal)
        assert refused.reason is DeadLetterReason.INVALID_FEEDBACK
        assert "alert_id" in refused.detail
