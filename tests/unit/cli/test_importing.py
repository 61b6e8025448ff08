"""`winnow feedback import` and `winnow data forget`, run as a person runs them."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.runtime.buffer import TrainingBuffer, open_buffer
from services.runtime.errors import Unavailable
from services.runtime.settings import BufferSettings
from tests.messages import alert, verdict
from tests.unit.cli.test_commands import winnow

KEY = "0123456789abcdef"
PRIVATE = {"WINNOW_SIEM__PSEUDONYMS": '["user", "host", "address", "email"]', "WINNOW_SIEM__PSEUDONYM_KEY": KEY}


def closed(number: int, user: str = "jdoe") -> dict[str, Any]:
    """A closed alert as it travels."""
    name = f"winnow:x:{number}"
    one = alert(name, minutes=number / 60, entities={"user": {"name": user}})
    return dict(json.loads(verdict(name, minutes=number, alert=one).to_bytes()))


def history(folder: Path, *items: Any) -> None:
    """A file of these items, a JSON line each."""
    (folder / "closed.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in items))


def buffer_in(folder: Path) -> TrainingBuffer:
    """The buffer that the command wrote."""
    return open_buffer(BufferSettings(url=SecretStr(f"sqlite:///{folder}/winnow.db")))


def test_history_is_imported_once(tmp_path: Path) -> None:
    """Exit code 0 both times, and counts that say what happened."""
    history(tmp_path, closed(1), closed(2))
    done = [winnow("feedback", "import", "closed.jsonl", "--json", folder=tmp_path) for _ in range(2)]
    assert [one.returncode for one in done] == [0, 0], done[0].stderr
    assert [json.loads(one.stdout)["imported"] for one in done] == [2, 0]
    assert [json.loads(one.stdout)["unchanged"] for one in done] == [0, 2]
    assert len(buffer_in(tmp_path).examples()) == 2


def test_what_is_refused_lies_beside_its_reason(tmp_path: Path) -> None:
    """In a file of its own, from which it can be mended; the table counts by reason."""
    history(tmp_path, closed(1), {"some": "thing"}, [7])
    done = winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    assert done.returncode == 0
    assert "unknown_format" in done.stdout
    refused = [json.loads(line) for line in (tmp_path / "closed.jsonl.refused.jsonl").read_text().splitlines()]
    assert [(one["number"], one["reason"]) for one in refused] == [(2, "unknown_format"), (3, "invalid_feedback")]
    assert json.loads(refused[0]["value"]) == {"some": "thing"}


def test_a_file_without_refusals_leaves_no_file_behind(tmp_path: Path) -> None:
    """It is made with the first."""
    history(tmp_path, closed(1))
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    assert not list(tmp_path.glob("*refused*"))


def test_an_earlier_file_of_what_was_refused_does_not_stay(tmp_path: Path) -> None:
    """What it says was true of another run."""
    history(tmp_path, closed(1), {"some": "thing"})
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    assert list(tmp_path.glob("*refused*"))
    history(tmp_path, closed(1))
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    assert not list(tmp_path.glob("*refused*"))


def test_what_was_refused_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Also where an earlier file was open to all."""
    (tmp_path / "closed.jsonl.refused.jsonl").touch(0o644)
    history(tmp_path, {"some": "thing"})
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    assert (tmp_path / "closed.jsonl.refused.jsonl").stat().st_mode & 0o777 == 0o600


def test_with_pseudonyms_what_was_refused_is_told_by_line_and_reason_alone(tmp_path: Path) -> None:
    """Its content would name whom the pseudonyms hide."""
    history(tmp_path, closed(1), {"user": "jdoe"})
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path, **PRIVATE)
    (line,) = (tmp_path / "closed.jsonl.refused.jsonl").read_text().splitlines()
    assert json.loads(line).keys() == {"number", "reason", "detail"}
    assert json.loads(line)["number"] == 2
    assert "jdoe" not in line


def test_a_device_is_no_file_of_an_earlier_import(tmp_path: Path) -> None:
    """Nobody's `/dev/null` is taken away."""
    (tmp_path / "nowhere").symlink_to("/dev/null")
    history(tmp_path, {"some": "thing"})
    assert winnow("feedback", "import", "closed.jsonl", "--refused", "nowhere", folder=tmp_path).returncode == 1
    assert (tmp_path / "nowhere").is_char_device()


