"""History in the buffer: what is imported, what is unchanged, what is refused, and what is learnt from it."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from schemas import AlertV1, FeedbackV1, Verdict
from services.core.context import ContextTracker
from services.runtime.buffer import BufferWriter, TrainingBuffer, open_buffer, open_writer
from services.runtime.history import HistoryFile, Item, Tally, import_history
from services.runtime.settings import BufferSettings
from services.siem.reading import BUILT_IN, Reader, Refusal
from tests.messages import WAZUH, alert, at, verdict
from tests.unit.siem.natives_microsoft import SENTINEL_INCIDENT

Refused = list[tuple[Item, Refusal]]

ELASTIC = {
    "@timestamp": "2026-01-05T09:00:00.000Z",
    "kibana.alert.uuid": "11111111-0000-4000-8000-000000000001",
    "kibana.alert.rule.name": "Unusual login",
    "kibana.alert.rule.rule_id": "rule-1",
    "kibana.alert.severity": "medium",
    "kibana.alert.workflow_status": "closed",
    "kibana.alert.workflow_reason": "false_positive",
    "kibana.alert.workflow_status_updated_at": "2026-01-05T10:00:00.000Z",
    "kibana.alert.workflow_user": "ines",
    "host": {"name": "web-01"},
}


class Import:
    """A buffer, and the importing of files into it."""

    def __init__(self, folder: Path, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        self._folder, self._writer, self.buffer = folder, writer, buffer
        self.refused: Refused = []
        self.reader: Reader = BUILT_IN

    def lines(self, *items: Any, format_name: str | None = None) -> Tally:
        """Import these objects, a JSON line each; bytes as they are."""
        return self.content(
            b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in items), format_name
        )

    def rows(self, *rows: dict[str, Any]) -> Tally:
        """Import these rows as CSV."""
        path = self._folder / "rows.csv"
        names = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, names)
            table.writeheader()
            table.writerows(rows)
        return self.content(path.read_bytes())

    def content(self, content: bytes, format_name: str | None = None) -> Tally:
        """Import a file with that content."""
        path = self._folder / "history"
        path.write_bytes(content)
        with HistoryFile(path) as history:
            return import_history(
                history.items(),
                self._writer,
                reader=self.reader,
                format_name=format_name,
                refuse=lambda item, refusal: self.refused.append((item, refusal)),
                progress=lambda _: None,
            )

    @property
    def learnt(self) -> dict[str, Verdict]:
        """The label of every example by its alert's id."""
        return {example.alert.alert_id: example.label for example in self.buffer.examples()}


@pytest.fixture
def imported(tmp_path: Path) -> Iterator[Import]:
    """A new buffer."""
    settings = BufferSettings(url=SecretStr(f"sqlite:///{tmp_path}/buffer.db"))
    writer, buffer = open_writer(settings), open_buffer(settings)
    yield Import(tmp_path, writer, buffer)
    writer.close()
    buffer.close()


def message(one: Any) -> dict[str, Any]:
    """A contract as it travels."""
    return dict(json.loads(one.to_bytes()))


def test_a_verdict_with_its_alert_is_an_example(imported: Import) -> None:
    """By the same reader as on Kafka."""
    tally = imported.lines(ELASTIC)
    assert (tally.read, tally.imported, tally.unchanged, tally.verdicts, tally.alone) == (1, 1, 0, 1, 0)
    assert imported.learnt == {"elastic:default:11111111-0000-4000-8000-000000000001": Verdict.FALSE_POSITIVE}


def test_importing_again_changes_nothing(imported: Import) -> None:
    """Of each thing the file has, in whatever shape it comes the second time; also within one file."""
    closed = message(verdict("winnow:x:1", alert=alert("winnow:x:1")))
    first = imported.lines(ELASTIC, WAZUH, closed, closed)
    before = imported.buffer.examples()
    again = imported.content(json.dumps([ELASTIC, WAZUH, closed], indent=1).encode())
    assert (first.imported, first.unchanged) == (3, 1)
    assert (again.read, again.imported, again.unchanged) == (3, 0, 3)
    assert imported.buffer.examples() == before
    assert imported.buffer.summary().verdicts == 2


