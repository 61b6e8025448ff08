"""For every product with verdicts: an alert as it first sends it, the verdict as it comes later, and a re-opening.

Written after the vendors' documents, out of the documents of the formats' own tests. No two share an alert.
"""

import json
from dataclasses import dataclass
from typing import Any

from schemas import AlertV1, FeedbackV1, Verdict, VerdictOrigin
from services.siem.reading import read_alerts, read_feedback
from tests.messages import NOON
from tests.unit.siem.conftest import DEFENDER, ELASTIC, GUIDE, WINNOW
from tests.unit.siem.natives_aws import ASFF
from tests.unit.siem.natives_cases import IRIS, IRIS_CASE, QRADAR, THEHIVE, THEHIVE_CASE
from tests.unit.siem.natives_endpoint import CARBONBLACK, FALCON_ALERT, FALCON_DETECT, FALCON_EVENT, SENTINELONE
from tests.unit.siem.natives_microsoft import (
    DEFENDER_ALERT,
    DEFENDER_INCIDENT,
    DEFENDER_INFO_ROW,
    SENTINEL_ALERT,
    SENTINEL_INCIDENT,
    SENTINEL_REST_INCIDENT,
)
from tests.unit.siem.natives_open import INCIDENT, OCSF
from tests.unit.siem.natives_splunk import SPLUNK
from tests.unit.siem.test_secops_format import ALERT as SECOPS

Native = dict[str, Any]
_HUMAN, _PROPAGATED = VerdictOrigin.HUMAN, VerdictOrigin.PROPAGATED


@dataclass(frozen=True, kw_only=True)
class Product:
    """One way in which one product says what became of an alert.

    `format` is the verdict's, `alert_format` the alert's. `reopened` is None where the product cannot take a verdict
    back, or where none was a person's.
    """

    name: str
    format: str
    alert_format: str = ""
    alert: Native
    verdict: Native
    says: Verdict
    origin: VerdictOrigin = _HUMAN
    reopened: Native | None = None

    @property
    def sent_as(self) -> str:
        """The name of the alert's format."""
        return self.alert_format or self.format

    def read_alert(self) -> AlertV1:
        """The alert, recognised by its fields."""
        (found,) = read_alerts(encoded(self.alert), format_name=None, received_at=NOON)
        assert isinstance(found, AlertV1), found
        return found

    def read_verdicts(self, native: Native | None = None, *, named: bool = False) -> tuple[FeedbackV1, ...]:
        """What the verdict, or another document, says: recognised by its fields, or by its format's name."""
        content = encoded(self.verdict if native is None else native)
        found = read_feedback(content, format_name=self.format if named else None, received_at=NOON)
        return tuple(one for one in found if isinstance(one, FeedbackV1))


def encoded(native: Native) -> bytes:
    """A document as a message's value."""
    return json.dumps(native).encode()


def _threat(**info: Any) -> Native:
    return SENTINELONE | {"threatInfo": SENTINELONE["threatInfo"] | info}


def _rest(**properties: Any) -> Native:
    return SENTINEL_REST_INCIDENT | {"properties": SENTINEL_REST_INCIDENT["properties"] | properties}


def _finding(uid: str, *, modified_time: int | None = None, **fields: Any) -> Native:
    return OCSF | fields | {"finding_info": OCSF["finding_info"] | {"uid": uid, "modified_time": modified_time}}


def _made(alert_id: str) -> Native:
    return WINNOW | {"alert_id": alert_id, "source": alert_id.partition(":")[0]}


_NOTE = {"Text": "our own scanner", "UpdatedBy": "ines", "UpdatedAt": "2026-05-04T12:40:00.000Z"}
_LATER = "2026-05-04T15:00:00Z"
_LATER_MS = 1777906800000
_IRIS_NEW = IRIS | {"status": {"status_name": "New"}, "resolution_status": None, "alert_resolution_status_id": None}
_CLOSED_SPLUNK = SPLUNK | {
    "status": "5",
    "status_label": "Closed",
    "disposition": "disposition:2",
    "reviewer": "ines",
    "review_time": "2026-05-04T12:00:00Z",
}
_CLOSED_ELASTIC = ELASTIC | {
    "kibana.alert.workflow_status": "closed",
    "kibana.alert.workflow_reason": "benign_positive",
    "kibana.alert.workflow_user": "u_ines",
    "kibana.alert.workflow_status_updated_at": "2026-05-04T13:00:00.000Z",
}

