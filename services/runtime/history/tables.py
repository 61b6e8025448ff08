"""Rows of CSV files as objects that `services.siem` reads: columns are a vendor's field names, or the contracts'."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from schemas import AlertV1, DeadLetterReason, FeedbackV1
from services.runtime.history.groups import in_groups, is_grouped
from services.runtime.history.items import LONGEST, Item, broken
from services.siem.draft import nested

if TYPE_CHECKING:
    import _csv  # where the type of a reader has its name

Row = dict[str, object]

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_CELL = 2**20  # a quote that is never closed costs no more than this
_LISTS = ("techniques", "attack.techniques", "attack.tactics", "alert.attack.techniques", "alert.attack.tactics")
_SEPARATORS = re.compile(r"[;,|\s]+")
_EVIDENCE = re.compile(r"((?:alert\.)?evidence)\.(.+)")
_MOST_DOTS = 3  # alert.entities.host.name; the contracts have no names that are longer
_MARKS = ("verdict", "title", "alert.title")
_OF_THE_VERDICT = frozenset(FeedbackV1.model_fields) - frozenset(AlertV1.model_fields)


def items_of_table(stream: IO[bytes], *, head: bytes) -> Iterator[Item]:
    """An item for each row below the header, by the line it ends at; for each alert where it has several rows.

    `head` is how the file begins. UTF-8 is read, and UTF-16 with its mark; cells are separated by commas, semicolons
    or tabs, whichever the header has most of.
    """
    encoding = "utf-16" if head.startswith(_UTF16_MARKS) else "utf-8"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    first = head.decode(encoding, errors="replace").lstrip().split("\n", 1)[0]
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(_lines(text), delimiter=max(",;\t", key=first.count))
    header = _header(rows)
    if len(set(header)) < len(header) or not all(header):
        detail = "the header has a column without a name, or two of the same"
        yield broken(1, detail, DeadLetterReason.UNKNOWN_FORMAT, _cells(header))
        return
    found = _rows(rows, header)
    yield from in_groups(found) if is_grouped(header) else found


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST):
        yield line


def _header(rows: "_csv.Reader") -> list[str]:
    try:
        return [name.strip() for name in next(rows, [])]
    except csv.Error:
        return [""]


def _rows(rows: "_csv.Reader", header: Sequence[str]) -> Iterator[Item]:
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield broken(rows.line_num, f"{error}: is a quote not closed?", DeadLetterReason.TOO_LARGE)
            continue
        if any(cells):
            yield _item(cells, header, rows.line_num)


def _item(cells: Sequence[str], header: Sequence[str], number: int) -> Item:
    if len(cells) != len(header):
        detail = f"{len(cells)} cells under {len(header)} columns"
        return broken(number, detail, DeadLetterReason.INVALID_FEEDBACK, _cells(cells))
    row = {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}
    return Item(number=number, value=json.dumps(object_of(row)).encode())


def _cells(cells: Sequence[str]) -> bytes:
    return json.dumps(list(cells)).encode()


def object_of(row: Mapping[str, str]) -> Row:
    """A row as an object. With `alert_id`, and a verdict or title, it is the contracts': flat, or with `alert.…`.

    Without a verdict that is the alert alone. Other columns are a vendor's, and their dots mean what they mean there.
    """
    if "alert_id" not in row or row.keys().isdisjoint(_MARKS):
        return dict(row)
    whole = _whole(row)
    within = whole.get("alert")
    alert = within if isinstance(within, dict) else {k: v for k, v in whole.items() if k not in _OF_THE_VERDICT}
    if "verdict" not in row:
        return {"alert_id": row["alert_id"], "source": "winnow", **alert}
    if "alert" in whole or "title" not in row:
        return whole
    return {**{k: v for k, v in whole.items() if k in _OF_THE_VERDICT}, **_shared(row), "alert": alert}


def _whole(row: Mapping[str, str]) -> Row:
    """The row nested as its names say; an evidence's key keeps its dots, and a list's items are taken apart."""
    fields: Row = {}
    evidence: dict[str, Row] = {}
    for name, cell in row.items():
        if key := _EVIDENCE.fullmatch(name):
            evidence.setdefault(key[1], {})[key[2]] = cell
        elif name in _LISTS:
            fields[name] = _SEPARATORS.split(cell.strip())
        elif name.count(".") <= _MOST_DOTS:
            fields[name] = cell
    return nested({**fields, **evidence})


def _shared(row: Mapping[str, str]) -> Row:
    """What alert and verdict have in common; a flat row's severity is the alert's, not an analyst's correction."""
    return {name: row[name] for name in ("alert_id", "source") if name in row}