def test_alerts_without_a_verdict_are_context(imported: Import) -> None:
    """Replayed in the order of time, wherever in the file they stand."""
    history = [alert(f"winnow:x:{number}", minutes=number) for number in range(3)]
    judged = verdict("winnow:x:2", minutes=90, alert=history[2])
    tally = imported.lines(message(judged), message(history[1]), message(history[0]))
    tracker = ContextTracker()
    expected = [tracker.observe(one, received_at=one.raised_at) for one in history]
    (example,) = imported.buffer.examples()
    assert (tally.imported, tally.verdicts, example.context) == (3, 1, expected[2])


def test_what_is_refused_is_handed_back_and_the_rest_imported(imported: Import) -> None:
    """With number, reason and bytes; counted by reason."""
    tally = imported.lines(b"not json", ELASTIC, {"some": "thing"}, [1], b'{"alert_id": "x"')
    assert (tally.read, tally.imported) == (5, 1)
    assert dict(tally.refused) == {"not_json": 2, "unknown_format": 1, "invalid_feedback": 1}
    assert [(item.number, item.value[:8]) for item, _ in imported.refused] == [
        (1, b"not json"),
        (3, b'{"some":'),
        (4, b"[1]"),
        (5, b'{"alert_'),
    ]


def test_a_verdict_that_cannot_be_read_is_refused_for_that(imported: Import) -> None:
    """It is not taken for an alert that lacks a title."""
    imported.lines({"alert_id": "", "verdict": "true_positive"}, format_name="winnow")
    ((_, refusal),) = imported.refused
    assert refusal.reason.value == "invalid_feedback"


def test_what_follows_a_case_keeps_its_own_alert(imported: Import) -> None:
    """However many alerts the case judges: the next item's alert is the next item's, and so is its refusal."""
    others = [WAZUH | {"id": str(number)} for number in range(3)]
    tally = imported.lines(others[0], [SENTINEL_INCIDENT, {"no": 1}, *others[1:], SENTINEL_INCIDENT])
    assert (tally.read, tally.verdicts, dict(tally.refused)) == (8, 4, {"unknown_format": 1})
    ((item, refusal),) = imported.refused
    assert (item.number, refusal.index) == (2, 2)
    assert imported.buffer.summary().imported_alerts == 3


def test_an_alert_is_not_searched_for_verdicts(imported: Import) -> None:
    """What stands in its text, somebody else may have written."""
    said = message(verdict("winnow:x:1", alert=alert("winnow:x:1")))
    tally = imported.lines(WAZUH | {"message": json.dumps(said)})
    assert (tally.imported, tally.verdicts) == (1, 0)


def test_a_verdict_that_does_not_say_when_was_given_when_its_alert_was_raised(imported: Import) -> None:
    """The clock would make every import another verdict."""
    untimed = {name: value for name, value in ELASTIC.items() if name != "kibana.alert.workflow_status_updated_at"}
    assert imported.lines(untimed).imported == 1
    (example,) = imported.buffer.examples()
    assert example.decided_at == example.alert.raised_at
    assert imported.lines(untimed).unchanged == 1


def test_what_says_no_time_at_all_is_refused(imported: Import) -> None:
    """History is replayed in the order of time."""
    untimed_alert = {name: value for name, value in WAZUH.items() if name != "timestamp"}
    tally = imported.lines({"alert_id": "a", "verdict": "true_positive"}, untimed_alert)
    assert dict(tally.refused) == {"invalid_feedback": 1, "invalid_alert": 1}
    assert imported.buffer.summary().imported_alerts == 0


def test_an_open_alert_takes_nothing_back_unless_it_says_when(imported: Import) -> None:
    """It is context; only a re-opening with a time of its own counts."""
    untimed = {name: value for name, value in ELASTIC.items() if name != "kibana.alert.workflow_status_updated_at"}
    imported.lines(untimed, untimed | {"kibana.alert.workflow_status": "open"})
    assert len(imported.learnt) == 1
    imported.lines(ELASTIC | {"kibana.alert.workflow_status": "open"})
    assert imported.learnt == {}


