"""Alerts that a table spreads over several rows, put together again (GUIDE: a row for each entity of an alert)."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from itertools import groupby, islice
from typing import Any

from services.runtime.history.items import Item

KEY = ("OrgId", "IncidentId", "AlertId")
"""The columns that name an alert in GUIDE."""
SHARED = (*KEY, "Timestamp", "DetectorId", "AlertTitle", "Category", "MitreTechniques", "IncidentGrade")
"""The columns that are the alert's own; they are the same in all its rows."""
MOST = 256
"""Rows of one alert that are kept."""


def is_grouped(header: Collection[str]) -> bool:
    """Whether a table has a row for each entity, by its columns."""
    return {*KEY, "EntityType", "EvidenceRole"} <= set(header)


def in_groups(rows: Iterator[Item]) -> Iterator[Item]:
    """Items of the same alert as one, by the number of its first; those that were refused come first.

    The rows of an alert may lie anywhere in the file, so all are put in order first, on disk: memory stays bounded.
    """
    with closing(sqlite3.connect("")) as database:  # a file without a name, gone when it is closed
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("CREATE TABLE rows (key TEXT, number INTEGER, value BLOB)")
        for row in rows:
            if row.refusal is not None:
                yield row
            else:
                database.execute("INSERT INTO rows VALUES (?, ?, ?)", (_key(row), row.number, row.value))
        ordered = database.execute("SELECT key, number, value FROM rows ORDER BY key, number")
        for _, together in groupby(ordered, key=lambda row: row[0]):
            yield _together(list(islice(together, MOST)))


def _key(row: Item) -> str:
    fields = json.loads(row.value)
    return json.dumps([fields.get(name) for name in KEY])


def _together(rows: Sequence[tuple[str, int, bytes]]) -> Item:
    documents: list[dict[str, Any]] = [json.loads(value) for _, _, value in rows]
    alert = {name: value for name, value in documents[0].items() if name in SHARED}
    evidence = [{name: value for name, value in row.items() if name not in SHARED} for row in documents]
    return Item(number=rows[0][1], value=json.dumps({**alert, "Evidence": evidence}).encode())
