"""FORMATS.md: what each format fills of AlertV1, read off the alerts that the unit tests read.

python -m tests.format_table [--check]
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from schemas import AlertV1, Severity
from services.siem.reading import FEEDBACK_FORMATS, Refusal, read_alerts
from tests.unit.siem.conftest import ALERTS

PAGE = Path(__file__).parents[1] / "FORMATS.md"
RECEIVED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PARTS = ("host", "user", "process", "network", "file", "url", "email", "cloud")
HEAD = """# Formats

What Winnow reads from `siem.alerts`, and which fields of [`AlertV1`](schemas/json/AlertV1.schema.json) each format
fills. This page is made from the alerts that the unit tests read (`python -m tests.format_table`), one of each
format: a real alert fills what is in it. `-` says that the test's alert has nothing of the kind.

The Kafka header `format` names the format by the first column. Without it an alert is recognised by fields that only
its vendor has; `ecs` counts only where no vendor's own fits. What has no place of its own becomes evidence, at most
32 short entries, without secrets, payloads and what analysts wrote. Every alert gets a title, an id that stays the
same when it is sent again, two times in UTC and a severity with the vendor's own value beside it.

Read from real alerts in tests where such are at hand: Wazuh 4, Suricata, AMiner, Sigma matches (Windows events), and
from vendors' own samples: Elastic, Defender, Sentinel, Splunk, GuardDuty, Security Hub, CrowdStrike, OCSF, QRadar.
The others are written after the vendors' documents alone.
"""


def alert_of(name: str) -> AlertV1:
    """The test's alert of a format, read."""
    (read,) = read_alerts(json.dumps(ALERTS[name]).encode(), format_name=name, received_at=RECEIVED)
    if isinstance(read, Refusal):
        raise TypeError(f"{name}: {read.detail}")
    return read


def page() -> str:
    """The whole page."""
    columns = ("format", "severity", "rule", "ATT&CK", *PARTS, "evidence", "verdicts")
    rows = [columns, tuple("---" for _ in columns), *(_row(name) for name in sorted(ALERTS))]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    only = ", ".join(f"`{name}`" for name in sorted(set(FEEDBACK_FORMATS) - set(ALERTS)))
    return f"{HEAD}\n{table}\n\nVerdicts alone are read of {only}.\n"


def _row(name: str) -> tuple[str, ...]:
    alert = alert_of(name)
    filled = alert.model_dump(exclude_defaults=True)
    entities = filled.get("entities", {})
    severity = alert.severity.value if alert.severity is not Severity.UNKNOWN else "-"
    words = (severity, _names(filled.get("rule")), _names(filled.get("attack")))
    parts = (_names(entities.get(part)) for part in PARTS)
    return (f"`{name}`", *words, *parts, str(len(alert.evidence)), "yes" if name in FEEDBACK_FORMATS else "-")


def _names(part: object) -> str:
    """The fields of a part that are filled."""
    return ", ".join(part).replace("_", " ") if isinstance(part, dict) and part else "-"


def main() -> int:
    """Write the page, or say whether it is what the code says."""
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