_AWS_AND_OPEN = (
    Product(
        name="asff",
        format="asff",
        alert=ASFF,
        verdict=ASFF | {"VerificationState": "BENIGN_POSITIVE", "Workflow": {"Status": "RESOLVED"}, "Note": _NOTE},
        says=Verdict.BENIGN_POSITIVE,
        reopened=ASFF | {"Note": _NOTE},  # the note stays as it was
    ),
    Product(
        name="ocsf",
        format="ocsf",
        alert=OCSF,
        verdict=_finding("f-77", activity_id=2, status_id=4, verdict_id=1, modified_time=1777899600000),
        says=Verdict.FALSE_POSITIVE,
        reopened=_finding("f-77", activity_id=2, status_id=2, verdict_id=1, modified_time=_LATER_MS),
    ),
    Product(
        name="ocsf incident",
        format="ocsf",
        alert=_finding("f-80"),
        verdict=INCIDENT | {"finding_info_list": [{"uid": "f-80"}, {"uid": "f-81"}]},
        says=Verdict.TRUE_POSITIVE,
        origin=_PROPAGATED,
    ),
    Product(
        name="guide",
        format="guide",
        alert={key: value for key, value in GUIDE.items() if key != "IncidentGrade"},
        verdict=GUIDE,
        says=Verdict.TRUE_POSITIVE,
        origin=_PROPAGATED,
    ),
    Product(
        name="winnow",
        format="winnow",
        alert=WINNOW,
        verdict={
            "alert_id": "waf:edge-1:77",
            "verdict": "true_positive",
            "analyst": "ines",
            "decided_at": "2026-05-04T13:00:00Z",
        },
        says=Verdict.TRUE_POSITIVE,
        reopened={"alert_id": "waf:edge-1:77", "verdict": "undetermined", "retracted": True, "decided_at": _LATER},
    ),
)

_ENDPOINT = (
    Product(
        name="carbonblack",
        format="carbonblack",
        alert=CARBONBLACK | {"workflow": {"status": "OPEN"}, "determination": {"value": "NONE"}},
        verdict=CARBONBLACK,
        says=Verdict.TRUE_POSITIVE,
        reopened=CARBONBLACK
        | {
            "workflow": {"status": "OPEN", "changed_by_type": "USER", "change_timestamp": _LATER},
            "determination": {"value": "NONE", "changed_by_type": "USER", "change_timestamp": _LATER},
        },
    ),
    Product(
        name="crowdstrike",
        format="crowdstrike",
        alert=FALCON_EVENT,
        verdict=FALCON_ALERT,
        says=Verdict.TRUE_POSITIVE,
        reopened=FALCON_ALERT | {"status": "reopened", "updated_timestamp": _LATER},
    ),
    Product(
        name="crowdstrike detection",
        format="crowdstrike",
        alert=FALCON_DETECT | {"status": "new"},
        verdict=FALCON_DETECT,
        says=Verdict.FALSE_POSITIVE,
        reopened=FALCON_DETECT | {"status": "reopened", "date_updated": _LATER},
    ),
    Product(
        name="sentinelone",
        format="sentinelone",
        alert=_threat(analystVerdict="undefined", incidentStatus="unresolved"),
        verdict=SENTINELONE,
        says=Verdict.FALSE_POSITIVE,
        reopened=_threat(analystVerdict="undefined", incidentStatus="unresolved", updatedAt=_LATER),
    ),
)

