"""What of a file goes to its topic, and under which key."""

import json
from pathlib import Path

import pytest

from services.cli.sending import _readable
from services.siem.reading import read_alerts, read_feedback
from tests.unit.siem.conftest import ELASTIC, SURICATA, WAZUH


def test_alerts_are_keyed_by_their_host_and_sent_as_they_are(tmp_path: Path) -> None:
    """So that all alerts of a host share a partition; without a host the alert's id."""
    lines = [json.dumps(WAZUH), json.dumps(ELASTIC), json.dumps(SURICATA)]
    (tmp_path / "alerts.json").write_text("\n".join(lines))
    refused: list[str] = []
    sent = list(_readable(tmp_path / "alerts.json", read_alerts, None, refused))
    assert [value.decode() for _, value in sent] == lines
    assert [key for key, _ in sent[:2]] == [b"web-03", b"hr-lt-21"]
    assert sent[2][0].startswith(b"suricata:")
    assert refused == []


def test_what_could_not_be_read_is_said_and_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would only become a dead letter, and nobody would know."""
    verdict = {"alert_id": "w:1", "source": "w", "verdict": "false_positive", "decided_at": "2026-01-05T09:30:00Z"}
    (tmp_path / "verdicts.json").write_text(f"{json.dumps(verdict)}\nnot json\n")
    refused: list[str] = []
    sent = list(_readable(tmp_path / "verdicts.json", read_feedback, None, refused))
    assert [key for key, _ in sent] == [b"w:1"]
    assert len(refused) == 1
    assert "line 2: not_json" in capsys.readouterr().err


def test_a_verdict_over_two_lines_is_one(tmp_path: Path) -> None:
    """As the README shows it."""
    (tmp_path / "verdict.json").write_text(
        '{"alert_id": "wazuh:m:1", "verdict": "false_positive",\n "decided_at": "2026-01-05T09:30:00Z"}'
    )
    refused: list[str] = []
    assert len(list(_readable(tmp_path / "verdict.json", read_feedback, None, refused))) == 1
    assert refused == []
