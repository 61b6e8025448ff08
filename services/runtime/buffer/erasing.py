"""Erasing a subject from the buffer: every alert about it, with the scores and verdicts of that alert."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pydantic_core
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from services.core.subject import Subject
from services.runtime.buffer.database import Database
from services.runtime.buffer.lookup import parts_of
from services.runtime.buffer.tables import forgettings, imported_alerts, judgements, scores, verdicts

_ROWS = 2000
"""Rows read, and alerts erased, in one transaction: a collector waits for no more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Ids of the alerts that are about a subject, and of those that only mention it, or whose verdict's reason does."""

    about: frozenset[str]
    mentioning: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much was erased."""

    alerts: int = 0
    scores: int = 0
    verdicts: int = 0


class Eraser:
    """Finds and erases what the buffer holds of a subject. All methods may raise Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, subject: Subject) -> Found:
        """Look through all alerts and verdicts, a bounded number at a time."""
        about, mentioning = set[str](), set[str]()
        for alert_id, body in self._bodies():
            if subject.is_named_by(body):
                about.add(alert_id)
            elif subject.is_mentioned_by(body):
                mentioning.add(alert_id)
        return Found(about=frozenset(about), mentioning=frozenset(mentioning - about))

    def erase(self, subject: Subject, alert_ids: frozenset[str], *, now: datetime) -> Erased:
        """Erase these alerts and record that it was done; every transaction stands alone, and repeating is harmless.

        The record has the subject's kind and a salted hash of it, never the subject.
        """
        erased = Erased(alerts=len(alert_ids))
        ordered = sorted(alert_ids)
        for start in range(0, len(ordered), _ROWS):
            with self._database.writing() as connection:
                erased = _erase(connection, ordered[start : start + _ROWS], erased)
        with self._database.writing() as connection:
            connection.execute(insert(forgettings), [_record(subject, erased, now)])
        return erased

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _bodies(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every alert, and every verdict without who gave it: an analyst is not who the alert is about."""
        yield from self._rows(scores.c.id, scores.c.alert_id, scores.c.alert, after=0)
        yield from self._rows(imported_alerts.c.alert_id, imported_alerts.c.alert_id, imported_alerts.c.alert, after="")
        for alert_id, body in self._rows(verdicts.c.id, verdicts.c.alert_id, verdicts.c.body, after=0):
            yield alert_id, {name: value for name, value in body.items() if name != "analyst"}

    def _rows(
        self, key: ColumnElement[Any], alert_id: ColumnElement[str], body: ColumnElement[str], *, after: int | str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """All rows, some at a time, each time in a short transaction."""
        statement = select(key.label("key"), alert_id.label("alert_id"), body.label("body")).order_by(key).limit(_ROWS)
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(statement.where(key > after)).all()
            for row in rows:
                yield row.alert_id, pydantic_core.from_json(row.body)
            if len(rows) < _ROWS:
                return
            after = rows[-1].key


def _erase(connection: Connection, alert_ids: Sequence[str], before: Erased) -> Erased:
    gone = {"scores": before.scores, "verdicts": before.verdicts}
    for part in parts_of(alert_ids):
        for table in (judgements, scores, verdicts, imported_alerts):  # judgements first: they refer to scores
            rows = connection.execute(delete(table).where(table.c.alert_id.in_(part))).rowcount
            if table.name in gone:
                gone[table.name] += rows
    return Erased(alerts=before.alerts, **gone)


def _record(subject: Subject, erased: Erased, now: datetime) -> dict[str, Any]:
    salt = secrets.token_hex(16)
    return {
        "forgotten_at": now,
        "kind": subject.kind.value,
        "salt": salt,
        "digest": digest_of(subject, salt=salt),
        "alerts": erased.alerts,
        "scores": erased.scores,
        "verdicts": erased.verdicts,
    }


def digest_of(subject: Subject, *, salt: str) -> str:
    """What a record holds in place of the subject: scrypt, which makes trying many names slow.

    Who knows the subject can compute it again, and so show that the record is about it.
    """
    value = subject.value.strip().casefold().encode()
    return hashlib.scrypt(value, salt=salt.encode(), n=2**14, r=8, p=1, dklen=32).hex()
