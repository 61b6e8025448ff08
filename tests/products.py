"""Each product's alert as it is raised, as its analyst closes it, and as it is opened again: documents of its own."""

from dataclasses import dataclass
from typing import Any

from tests.unit.siem.conftest import ELASTIC, WINNOW
from tests.unit.siem.natives_aws import ASFF
from tests.unit.siem.natives_cases import IRIS, QRADAR, THEHIVE
from tests.unit.siem.natives_endpoint import CARBONBLACK, FALCON_ALERT, SENTINELONE
from tests.unit.siem.natives_microsoft import DEFENDER_ALERT
from tests.unit.siem.natives_open import OCSF
from tests.unit.siem.natives_splunk import SPLUNK

Native = dict[str, Any]
CLOSED, REOPENED = 1_777_903_200, 1_777_906_800
"""When it is closed and opened again (Unix seconds): an hour and two after the alerts."""
_CLOSED, _REOPENED = "2026-05-04T14:00:00Z", "2026-05-04T15:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a product sends in the course of one alert; its analyst says that it was a false positive."""

    name: str
    alert: Native
    closed: Native
    reopened: Native


def _product(name: str, alert: Native, *, closed: Native, reopened: Native) -> Product:
    """The document is the alert's own each time, with some fields changed."""
    return Product(name=name, alert=alert, closed=alert | closed, reopened=alert | closed | reopened)


def _threat(**changes: str) -> Native:
    return {"threatInfo": SENTINELONE["threatInfo"] | changes}


def _finding(modified: int) -> Native:
    return {"finding_info": OCSF["finding_info"] | {"modified_time": modified * 1000}}


_DECIDED = {"alert_id": WINNOW["alert_id"], "source": "winnow", "analyst": "ines"}
PRODUCTS = (
    _product(
        "asff",
        ASFF,
        closed={"VerificationState": "FALSE_POSITIVE", "Note": {"UpdatedAt": _CLOSED, "UpdatedBy": "ines"}},
        reopened={
            "VerificationState": "UNKNOWN",
            "Workflow": {"Status": "NEW"},
            "Note": {"UpdatedAt": _REOPENED, "UpdatedBy": "ines"},
        },
    ),
    _product(
        "carbonblack",
        CARBONBLACK,
        closed={
            "determination": {"value": "FALSE_POSITIVE", "change_timestamp": _CLOSED, "changed_by_type": "USER"},
            "workflow": {"status": "CLOSED", "change_timestamp": _CLOSED},
        },
        reopened={
            "determination": {"value": "NONE", "change_timestamp": _REOPENED, "changed_by_type": "USER"},
            "workflow": {"status": "OPEN", "change_timestamp": _REOPENED},
        },
    ),
    _product(
        "crowdstrike",
        FALCON_ALERT,
        closed={"status": "closed", "resolution": "false_positive", "updated_timestamp": _CLOSED},
        reopened={"status": "reopened", "resolution": None, "updated_timestamp": _REOPENED},
    ),
    _product(
        "defender",
        DEFENDER_ALERT,
        closed={
            "status": "resolved",
            "classification": "falsePositive",
            "assignedTo": "ines@example.org",
            "lastUpdateDateTime": _CLOSED,
        },
        reopened={"status": "inProgress", "lastUpdateDateTime": _REOPENED},
    ),
    _product(
        "elastic",
        ELASTIC,
        closed={
            "kibana.alert.workflow_status": "closed",
            "kibana.alert.workflow_reason": "false_positive",
            "kibana.alert.workflow_status_updated_at": _CLOSED,
            "kibana.alert.workflow_user": "ines",
        },
        reopened={
            "kibana.alert.workflow_status": "open",
            "kibana.alert.workflow_reason": None,
            "kibana.alert.workflow_status_updated_at": _REOPENED,
        },
    ),
    _product(
        "iris",
        IRIS,
        closed={
            "resolution_status": {"resolution_status_name": "False Positive"},
        },
        reopened={
            "status": {"status_id": 3, "status_name": "In progress"},
        },
    ),
    _product(
        "ocsf",
        OCSF,
        closed={"verdict_id": 1, "status_id": 4, "activity_id": 3, **_finding(CLOSED)},
        reopened={"verdict_id": 0, "status_id": 2, "activity_id": 2, **_finding(REOPENED)},
    ),
    _product(
        "qradar",
        QRADAR,
        closed={
            "status": "CLOSED",
            "closing_reason": "False-Positive, Tuned",
            "closing_user": "ines",
            "close_time": CLOSED * 1000,
        },
        reopened={"status": "OPEN", "close_time": None, "last_updated_time": REOPENED * 1000},
    ),
    _product(
        "sentinelone",
        SENTINELONE,
        closed=_threat(analystVerdict="false_positive", incidentStatus="resolved", updatedAt=_CLOSED),
        reopened=_threat(analystVerdict="undefined", incidentStatus="in_progress", updatedAt=_REOPENED),
    ),
    _product(
        "splunk",
        SPLUNK,
        closed={"disposition": "disposition:3", "status": "5", "status_label": "Closed", "review_time": CLOSED},
        reopened={"status": "2", "status_label": "In Progress", "review_time": REOPENED},
    ),
    _product(
        "thehive",
        THEHIVE,
        closed={"status": "FalsePositive", "stage": "Closed", "_updatedAt": CLOSED * 1000},
        reopened={"status": "InProgress", "stage": "InProgress", "_updatedAt": REOPENED * 1000},
    ),
    Product(
        name="winnow",
        alert=WINNOW,
        closed=_DECIDED | {"verdict": "false_positive", "decided_at": _CLOSED},
        reopened=_DECIDED | {"verdict": "undetermined", "retracted": True, "decided_at": _REOPENED},
    ),
)
