"""A site's own format whose alerts and verdicts have lists under the names under which envelopes have theirs."""

from typing import Any

from schemas import Severity, Verdict
from services.siem.reading import FORMATS, Reader
from services.siem.shape import AlertFormat, FeedbackFormat, Format

LISTS: tuple[dict[str, Any], ...] = (
    {"findings": [{"port": 22}, {"port": 80}]},
    {"Findings": [{"port": 22}]},
    {"records": [{"port": 22}, {"port": 80}]},
    {"hits": {"hits": [{"port": 22}, {"port": 80}]}},
    {"@odata.context": "https://example.org", "value": [{"port": 22}, {"port": 80}]},
)
SCANS = tuple({"scan": "S-1", "title": "Two ports are open", "at": "2026-01-05T09:00:00Z"} | held for held in LISTS)
"""Alerts, each one message."""
JUDGED = tuple({"scan": "S-1", "said": "harmless", "at": "2026-01-05T10:00:00Z"} | held for held in LISTS)
"""Verdicts, each one message."""

_FORMAT = Format(
    name="scans",
    alerts=AlertFormat(
        recognised_by=(("scan", "title"),),
        fields={"title": ("title",)},
        vendor_id=lambda document: document.text("scan"),
        identity=(),
        observed_at=("at",),
        raised_at=("at",),
        severity=lambda _: Severity.LOW,
    ),
    feedback=FeedbackFormat(
        recognised_by=(("scan", "said"),),
        decided_at=("at",),
        decide=lambda document: {
            "alert_id": f"scans::{document.text('scan')}",
            "verdict": Verdict.FALSE_POSITIVE,
        },
    ),
)
READER = Reader((*FORMATS, _FORMAT))
