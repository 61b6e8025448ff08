"""What of a file goes to its topic, and under which key."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli.lines import read_items
from services.cli.sending import Unread, _readable
from services.siem.reading import BUILT_IN, Read, read_alerts, read_feedback
from tests.scans import JUDGED, READER, SCANS
from tests.unit.siem.conftest import ELASTIC, SURICATA, WAZUH


def sent(content: str, folder: Path, read: Read = read_alerts) -> tuple[list[tuple[bytes, bytes]], Unread]:
    """Key and value of what would be sent of a file with that content, and what was not read."""
    file, unread = folder / "items.json", Unread()
    file.write_text(content)
    known = BUILT_IN.is_alert if read is read_alerts else BUILT_IN.is_verdict
    return list(_readable(read_items(file, known), read, None, unread)), unread


def test_alerts_are_keyed_by_their_host_and_sent_as_they_are(tmp_path: Path) -> None:
    """So that all alerts of a host share a partition; without a host the alert's id."""
    lines = [json.dumps(WAZUH), json.dumps(ELASTIC), json.dumps(SURICATA)]
    messages, unread = sent("\n".join(lines), tmp_path)
    assert [value.decode() for _, value in messages] == lines
    assert [key for key, _ in messages[:2]] == [b"web-03", b"hr-lt-21"]
    assert messages[2][0].startswith(b"suricata:")
    assert unread == Unread()


def test_what_could_not_be_read_is_said_and_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would only become a dead letter, and nobody would know."""
    verdict = {"alert_id": "w:1", "source": "w", "verdict": "false_positive", "decided_at": "2026-01-05T09:30:00Z"}
    messages, unread = sent(f"{json.dumps(verdict)}\nnot json\n", tmp_path, read_feedback)
    assert [key for key, _ in messages] == [b"w:1"]
    assert unread == Unread(refused=1)
    assert "line 2: not_json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "number", "unread", "told"),
    [
        ([WAZUH], 1, Unread(), ""),
        ([{"a": 1}, WAZUH], 1, Unread(refused=1), "; 1 refused and not sent"),
        ([[WAZUH, 5, {}], WAZUH], 2, Unread(partly=1), ", 1 of them for a part: the rest will be dead-lettered"),
        (
            [[WAZUH, 5, {}], {"records": [{}, {}]}, "text"],
            1,
            Unread(partly=1, refused=2),
            ", 1 of them for a part: the rest will be dead-lettered; 2 refused and not sent",
        ),
    ],
)
def test_messages_are_counted_and_not_what_each_holds(lines: list[Any], number: int, unread: Unread, told: str) -> None:
    """One that is sent for the sake of what can be read of it is not among those that are not sent."""
    found = Unread()
    items = enumerate((json.dumps(line).encode() for line in lines), start=1)
    assert len(list(_readable(items, read_alerts, None, found))) == number
    assert (found, found.told()) == (unread, told)


@pytest.mark.parametrize("kind", ["alerts", "verdicts"])
def test_a_known_item_over_many_lines_is_one_message_whatever_lists_it_has(kind: str, tmp_path: Path) -> None:
    """As the classifier and the collector would read it."""
    items, is_known = (SCANS, READER.is_alert) if kind == "alerts" else (JUDGED, READER.is_verdict)
    file = tmp_path / "items.json"
    file.write_text("\n".join(json.dumps(item, indent=1) for item in items))
    assert [json.loads(value) for _, value in read_items(file, is_known)] == list(items)


def test_a_verdict_over_two_lines_is_one(tmp_path: Path) -> None:
    """As the README shows it."""
    content = '{"alert_id": "wazuh:m:1", "verdict": "false_positive",\n "decided_at": "2026-01-05T09:30:00Z"}'
    messages, unread = sent(content, tmp_path, read_feedback)
    assert len(messages) == 1
    assert unread == Unread()
