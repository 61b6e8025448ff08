"""Rows by a list of keys of any length: databases bound how many values one statement may name."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select

_MOST = 1000


def parts_of(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The keys, as many at a time as one statement may name."""
    for start in range(0, len(keys), _MOST):
        yield keys[start : start + _MOST]


def rows_with(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], keys: Sequence[Any]
) -> Iterator[Any]:
    """The statement's rows in which the column has one of the keys."""
    for part in parts_of(keys):
        yield from connection.execute(statement.where(column.in_(part)))