_SIEM = (
    Product(
        name="defender",
        format="defender",
        alert=DEFENDER_INFO_ROW,
        verdict=DEFENDER,
        says=Verdict.FALSE_POSITIVE,
        reopened=DEFENDER | {"status": "inProgress", "lastUpdateDateTime": _LATER},
    ),
    Product(
        name="defender incident",
        format="defender",
        alert=DEFENDER_ALERT | {"id": "da1777895998_50"},
        verdict=DEFENDER_INCIDENT | {"alerts": [DEFENDER_ALERT | {"id": "da1777895998_50"}]},
        says=Verdict.TRUE_POSITIVE,
        origin=_PROPAGATED,
    ),
    Product(
        name="elastic",
        format="elastic",
        alert=ELASTIC,
        verdict=_CLOSED_ELASTIC,
        says=Verdict.BENIGN_POSITIVE,
        reopened=ELASTIC | {"kibana.alert.workflow_status_updated_at": _LATER},
    ),
    Product(
        name="qradar",
        format="qradar",
        alert=QRADAR,
        verdict=QRADAR
        | {
            "status": "CLOSED",
            "close_time": 1777899600000,
            "closing_user": "ines",
            "closing_reason_id": 3,
            "closing_reason": "False-Positive, Tuned",
        },
        says=Verdict.FALSE_POSITIVE,
        # No re-opening: QRadar makes a new offense of what a closed one would still get.
    ),
    Product(
        name="secops",
        format="secops",
        alert_format="winnow",  # its alerts have no format of their own: a forwarder names them as the verdict does
        alert=_made("secops::alert-7"),
        verdict=SECOPS,
        says=Verdict.FALSE_POSITIVE,
        reopened=SECOPS | {"status": "OPEN", "updateTime": _LATER},
    ),
    Product(
        name="sentinel",
        format="sentinel",
        alert=_rest(status="New", classification=None, classificationReason=None),
        verdict=SENTINEL_REST_INCIDENT,
        says=Verdict.TRUE_POSITIVE,
        reopened=_rest(status="Active", lastModifiedTimeUtc=_LATER),
    ),
    Product(
        name="sentinel incident",
        format="sentinel",
        alert=SENTINEL_ALERT,
        verdict=SENTINEL_INCIDENT,
        says=Verdict.FALSE_POSITIVE,
        origin=_PROPAGATED,
    ),
    Product(
        name="splunk",
        format="splunk",
        alert={"sid": "scheduler__x", "search_name": SPLUNK["search_name"], "app": "x", "result": SPLUNK},
        verdict=_CLOSED_SPLUNK,
        says=Verdict.BENIGN_POSITIVE,
        reopened=_CLOSED_SPLUNK | {"status": "2", "status_label": "In Progress", "review_time": _LATER},
    ),
)

_CASES = (
    Product(
        name="iris",
        format="iris",
        alert=_IRIS_NEW,
        verdict=IRIS,
        says=Verdict.TRUE_POSITIVE,
        reopened=IRIS | {"status": {"status_name": "In progress"}},
    ),
    Product(
        name="iris case",
        format="iris",
        alert=_IRIS_NEW | {"alert_uuid": "5f0c3a1e-0000-4000-8000-000000000008"},
        verdict=IRIS_CASE | {"alerts": [{"alert_uuid": "5f0c3a1e-0000-4000-8000-000000000008"}]},
        says=Verdict.FALSE_POSITIVE,
        origin=_PROPAGATED,
    ),
    Product(
        name="iris, of a score",
        format="iris",
        alert_format="winnow",
        alert=_made("waf:edge-1:78"),
        verdict=IRIS | {"alert_uuid": "u-9", "alert_source": "winnow", "alert_source_ref": "waf:edge-1:78"},
        says=Verdict.TRUE_POSITIVE,
        reopened=IRIS
        | {
            "alert_uuid": "u-9",
            "alert_source": "winnow",
            "alert_source_ref": "waf:edge-1:78",
            "status": {"status_name": "Assigned"},
        },
    ),
    Product(
        name="thehive",
        format="thehive",
        alert=THEHIVE | {"status": "New", "stage": "New", "summary": None, "_updatedAt": None, "_updatedBy": None},
        verdict=THEHIVE,
        says=Verdict.FALSE_POSITIVE,
        reopened=THEHIVE | {"status": "InProgress", "stage": "InProgress", "_updatedAt": _LATER_MS},
    ),
    Product(
        name="thehive case",
        format="thehive",
        alert=THEHIVE | {"_id": "~77", "sourceRef": "mg-78", "status": "New", "stage": "New"},
        verdict=THEHIVE_CASE | {"alerts": ["~77"]},
        says=Verdict.TRUE_POSITIVE,
        origin=_PROPAGATED,
    ),
    Product(
        name="thehive, of a score",
        format="thehive",
        alert_format="winnow",
        alert=_made("waf:edge-1:79"),
        verdict=THEHIVE | {"_id": "~79", "source": "winnow", "sourceRef": "waf:edge-1:79"},
        says=Verdict.FALSE_POSITIVE,
        reopened=THEHIVE
        | {
            "_id": "~79",
            "source": "winnow",
            "sourceRef": "waf:edge-1:79",
            "status": "New",
            "stage": "New",
            "_updatedAt": _LATER_MS,
        },
    ),
)

PRODUCTS: tuple[Product, ...] = (*_AWS_AND_OPEN, *_ENDPOINT, *_SIEM, *_CASES)
