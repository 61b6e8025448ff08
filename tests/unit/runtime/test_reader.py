"""The reader the settings ask for; what is wrong with them ends a process before it starts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import AlertV1, FeedbackV1, Verdict
from services.classifier import bootstrap as classifier
from services.collector import bootstrap as collector
from services.runtime.errors import SettingsInvalid
from services.runtime.reader import reader_of
from services.runtime.settings import ProcessSettings, SiemSettings

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FORMATS = "formats:\n  own:\n    alerts: {recognised_by: [[own_id]], id: own_id, fields: {title: text}}\n"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WINNOW_CONFIG", raising=False)


def test_own_formats_are_read_beside_the_built_in_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the file that the environment names."""
    (tmp_path / "formats.yaml").write_text(FORMATS)
    monkeypatch.setenv("WINNOW_SIEM__FORMATS_FILE", str(tmp_path / "formats.yaml"))
    reader = reader_of(ProcessSettings.read().siem)
    assert {"own", "wazuh"} <= set(reader.alert_formats)
    (alert,) = reader.read_alerts(b'{"own_id": 7, "text": "t"}', format_name=None, received_at=NOW)
    assert isinstance(alert, AlertV1)
    assert alert.alert_id == "own::7"


def test_verdict_values_come_from_the_settings_file(tmp_path: Path) -> None:
    """A table for each source."""
    (tmp_path / "winnow.toml").write_text('[siem.verdicts.desk]\n"Pen Test" = "benign_positive"\n')
    reader = reader_of(ProcessSettings.read().siem)
    value = json.dumps({"alert_id": "a:b:c", "source": "desk", "verdict": "pen test"}).encode()
    (verdict,) = reader.read_feedback(value, format_name=None, received_at=NOW)
    assert isinstance(verdict, FeedbackV1)
    assert (verdict.verdict, verdict.vendor_value) == (Verdict.BENIGN_POSITIVE, "pen test")


@pytest.mark.parametrize(
    "tables",
    [
        '{"desk": {"x": "true_postive"}}',
        '{"desk": {}}',
        '{"desk": {" ": "other"}}',
        '{"desk": {"X": "other", "x": "other"}}',
        '{"Desk!": {"x": "other"}}',
    ],
)
def test_a_table_with_a_mistake_is_said_with_its_place(tables: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo must not make every verdict `other`."""
    monkeypatch.setenv("WINNOW_SIEM__VERDICTS", tables)
    with pytest.raises(SettingsInvalid, match=r"siem\.verdicts"):
        ProcessSettings.read()


def test_a_file_that_is_not_there_is_a_settings_error(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        reader_of(SiemSettings(formats_file=tmp_path / "missing.yaml"))


@pytest.mark.parametrize("main", [classifier.main, collector.main])
def test_a_mistake_in_own_formats_stops_a_service_at_its_start(
    main: "object", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 before any broker is asked for, and a message with file, line and field."""
    (tmp_path / "formats.yaml").write_text(FORMATS.replace("title:", "titel:"))
    monkeypatch.setenv("WINNOW_SIEM__FORMATS_FILE", "formats.yaml")
    monkeypatch.setenv("WINNOW_KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1")
    assert callable(main)
    assert main() == 2
    assert "formats.yaml:3: formats.own.alerts.fields.titel" in capsys.readouterr().err


def test_pseudonyms_come_with_a_key_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing the reader gives names anybody."""
    native = json.dumps(
        {"alert_id": "w:1", "source": "w", "title": "Ines again", "entities": {"user": {"name": "Ines"}}}
    )
    (tmp_path / "key").write_text("0123456789abcdef\n")
    monkeypatch.setenv("WINNOW_SIEM__PSEUDONYMS", '["user", "host"]')
    monkeypatch.setenv("WINNOW_SIEM__PSEUDONYM_KEY_FILE", "key")
    by_file = reader_of(ProcessSettings.read().siem)
    monkeypatch.delenv("WINNOW_SIEM__PSEUDONYM_KEY_FILE")
    monkeypatch.setenv("WINNOW_SIEM__PSEUDONYM_KEY", "0123456789abcdef")
    by_environment = reader_of(ProcessSettings.read().siem)
    for reader in (by_file, by_environment):
        assert reader.is_private
        (alert,) = reader.read_alerts(native.encode(), format_name=None, received_at=NOW)
        assert isinstance(alert, AlertV1)
        assert alert.title == f"{alert.entities.user.name} again"
        assert alert.entities.user.name.startswith("user-")
    assert by_file.read_alerts(native.encode(), format_name=None, received_at=NOW) == (alert,)


@pytest.mark.parametrize("key", ["", "short"])
def test_pseudonyms_without_a_key_are_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short one could be guessed, and with it every name."""
    monkeypatch.setenv("WINNOW_SIEM__PSEUDONYMS", '["user"]')
    monkeypatch.setenv("WINNOW_SIEM__PSEUDONYM_KEY", key)
    with pytest.raises(SettingsInvalid, match="openssl rand"):
        reader_of(ProcessSettings.read().siem)