def test_a_verdict_without_its_alert_waits(imported: Import) -> None:
    """And is counted as one that brought none."""
    tally = imported.lines(message(verdict("a")))
    assert (tally.imported, tally.verdicts, tally.alone) == (1, 1, 1)
    assert imported.lines(message(alert("a"))).imported == 1
    assert imported.learnt == {"a": Verdict.TRUE_POSITIVE}


def test_an_unknown_verdict_is_kept_and_never_learnt(imported: Import) -> None:
    """With the vendor's value."""
    imported.lines(ELASTIC | {"kibana.alert.workflow_reason": "known_maintenance"})
    assert imported.buffer.summary().by_verdict == {"other": 1}
    assert imported.learnt == {}


def test_a_table_of_the_contracts_columns_is_read(imported: Import) -> None:
    """Flat, or with the alert's columns under `alert.`; a row without a verdict is an alert alone."""
    flat = {
        "alert_id": "winnow:x:1",
        "title": "Login",
        "rule.id": "R-1",
        "severity": "high",
        "raised_at": at(0).isoformat(),
        "entities.host.name": "web-01",
        "attack.techniques": "T1078; T1110",
        "evidence.data.log": "a line",
        ".".join("x" * 3000): "no name of a contract",
        "verdict": "benign_positive",
        "analyst": "ana",
        "decided_at": at(5).isoformat(),
    }
    within = {"alert_id": "winnow:x:2", "verdict": "true_positive", "decided_at": at(6).isoformat()}
    within |= {"alert.title": "Login", "alert.rule.id": "R-1", "alert.raised_at": at(1).isoformat()}
    alone = {name: value for name, value in flat.items() if name not in ("verdict", "analyst", "decided_at")}
    assert imported.rows(flat).imported == 1
    assert imported.rows(within).imported == 1
    assert imported.rows(flat, alone | {"alert_id": "winnow:x:3"}).imported == 1
    examples = {example.alert.alert_id: example for example in imported.buffer.examples()}
    assert set(examples) == {"winnow:x:1", "winnow:x:2"}
    first = examples["winnow:x:1"]
    assert (first.label, first.analysts, first.decided_at) == (Verdict.BENIGN_POSITIVE, ("ana",), at(5))
    assert (first.alert.rule.id, first.alert.entities.host.name, first.alert.severity) == ("R-1", "web-01", "high")
    assert first.alert.attack.techniques == ("T1078", "T1110")
    assert first.alert.evidence == {"data.log": "a line"}
    assert examples["winnow:x:2"].alert.rule.id == "R-1"


def test_a_table_of_a_vendors_own_columns_is_read(imported: Import) -> None:
    """The columns are the fields of its documents."""
    row = {name: value for name, value in ELASTIC.items() if name != "host"} | {"host.name": "web-01"}
    assert imported.rows(row).imported == 1
    (example,) = imported.buffer.examples()
    assert example.alert.entities.host.name == "web-01"
    assert imported.lines(ELASTIC).unchanged == 1


class Broken(Reader):
    """A reader with a bug that one alert brings out."""

    def read_either(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> tuple[FeedbackV1 | AlertV1 | Refusal, ...]:
        """Falls over the word `broken`."""
        if value and b"broken" in value:
            raise KeyError("broken")
        return super().read_either(value, format_name=format_name, received_at=received_at)


def test_a_readers_bug_costs_one_item(imported: Import) -> None:
    """It is refused like any other; the rest of the file comes in."""
    imported.reader = Broken()
    tally = imported.lines(ELASTIC | {"message": "broken"}, WAZUH)
    assert (tally.imported, dict(tally.refused)) == (1, {"internal_error": 1})


def test_more_than_one_batch_is_counted_as_one_file(imported: Import) -> None:
    """With repeats in other batches than the first."""
    closed = [message(verdict(f"winnow:x:{n}", alert=alert(f"winnow:x:{n}"))) for n in range(4500)]
    tally = imported.lines(*closed, *closed[:100])
    assert (tally.read, tally.imported, tally.unchanged) == (4600, 4500, 100)
    assert len(imported.learnt) == 4500
