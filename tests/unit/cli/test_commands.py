"""The command, run as a person runs it: results on stdout, messages on stderr, exit codes that mean something."""

import gzip
import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.cli import reference
from services.cli.local import unused
from services.runtime.buffer import open_writer
from services.runtime.settings import BufferSettings
from tests.bundles import write_bundle
from tests.messages import WAZUH

NOBODY = {"WINNOW_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1", "WINNOW_KAFKA__BOOTSTRAP_SECONDS": "1"}
"""Where no broker is."""


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
    done = winnow(*command, folder=tmp_path, **NOBODY)
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


@pytest.mark.parametrize("command", [("data", "report"), ("data", "forget", "--user", "jdoe"), ("train",)])
def test_a_buffer_that_is_not_there_is_said_and_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Zeros from an empty one would say that nothing was learned, or that nobody had to be forgotten."""
    done = winnow(*command, folder=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "WINNOW_BUFFER__URL" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_its_package_is_one_line(tmp_path: Path) -> None:
    """It names what to install."""
    done = winnow("models", "show", "v1", folder=tmp_path, WINNOW_STORE__URL="s3://bucket/models")
    assert done.returncode != 0
    assert "s3fs" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_has_an_example_in_its_help() -> None:
    """A person should not have to guess."""
    page = reference.reference()
    for section in page.split("\n### `winnow ")[1:]:
        assert "Example: `" in section, section.splitlines()[0]


def test_the_reference_is_what_the_code_says() -> None:
    """REFERENCE.md is written by `make generate`."""
    assert Path(reference.PAGE).read_text(encoding="utf-8") == reference.reference()


CEF = "<134>May  4 11:58:00 gate-1 CEF:0|Example|Gatekeeper|1|IPS-1|Scan seen|5|externalId={} src=203.0.113.40"


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(WAZUH, indent=2),
        json.dumps({"hits": {"hits": [{"_id": "a", "_source": WAZUH}]}}, indent=2),
        json.dumps({"records": [WAZUH]}, indent=1),
        json.dumps({"records": [WAZUH]}),
        json.dumps({"message": json.dumps(WAZUH)}),
        json.dumps([{"message": json.dumps(WAZUH)}]),
        "\ufeff" + json.dumps([WAZUH], indent=2),
    ],
)
def test_a_file_is_read_in_any_envelope(content: str, tmp_path: Path) -> None:
    """Over one line or many, plain or packed."""
    (tmp_path / "alerts.json").write_text(content, encoding="utf-8")
    (tmp_path / "alerts.json.gz").write_bytes(gzip.compress(content.encode()))
    for file in ("alerts.json", "alerts.json.gz"):
        done = winnow("alerts", "normalise", file, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == ["wazuh"]


def test_lines_of_several_formats_are_read_and_the_rest_said_with_their_line(tmp_path: Path) -> None:
    """CEF, LEEF, JSON, wrapped or not; exit code 1 for what is refused."""
    leef = "LEEF:1.0|Example|Watchman|1|Beacon|src=10.0.0.1\tsev=7"
    lines = [CEF.format(1), leef, "nobody's", json.dumps(WAZUH), '{"half": ', json.dumps({"log": CEF.format(2)})]
    (tmp_path / "alerts.log").write_text("\n".join(lines) + "\n")
    done = winnow("alerts", "normalise", "alerts.log", folder=tmp_path)
    assert done.returncode == 1
    assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == ["cef", "leef", "wazuh", "cef"]
    assert "line 3: not_json" in done.stderr
    assert "line 5: not_json" in done.stderr


def test_a_file_whose_first_line_is_cut_is_read_by_its_lines(tmp_path: Path) -> None:
    """One bad line does not cost the file."""
    (tmp_path / "alerts.json").write_text('{"cut": \n' + json.dumps(WAZUH) + "\n")
    done = winnow("alerts", "normalise", "alerts.json", folder=tmp_path)
    assert len(done.stdout.splitlines()) == 1
    assert "line 1: not_json" in done.stderr


def test_documents_that_follow_one_another_are_read_one_by_one(tmp_path: Path) -> None:
    """As jq prints them."""
    both = (json.dumps(WAZUH | {"id": str(n)}, indent=2) for n in (1, 2))
    (tmp_path / "alerts.json").write_text("\n".join(both))
    done = winnow("alerts", "normalise", "alerts.json", folder=tmp_path)
    assert len(done.stdout.splitlines()) == 2


def test_a_packed_file_that_is_cut_is_said(tmp_path: Path) -> None:
    """After what could be read of it."""
    (tmp_path / "alerts.gz").write_bytes(gzip.compress((json.dumps(WAZUH) + "\n").encode() * 500)[:-20])
    done = winnow("alerts", "normalise", "alerts.gz", folder=tmp_path)
    assert done.returncode == 1
    assert "is not whole gzip" in done.stderr


def test_own_formats_are_read_and_a_mistake_in_them_is_wrong_usage(tmp_path: Path) -> None:
    """Exit code 2 with file, line and field."""
    formats = "formats:\n  own:\n    alerts: {recognised_by: [[own_id]], id: own_id, fields: {title: text}}\n"
    (tmp_path / "formats.yaml").write_text(formats)
    (tmp_path / "bad.yaml").write_text(formats.replace("id: own_id", "id: own_id..x"))
    (tmp_path / "alerts.json").write_text('{"own_id": 7, "text": "t"}\n')
    command = ("alerts", "normalise", "alerts.json")
    done = winnow(*command, folder=tmp_path, WINNOW_SIEM__FORMATS_FILE="formats.yaml")
    assert json.loads(done.stdout)["alert_id"] == "own::7", done.stderr
    done = winnow(*command, folder=tmp_path, WINNOW_SIEM__FORMATS_FILE="bad.yaml")
    assert done.returncode == 2
    assert "bad.yaml:3: formats.own.alerts.id" in done.stderr


def test_a_new_token_is_printed_with_what_the_settings_hold_of_it(tmp_path: Path) -> None:
    """Only its hash goes into a file."""
    done = winnow("gateway", "--new-token", folder=tmp_path)
    said = dict(line.split(": ") for line in done.stdout.splitlines())
    assert said["token_sha256"] == hashlib.sha256(said["token"].encode()).hexdigest()


def test_a_bundle_that_cannot_judge_is_a_sentence(tmp_path: Path) -> None:
    """Its files are what its manifest says, its head is no graph: exit code 1, no traceback."""
    write_bundle(tmp_path / "bundle", head=b"no graph")
    (tmp_path / "alerts.json").write_text(json.dumps(WAZUH) + "\n")
    done = winnow("score", "bundle", "alerts.json", folder=tmp_path)
    assert done.returncode == 1
    assert "head.onnx does not load" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_says_what_is_missing_and_looks_at_the_rest(tmp_path: Path) -> None:
    """Without a broker: exit code 1, the settings and the processor are looked at all the same."""
    done = winnow("doctor", "--json", folder=tmp_path, **NOBODY)
    assert done.returncode == 1, done.stderr
    found = {each["name"]: each for each in json.loads(done.stdout)}
    states = {name: each["state"] for name, each in found.items()}
    sound = dict.fromkeys(("settings", "buffer", "processor"), "sound")
    assert states == sound | {"Kafka": "PROBLEM", "model": "not looked at"}
    assert "127.0.0.1:1" in found["Kafka"]["text"]
    assert "the collector makes it" in found["buffer"]["text"]


@pytest.mark.parametrize(
    ("setting", "named"),
    [("CLASSIFIER__IN_FLIGHT", "classifier.in_flight"), ("TRAINING__BATCH", "training.batch")],
)
def test_the_doctor_finds_settings_that_are_not_usable(tmp_path: Path, setting: str, named: str) -> None:
    """Of any service, and says which."""
    state, text = doctor_of(tmp_path, "settings", **{f"WINNOW_{setting}": "none"})
    assert (state, named in text) == ("PROBLEM", True)


def doctor_of(folder: Path, look: str, **settings: str) -> tuple[str, str]:
    """The state of one look, and what is said of it."""
    done = winnow("doctor", "--json", folder=folder, **NOBODY | settings)
    found = {each["name"]: each for each in json.loads(done.stdout)}[look]
    return found["state"], found["text"]


def test_the_doctor_looks_at_a_buffer_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    """One that is new is sound, one of another version is not; nothing is made and nothing upgraded."""
    file = tmp_path / "winnow.db"
    file.write_bytes(b"")
    assert doctor_of(tmp_path, "buffer") == ("sound", "it answers, its tables are not there yet")
    assert file.read_bytes() == b""
    file.unlink()
    open_writer(BufferSettings(url=SecretStr(f"sqlite:///{file}"))).close()
    assert doctor_of(tmp_path, "buffer") == ("sound", "it answers, its tables are the newest")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    assert doctor_of(tmp_path, "buffer")[0] == "PROBLEM"
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    """To the doctor, and to whoever opens it: no traceback, and nothing that waiting would mend."""
    (tmp_path / "winnow.db").write_bytes(b"no database at all" * 100)
    state, text = doctor_of(tmp_path, "buffer")
    assert (state, "not a database" in text) == ("PROBLEM", True)
    done = winnow("data", "report", folder=tmp_path)
    assert (done.returncode, "not a database" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("setting", ["KAFKA__SSL_CA_FILE", "GATEWAY__TLS_CERT_FILE", "SIEM__FORMATS_FILE"])
def test_the_doctor_finds_a_file_that_is_not_there(tmp_path: Path, setting: str) -> None:
    """And goes on looking at the rest."""
    named = {f"WINNOW_{setting}": "missing.pem", "WINNOW_KAFKA__SECURITY_PROTOCOL": "SSL"}
    state, text = doctor_of(tmp_path, "settings", **named)
    assert (state, "missing.pem" in text) == ("PROBLEM", True)


def test_a_stream_is_sized_by_alerts_of_one_s_own(tmp_path: Path) -> None:
    """A table for a person, the same figures for a program; nothing but a file and a bundle is needed."""
    write_bundle(tmp_path / "bundle")
    (tmp_path / "alerts.json").write_text((json.dumps(WAZUH) + "\n") * 10)
    size = ("doctor", "--size", "--file", "alerts.json", "--bundle", "bundle")
    told = json.loads(winnow(*size, "--json", folder=tmp_path).stdout)
    assert told["costs"]["new_share"] == 0.1
    assert [row["rate"] for row in told["needs"]][-1] == 1_000_000
    shown = winnow(*size, folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "1,000,000" in shown.stdout
    assert "10.0% of these alerts count as bringing a new text" in shown.stderr


def test_what_to_measure_is_of_no_use_to_a_doctor_who_does_not(tmp_path: Path) -> None:
    """Exit code 2, and what is missing; a file without an alert is no use either."""
    done = winnow("doctor", "--alerts", "10", folder=tmp_path)
    assert (done.returncode, "--size" in done.stderr) == (2, True)
    (tmp_path / "alerts.json").write_text("")
    done = winnow("doctor", "--size", "--file", "alerts.json", folder=tmp_path)
    assert (done.returncode, "nothing to measure in alerts.json" in done.stderr) == (3, True)
