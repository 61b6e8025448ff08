"""Settings: where they come from, and what a wrong one says."""

from pathlib import Path

import pytest

from services.runtime.errors import SettingsInvalid
from services.runtime.settings import KafkaSettings, ProcessSettings


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WINNOW_CONFIG", raising=False)


def test_the_environment_beats_the_file_and_the_file_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The three sources in their order."""
    (tmp_path / "winnow.toml").write_text('[kafka]\nbootstrap_servers = "file:1"\n[log]\nlevel = "ERROR"\n')
    monkeypatch.setenv("WINNOW_KAFKA__BOOTSTRAP_SERVERS", "environment:1")
    settings = ProcessSettings.read()
    assert settings.kafka.bootstrap_servers == "environment:1"
    assert settings.log.level == "ERROR"
    assert settings.http.host == "127.0.0.1"


def test_a_file_named_by_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """WINNOW_CONFIG names another file."""
    (tmp_path / "other.toml").write_text("[http]\nport = 9100\n")
    monkeypatch.setenv("WINNOW_CONFIG", str(tmp_path / "other.toml"))
    assert ProcessSettings.read().http.port == 9100


def test_a_named_file_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process must not start with defaults because of a typo in a path."""
    monkeypatch.setenv("WINNOW_CONFIG", str(tmp_path / "missing.toml"))
    with pytest.raises(SettingsInvalid, match="is not a file"):
        ProcessSettings.read()


def test_a_file_that_is_not_toml_is_an_error(tmp_path: Path) -> None:
    """What is wrong with the file is said, not shown as a traceback."""
    (tmp_path / "winnow.toml").write_text("[kafka\n")
    with pytest.raises(SettingsInvalid, match=r"winnow\.toml"):
        ProcessSettings.read()


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("WINNOW_KAFKA__REPLICATION_FACTOR", "many", "kafka.replication_factor"),
        ("WINNOW_KAFKA__BOOTSTRAP_SERVER", "x:1", "kafka.bootstrap_server"),
        ("WINNOW_HTTP__PORT", "70000", "http.port"),
    ],
)
def test_a_wrong_value_or_name_says_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, place: str
) -> None:
    """A typo or a value out of bounds stops the start and names its place."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=place.replace(".", r"\.")):
        ProcessSettings.read()


def test_a_section_nobody_knows_is_an_error(tmp_path: Path) -> None:
    """A misspelt section must not be ignored."""
    (tmp_path / "winnow.toml").write_text("[kafak]\nbootstrap_servers = 'x:1'\n")
    with pytest.raises(SettingsInvalid, match="kafak"):
        ProcessSettings.read()


def test_a_section_of_another_service_is_not_an_error(tmp_path: Path) -> None:
    """One file serves all services."""
    (tmp_path / "winnow.toml").write_text("[trainer]\nminimum_verdicts = 5\n[classifier]\n[collector]\n[training]\n")
    ProcessSettings.read()


def test_secrets_are_neither_printed_nor_in_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password stays out of logs."""
    monkeypatch.setenv("WINNOW_KAFKA__SASL_PASSWORD", "hunter2")
    assert "hunter2" not in repr(ProcessSettings.read())
    monkeypatch.setenv("WINNOW_KAFKA__SASL_MECHANISM", "hunter3")
    with pytest.raises(SettingsInvalid) as raised:
        ProcessSettings.read()
    assert "hunter" not in str(raised.value)


def test_settings_are_frozen() -> None:
    """What was read at start stays."""
    with pytest.raises(ValueError, match="frozen"):
        setattr(KafkaSettings(), "bootstrap_servers", "x:1")  # noqa: B010 - past the type checker
