"""The command, run as a person runs it: results on stdout, messages on stderr, exit codes that mean something."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli import reference
from services.cli.local import unused

WAZUH = {
    "timestamp": "2026-01-05T09:00:00.000+0000",
    "id": "1767603600.1",
    "manager": {"name": "manager-1"},
    "agent": {"id": "003", "name": "web-01"},
    "rule": {"id": "5712", "level": 10, "description": "sshd: brute force", "groups": ["sshd"]},
    "full_log": "Failed password for root from 203.0.113.9 port 4242 ssh2",
    "data": {"srcip": "203.0.113.9"},
    "location": "/var/log/auth.log",
}


def winnow(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "services.cli.app", *arguments],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3]), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_alert_becomes_a_line_of_the_contract(tmp_path: Path) -> None:
    """What a first user tries: what does Winnow make of my alerts?"""
    (tmp_path / "alerts.json").write_text(json.dumps(WAZUH) + "\n")
    done = winnow("alerts", "normalise", "alerts.json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["alert_id"] == "wazuh:manager-1:1767603600.1"


def test_an_array_is_read_as_its_items(tmp_path: Path) -> None:
    """JSON lines and one JSON array mean the same."""
    (tmp_path / "alerts.json").write_text(json.dumps([WAZUH, WAZUH | {"id": "1767603600.2"}]))
    done = winnow("alerts", "normalise", "alerts.json", "--format", "wazuh", folder=tmp_path)
    assert len(done.stdout.splitlines()) == 2


def test_what_is_refused_is_said_with_its_line(tmp_path: Path) -> None:
    """The good lines come out, the bad one goes to stderr, and the exit code tells."""
    (tmp_path / "alerts.json").write_text("not json\n" + json.dumps(WAZUH) + "\n")
    done = winnow("alerts", "normalise", "alerts.json", folder=tmp_path)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert "line 1: not_json" in done.stderr


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """Exit code 2 and a sentence, no traceback."""
    done = winnow("alerts", "normalise", "missing.json", folder=tmp_path)
    assert done.returncode == 2
    assert "missing.json is not a file" in done.stderr


def test_wrong_settings_are_said_with_their_place(tmp_path: Path) -> None:
    """Exit code 2 for a setting out of bounds."""
    done = winnow("topics", "check", folder=tmp_path, WINNOW_KAFKA__REPLICATION_FACTOR="many")
    assert done.returncode == 2
    assert "kafka.replication_factor" in done.stderr


@pytest.mark.parametrize("command", [("topics", "create"), ("models", "list"), ("alerts", "send", "alerts.json")])
def test_without_a_broker_a_command_says_what_to_start(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Exit code 3: something it needs is not there."""
    (tmp_path / "alerts.json").write_text(json.dumps(WAZUH) + "\n")
    nobody = {"WINNOW_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1", "WINNOW_KAFKA__BOOTSTRAP_SECONDS": "1"}
    done = winnow(*command, folder=tmp_path, **nobody)
    assert done.returncode == 3, done.stderr
    assert "WINNOW_KAFKA__BOOTSTRAP_SERVERS" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_demo_does_not_write_over_an_earlier_one(tmp_path: Path) -> None:
    """Exit code 2, before anything is started."""
    (tmp_path / "earlier").mkdir()
    done = winnow("demo", "--out", "earlier", folder=tmp_path)
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_a_demo_that_is_run_again_takes_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make demo` names none."""
    monkeypatch.chdir(tmp_path)
    assert unused("winnow-demo") == Path("winnow-demo")
    for name in ("winnow-demo", "winnow-demo-2"):
        (tmp_path / name).mkdir()
    assert unused("winnow-demo") == Path("winnow-demo-3")


def test_an_empty_buffer_can_be_reported(tmp_path: Path) -> None:
    """Zeros, as JSON for a program."""
    done = winnow("data", "report", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["examples"] == 0


def test_every_command_has_an_example_in_its_help() -> None:
    """A person should not have to guess."""
    page = reference.reference()
    for section in page.split("\n### `winnow ")[1:]:
        assert "Example: `" in section, section.splitlines()[0]


def test_the_reference_is_what_the_code_says() -> None:
    """REFERENCE.md is written by `make generate`."""
    assert Path(reference.PAGE).read_text(encoding="utf-8") == reference.reference()


def test_a_new_token_is_printed_with_what_the_settings_hold_of_it(tmp_path: Path) -> None:
    """Only its hash goes into a file."""
    done = winnow("gateway", "--new-token", folder=tmp_path)
    said = dict(line.split(": ") for line in done.stdout.splitlines())
    assert said["token_sha256"] == hashlib.sha256(said["token"].encode()).hexdigest()