def test_a_file_of_which_everything_is_refused_is_a_problem(tmp_path: Path) -> None:
    """Exit code 1."""
    history(tmp_path, {"some": "thing"})
    assert winnow("feedback", "import", "closed.jsonl", folder=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.jsonl",), "is not a file"),
        (("closed.jsonl", "--format", "nonsense"), "no format is called nonsense"),
        (("closed.jsonl", "--refused", "./closed.jsonl"), "--refused names the file"),
    ],
)
def test_wrong_usage_of_import_is_said_before_anything_is_read(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and the file is as it was."""
    history(tmp_path, closed(1))
    before = (tmp_path / "closed.jsonl").read_bytes()
    done = winnow("feedback", "import", *arguments, folder=tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert (tmp_path / "closed.jsonl").read_bytes() == before


def test_a_place_where_refused_items_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A sentence with the file's name, no traceback."""
    history(tmp_path, {"some": "thing"})
    done = winnow("feedback", "import", "closed.jsonl", "--refused", "nowhere/refused.jsonl", folder=tmp_path)
    assert done.returncode == 1
    assert "nowhere/refused.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_import_that_is_killed_loses_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    """What was stored stays, nothing is there twice, and the rest comes with the next import."""
    history(tmp_path, *(closed(number) for number in range(15_000)))
    running = subprocess.Popen(
        [sys.executable, "-m", "services.cli.app", "feedback", "import", "closed.jsonl"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3])},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    _wait_for_rows(tmp_path)
    running.kill()
    running.wait(60)
    partly = buffer_in(tmp_path).summary().examples
    assert 0 < partly < 15_000
    done = winnow("feedback", "import", "closed.jsonl", "--json", folder=tmp_path)
    counts = json.loads(done.stdout)
    assert (counts["imported"], counts["unchanged"]) == (15_000 - partly, partly)
    assert buffer_in(tmp_path).summary().examples == 15_000


def _wait_for_rows(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if (folder / "winnow.db").exists() and buffer_in(folder).summary().examples:
                return
        except Unavailable:
            pass  # its tables are being made
        time.sleep(0.02)
    pytest.fail("nothing was imported within a minute")


def test_a_person_is_forgotten(tmp_path: Path) -> None:
    """First counted, then erased; the others stay."""
    history(tmp_path, closed(1), closed(2), closed(3, user="asmith"))
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    counted = winnow("data", "forget", "--user", "JDOE", "--dry-run", "--json", folder=tmp_path)
    assert json.loads(counted.stdout) == {"alerts": 2, "erased": False, "only_mentioned_in": 0}
    assert len(buffer_in(tmp_path).examples()) == 3
    erased = winnow("data", "forget", "--user", "JDOE", "--json", folder=tmp_path)
    assert json.loads(erased.stdout)["verdicts"] == 2
    assert [one.alert.alert_id for one in buffer_in(tmp_path).examples()] == ["winnow:x:3"]


def test_mentions_are_told_and_taken_only_when_asked(tmp_path: Path) -> None:
    """A title may name somebody."""
    told = json.loads(alert("winnow:x:9", title="Password of jdoe was reset").to_bytes())
    history(tmp_path, closed(1), told)
    winnow("feedback", "import", "closed.jsonl", folder=tmp_path)
    first = winnow("data", "forget", "--user", "jdoe", folder=tmp_path)
    assert "1 other alerts only mention it" in first.stderr
    second = winnow("data", "forget", "--user", "jdoe", "--mentions", "--json", folder=tmp_path)
    assert json.loads(second.stdout)["alerts"] == 1
    assert buffer_in(tmp_path).summary().imported_alerts == 0


def test_a_person_is_forgotten_under_their_name_and_each_pseudonym(tmp_path: Path) -> None:
    """Kept before pseudonyms were switched on, under an earlier key, and under the one in use."""
    earlier = {**PRIVATE, "WINNOW_SIEM__PSEUDONYM_KEY": "an earlier key, long enough"}
    (tmp_path / "earlier.key").write_text("an earlier key, long enough\n")
    for number, environment in enumerate(({}, earlier, PRIVATE)):
        history(tmp_path, closed(number), closed(number + 10, user="asmith"))
        winnow("feedback", "import", "closed.jsonl", folder=tmp_path, **environment)
    known = ("data", "forget", "--user", "jdoe", "--dry-run", "--json")
    assert json.loads(winnow(*known, folder=tmp_path, **PRIVATE).stdout)["alerts"] == 2
    with_key = (*known, "--pseudonym-key-file", "earlier.key")
    assert json.loads(winnow(*with_key, folder=tmp_path).stdout)["alerts"] == 2
    assert json.loads(winnow(*with_key, folder=tmp_path, **PRIVATE).stdout)["alerts"] == 3
    names = {one.alert.alert_id: one.alert.entities.user.name for one in buffer_in(tmp_path).examples()}
    pseudonym = names["winnow:x:1"]
    by_pseudonym = winnow("data", "forget", "--user", pseudonym, "--dry-run", "--json", folder=tmp_path, **PRIVATE)
    assert json.loads(by_pseudonym.stdout)["alerts"] == 1


def test_an_address_is_forgotten_wherever_it_stands_in_a_list(tmp_path: Path) -> None:
    """A message has many recipients; with pseudonyms each has its own."""
    for number, environment in enumerate(({}, PRIVATE)):
        name = f"winnow:x:{number}"
        recipients = "bob@example.org, ana@example.org"
        one = alert(name, entities={"email": {"recipient": recipients}})
        history(tmp_path, json.loads(verdict(name, alert=one).to_bytes()))
        winnow("feedback", "import", "closed.jsonl", folder=tmp_path, **environment)
    done = winnow("data", "forget", "--email", "ana@example.org", "--json", folder=tmp_path, **PRIVATE)
    assert json.loads(done.stdout)["alerts"] == 2
    assert buffer_in(tmp_path).examples() == []


def test_a_key_that_is_not_there_forgets_nobody(tmp_path: Path) -> None:
    """Whoever it names would else be left in silence."""
    done = winnow("data", "forget", "--user", "jdoe", "--pseudonym-key-file", "missing", folder=tmp_path)
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--user", "a", "--host", "b"), ("--user", " "), ("--ip", "300.1.1.1")])
def test_wrong_usage_of_forget_erases_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Exit code 2."""
    assert winnow("data", "forget", *arguments, folder=tmp_path).returncode == 2
