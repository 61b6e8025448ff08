"""Files of history: whatever they are, every item comes out once, and what cannot be taken out is said."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import DeadLetterReason
from services.runtime.history import HistoryFile, Item
from services.runtime.history.reading import read_historic
from services.siem.reading import BUILT_IN
from tests.scans import JUDGED, READER, SCANS

ITEMS = [{"n": 1, "text": "ä, b"}, {"n": 2.5, "deep": {"list": [1, 2]}}, {"n": 4_200_000_000_123, "none": None}]
LINES = "\n".join(json.dumps(item) for item in ITEMS)
TABLE = 'title,rule.id,note\nOne,R-1,\nTwo,R-2,"with, comma\nand line"\n'


def read(content: bytes, folder: Path) -> list[Item]:
    """The items of a file with that content."""
    path = folder / "history"
    path.write_bytes(content)
    with HistoryFile(path) as history:
        return list(history.items())


def values(items: list[Item]) -> list[Any]:
    """What the items say."""
    assert all(item.refusal is None for item in items), items
    return [json.loads(item.value) for item in items]


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        f"\n\n{LINES}\n\n",
        f"\ufeff{LINES}",
        LINES.replace("\n", "\r\n"),
        json.dumps(ITEMS),
        f"\ufeff {json.dumps(ITEMS, indent=2)}\n",
        "\n".join(json.dumps(item, indent=2) for item in ITEMS),
        json.dumps({"took": 3, "hits": {"total": {"value": 3}, "hits": ITEMS}}, indent=1),
        json.dumps({"@odata.context": "https://example.org", "value": ITEMS}, indent=1),
        json.dumps({"Findings": ITEMS, "NextToken": "x"}, indent=1),
        json.dumps({"Findings": ITEMS}),
        json.dumps({"records": ITEMS}) + "\n",
        json.dumps({"took": 3, "hits": {"hits": ITEMS}}),
    ],
    ids=[
        "lines",
        "blank lines",
        "mark",
        "crlf",
        "array",
        "indented array",
        "indented objects",
        "search",
        "page",
        "findings",
        "findings in a line",
        "records in a line",
        "search in a line",
    ],
)
@pytest.mark.parametrize("is_zipped", [False, True])
def test_every_way_to_write_the_same_items_is_read(content: str, tmp_path: Path, *, is_zipped: bool) -> None:
    """Recognised by how the file begins, not by its name."""
    data = gzip.compress(content.encode()) if is_zipped else content.encode()
    assert values(read(data, tmp_path)) == ITEMS


def test_a_list_called_value_is_a_page_only_where_odata_says_so(tmp_path: Path) -> None:
    """Otherwise the object itself is the item."""
    alert = {"title": "A", "value": [{"n": 1}, {"n": 2}]}
    assert values(read(json.dumps(alert, indent=2).encode(), tmp_path)) == [alert]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("scan", [*SCANS, *JUDGED])
def test_a_known_item_is_one_whatever_lists_it_has(tmp_path: Path, scan: dict[str, Any], indent: int | None) -> None:
    """Also where what tells so follows the list."""
    for item in (scan, dict(reversed(scan.items()))):
        path = tmp_path / "history"
        path.write_text(json.dumps(item, indent=indent))
        with HistoryFile(path, is_known=READER.is_known) as history:
            assert values(list(history.items())) == [item]


def test_a_list_within_an_object_of_much_else_is_no_list_of_items(tmp_path: Path) -> None:
    """As the classifier would say; and an alert on a line stays as it is, byte for byte."""
    alert = {"records": ITEMS} | dict.fromkeys("abcd", 1)
    assert values(read(json.dumps(alert, indent=1).encode(), tmp_path)) == [alert]
    line = b'{ "title": "\\u00e9" }'
    assert [item.value for item in read(line, tmp_path)] == [line]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_row_by_row(tmp_path: Path, separator: str, encoding: str) -> None:
    """Cells that are empty say nothing; a cell may hold separators and lines."""
    table = TABLE if separator == "," else TABLE.replace(", comma", "- comma").replace(",", separator)
    assert [{**row, "note": ""} for row in values(read(table.encode(encoding), tmp_path))] == [
        {"title": "One", "rule.id": "R-1", "note": ""},
        {"title": "Two", "rule.id": "R-2", "note": ""},
    ]


def test_a_row_with_cells_missing_or_left_over_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    """A cell in the wrong column would be another alert."""
    items = read(b"title,rule.id\nOne,R-1,more\nTwo\nThree,R-3\n", tmp_path)
    assert [item.refusal.detail if item.refusal else "" for item in items] == [
        "3 cells under 2 columns",
        "1 cells under 2 columns",
        "",
    ]
    assert [item.number for item in items] == [2, 3, 4]
    assert json.loads(items[0].value) == ["One", "R-1", "more"]


@pytest.mark.parametrize("header", ["a,a", "a,,b", "a, a"])
def test_a_header_that_is_ambiguous_refuses_the_table(tmp_path: Path, header: str) -> None:
    """Nothing is guessed about which column is meant."""
    (item,) = read(f"{header}\n1,2,3\n".encode(), tmp_path)
    assert item.refusal is not None
    assert item.refusal.reason is DeadLetterReason.UNKNOWN_FORMAT


def test_a_quote_that_is_never_closed_does_not_fill_the_memory(tmp_path: Path) -> None:
    """It is refused within a megabyte, and reading goes on after that."""
    rows = "".join(f"name {number},R-1\n" for number in range(200_000))
    items = read(f'title,rule.id\n"never closed,R-1\n{rows}'.encode(), tmp_path)
    assert items[0].refusal is not None
    assert "quote" in items[0].refusal.detail
    assert items[-1] == Item(number=items[-1].number, value=b'{"title": "name 199999", "rule.id": "R-1"}')


@pytest.mark.parametrize("noise", ["a, b; c", '{"cut": "o', "[cut", "text"])
def test_a_line_that_can_be_read_among_others_is_an_item(tmp_path: Path, noise: str) -> None:
    """However much the file begins like a table or a document."""
    event = "<134>May  4 11:59:58 gate-1 CEF:0|Example|P|1|7|Scan|5|src=203.0.113.1 msg=a, b"
    content = "\n".join([noise, event, noise])
    assert [item.value.decode() for item in read(content.encode(), tmp_path)] == [noise, event, noise]


def test_an_array_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    """And says where it broke."""
    *good, last = read(json.dumps(ITEMS)[:-20].encode(), tmp_path)
    assert values(good) == ITEMS[:2]
    assert last.number == 3
    assert last.refusal is not None
    assert last.refusal.reason is DeadLetterReason.NOT_JSON


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000], ids=["arrays", "objects"])
def test_nesting_without_end_is_refused(tmp_path: Path, nested: bytes) -> None:
    """A path of that many parts, kept for each of its levels, would fill any memory."""
    good, last = read(b'[{"n": 1}, ' + nested, tmp_path)
    assert good.value == b'{"n": 1}'
    assert last.refusal is not None
    assert last.refusal.reason is DeadLetterReason.TOO_DEEP


@given(
    st.sampled_from([b"", b"[", b"{", b'[{"n": 1}, ', b"a,b\n", b"\xff\xfe", b"\x1f\x8b", b'"']),
    st.binary(max_size=200),
)
@settings(max_examples=150)
def test_any_bytes_are_read_without_an_error(beginning: bytes, rest: bytes) -> None:
    """Whatever they are, each item that comes out is JSON for the readers, or has a refusal."""
    with TemporaryDirectory() as folder:
        for item in read(beginning + rest, Path(folder)):
            assert item.refusal is not None or list(read_historic(item.value, reader=BUILT_IN, format_name=None))


def test_a_zipped_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    """As after a copy that was interrupted."""
    lines = "".join(json.dumps({"n": number, "text": f"{number * 7919 % 10007}"}) + "\n" for number in range(5000))
    *good, last = read(gzip.compress(lines.encode())[:-5000], tmp_path)
    assert values(good[:2000]) == [{"n": n, "text": f"{n * 7919 % 10007}"} for n in range(2000)]
    assert last.refusal is not None
    assert "breaks off" in last.refusal.detail


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("wrap", [list, lambda items: {"Findings": items}], ids=["array", "findings"])
def test_a_zipped_document_that_breaks_off_gives_what_came_before(
    tmp_path: Path, wrap: Callable[[list[Any]], Any], indent: int | None
) -> None:
    """Wherever it is found out that it does."""
    items = [{"n": number, "text": f"{number * 7919 % 10007}"} for number in range(9000)]
    *good, last = read(gzip.compress(json.dumps(wrap(items), indent=indent).encode())[:-5000], tmp_path)
    assert values(good[:2000]) == items[:2000]
    assert last.refusal is not None


@pytest.mark.parametrize("line", ["CEF:0|Example|Waf|1|100|Blocked, twice|7|msg=a, b", "<134>1 - LEEF:2.0|A\tb=c\td=e"])
def test_lines_of_cef_and_leef_are_no_table(tmp_path: Path, line: str) -> None:
    """For all the commas and tabs in them."""
    assert [item.value for item in read(f"{line}\n{line}\n".encode(), tmp_path)] == [line.encode()] * 2


@pytest.mark.parametrize("content", [b"", b"\n \n", gzip.compress(b"")])
def test_an_empty_file_has_no_items(tmp_path: Path, content: bytes) -> None:
    """That is no error of the file."""
    assert read(content, tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [
        b"not json\n" + LINES.encode(),
        b"not, json\n" + LINES.encode(),
        b'{"n": \n\n' + LINES.encode(),
        b'{"n": "' + b"x" * 100_000 + b"\n" + LINES.encode(),
    ],
    ids=["text", "text with a comma", "half an object", "half an object, long"],
)
def test_a_broken_first_line_costs_only_itself(tmp_path: Path, content: bytes) -> None:
    """The file is still one of JSON lines."""
    first, *rest = read(content, tmp_path)
    assert first.number == 1
    assert values(rest) == ITEMS


def test_a_line_without_an_end_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    """Longer than any alert: it is not taken into memory."""
    long = b'{"n": "' + b"x" * (40 * 2**20) + b'"}'
    first, second, third = read(b'{"n": 1}\n' + long + b'\n{"n": 2}\n', tmp_path)
    assert (first.refusal, third.refusal) == (None, None)
    assert second.refusal is not None
    assert (second.number, second.refusal.reason, third.number) == (2, DeadLetterReason.TOO_LARGE, 3)


@pytest.mark.parametrize("shape", ["array", "lines", "table", "Findings", "records", "Findings in lines"])
def test_a_large_file_is_not_held_in_memory(tmp_path: Path, shape: str) -> None:
    """Ten megabytes of items in less than one and a half; also where they are far more than a message may hold."""
    row = {"title": "x" * 1000, "rule.id": "R-1"}
    content = {
        "array": lambda: json.dumps([row] * 10_000),
        "Findings": lambda: json.dumps({"Findings": [row] * 10_000}),
        "records": lambda: json.dumps({"records": [row] * 10_000, "next": 1}),
        "Findings in lines": lambda: json.dumps({"Findings": [row] * 10_000}, indent=1),
        "lines": lambda: f"{json.dumps(row)}\n" * 10_000,
        "table": lambda: "title,rule.id\n" + f"{row['title']},R-1\n" * 10_000,
    }[shape]()
    (tmp_path / "large").write_text(content)
    del content
    tracemalloc.start()
    with HistoryFile(tmp_path / "large") as history:
        assert sum(json.loads(item.value) == row for item in history.items()) == 10_000
        assert history.position == history.size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * 2**20


def test_rows_of_one_alert_are_put_together_wherever_they_lie(tmp_path: Path) -> None:
    """GUIDE has a row for each entity; an alert's number is its own only within its incident."""
    header = "Id,OrgId,IncidentId,AlertId,Timestamp,IncidentGrade,EntityType,EvidenceRole,IpAddress\n"
    rows = [
        "1,7,1,5,2026-01-01T00:00:00Z,TruePositive,Ip,Related,11",
        "2,7,2,5,2026-01-02T00:00:00Z,FalsePositive,Ip,Related,12",
        "3,7,1,5,2026-01-01T00:00:00Z,TruePositive,User,Impacted,",
        "too short",
    ]
    refused, *items = read((header + "\n".join(rows) + "\n").encode(), tmp_path)
    assert refused.number == 5
    assert [(one["IncidentId"], one["IncidentGrade"], len(one["Evidence"])) for one in values(items)] == [
        ("1", "TruePositive", 2),
        ("2", "FalsePositive", 1),
    ]
    assert [item.number for item in items] == [2, 3]
    assert json.loads(items[0].value)["Evidence"][1] == {"Id": "3", "EntityType": "User", "EvidenceRole": "Impacted"}
