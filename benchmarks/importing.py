"""Importing history: closed alerts a second from a file into SQLite, beside reading the same file and storing nothing.

    python -m benchmarks.importing [ALERTS]

The file has JSON lines, an Elastic alert each; every second one has a verdict.
"""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from benchmarks.report import asked, line, report
from services.runtime.buffer import open_writer
from services.runtime.history import HistoryFile, import_history
from services.runtime.history.reading import read_historic
from services.runtime.settings import BufferSettings
from services.siem.reading import BUILT_IN

ROUNDS = 3
REASONS = ("true_positive", "benign_positive", "false_positive")


def _alerts(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
        alert = {
            "_id": f"bench-{number}",
            "@timestamp": when.isoformat(),
            "kibana.alert.uuid": f"bench-{number}",
            "kibana.alert.rule.name": "Many failed logins",
            "kibana.alert.rule.rule_id": f"rule-{number % 50}",
            "kibana.alert.severity": "medium",
            "kibana.alert.reason": "authentication event with many failures in a short time " * 3,
            "host": {"name": f"web-{number % 40}", "ip": ["10.0.0.7"]},
            "user": {"name": f"user-{number % 200}"},
            "source": {"ip": "203.0.113.9", "port": 51000},
            "process": {"name": "sshd", "command_line": "/usr/sbin/sshd -D", "pid": number},
        }
        closed = {
            "kibana.alert.workflow_status": "closed",
            "kibana.alert.workflow_reason": REASONS[number % 3],
            "kibana.alert.workflow_user": f"analyst-{number % 7}",
            "kibana.alert.workflow_status_updated_at": (when + timedelta(hours=1)).isoformat(),
        }
        yield {**alert, **closed} if number % 2 else alert


def _read(file: Path) -> float:
    """Seconds to read and parse the file."""
    started = time.perf_counter()
    with HistoryFile(file) as history:
        for item in history.items():
            for _ in read_historic(item.value, reader=BUILT_IN, format_name=None):
                pass
    return time.perf_counter() - started


def _import(file: Path, database: Path) -> float:
    """Seconds to import the file."""
    writer = open_writer(BufferSettings(url=SecretStr(f"sqlite:///{database}")))
    started = time.perf_counter()
    with HistoryFile(file) as history:
        import_history(
            history.items(),
            writer,
            reader=BUILT_IN,
            format_name=None,
            refuse=lambda _item, refusal: sys.exit(refusal.detail),
            progress=lambda _: None,
        )
    seconds = time.perf_counter() - started
    writer.close()
    return seconds


def main() -> None:
    """Measure, write, print."""
    count = asked(20_000)
    read, first, again = [], [], []
    with TemporaryDirectory(prefix="winnow-bench-") as name:
        file = Path(name) / "closed.jsonl"
        file.write_text("".join(f"{json.dumps(alert)}\n" for alert in _alerts(count)), encoding="utf-8")
        for number in range(ROUNDS):
            database = Path(name) / f"buffer-{number}.db"
            read.append(count / _read(file))
            first.append(count / _import(file, database))
            again.append(count / _import(file, database))
    report(
        "importing",
        [
            line("closed alerts imported (reference: only read)", first, unit="alerts/s", reference=read),
            line("imported again, nothing new (reference: only read)", again, unit="alerts/s", reference=read),
        ],
    )


if __name__ == "__main__":
    main()
