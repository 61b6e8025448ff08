"""AMiner (logdata-anomaly-miner): anomalies as its JSON converter writes them.

AMiner learns what is usual and grades nothing: its alerts have no severity, and none is made up.
"""

import json
from ipaddress import ip_address

from schemas import Severity
from services.siem.document import Document
from services.siem.identity import fingerprint
from services.siem.shape import AlertFormat, Format

_COMPONENT = "AnalysisComponent"


def vendor_id(document: Document) -> str:
    """A hash of the anomaly: it has no id of its own, and several may be found in one log line."""
    parts = (document.fields.get(name) for name in ("AMiner", _COMPONENT, "LogData"))
    return fingerprint(*(json.dumps(part, sort_keys=True) for part in parts))


def decisions(document: Document) -> dict[str, object]:
    """The machine whose logs are read: an AMiner is named after it, often by address."""
    named = document.text("AMiner.ID")
    try:
        return {"entities.host.ip": str(ip_address(named))}
    except ValueError:
        return {"entities.host.name": named}


FORMAT = Format(
    name="aminer",
    alerts=AlertFormat(
        recognised_by=(
            (f"{_COMPONENT}.AnalysisComponentType", "LogData"),
            (f"{_COMPONENT}.AnalysisComponentIdentifier", "LogData"),
        ),
        fields={
            "instance": ("AMiner.ID",),
            "title": (f"{_COMPONENT}.AnalysisComponentName", f"{_COMPONENT}.Message"),
            "description": ("LogData.RawLogData",),
            "rule.id": (f"{_COMPONENT}.AnalysisComponentIdentifier", f"{_COMPONENT}.AnalysisComponentType"),
            "rule.name": (f"{_COMPONENT}.AnalysisComponentName",),
        },
        vendor_id=vendor_id,
        identity=(),
        observed_at=("LogData.Timestamps",),
        raised_at=("LogData.DetectionTimestamp", "LogData.Timestamps"),
        severity=lambda _: Severity.UNKNOWN,
        decide=decisions,
        noise=("LogData.Timestamps", "LogData.DetectionTimestamp", f"{_COMPONENT}.PersistenceFileName"),
        leading=(
            f"{_COMPONENT}.Message",
            f"{_COMPONENT}.AffectedLogAtomValues",
            f"{_COMPONENT}.AffectedLogAtomPaths",
            f"{_COMPONENT}.MissingCharacters",
            "LogData.LogResources",
            _COMPONENT,
            "FrequencyData",
            "CountData",
        ),
    ),
)
