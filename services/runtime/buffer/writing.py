"""The buffer as the collector writes it: a batch, and how far was read, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from services.runtime.buffer.ageing import (
    Seen,
    oldest_imported,
    oldest_scores,
    oldest_verdicts,
    part_in_a_judged_context,
    take_reasons,
    where_it_stands,
)
from services.runtime.buffer.batches import Batch, Place, Position, Stored
from services.runtime.buffer.database import Database
from services.runtime.buffer.joining import judge_again
from services.runtime.buffer.lookup import parts_of
from services.runtime.buffer.rows import store_alerts, store_scores, store_verdicts
from services.runtime.buffer.tables import imported_alerts, offsets, scores


class BufferWriter:
    """The writing side of the training buffer. All methods may raise Unavailable, having changed nothing then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def store(self, batch: Batch) -> Stored:
        """Store a batch in one transaction, whatever of it is new.

        A score is known by its alert id and source coordinates, a verdict by what it says: neither a message that is
        delivered again nor one that is sent again makes a second row.
        """
        with self._database.writing() as connection:
            new_scores = store_scores(connection, batch.scores)
            new_alerts = store_alerts(connection, batch.alerts, within=batch.verdicts)
            new_verdicts = store_verdicts(connection, batch.verdicts)
            touched = {score.alert.alert_id for score in new_scores} | {one.alert_id for one in new_verdicts}
            judged, withdrawn = judge_again(connection, sorted(touched.union(new_alerts)))
            _store_positions(connection, batch.positions)
        return Stored(
            scores=tuple(new_scores),
            alerts=tuple(new_alerts),
            verdicts=tuple(new_verdicts),
            judged=judged,
            withdrawn=withdrawn,
        )

    def positions(self) -> dict[Place, Position]:
        """Where reading goes on, for every partition ever read."""
        with self._database.reading() as connection:
            return _positions(connection)

    def forget(self, *, scored_before: datetime, after: Seen | None, limit: int) -> tuple[int, Seen | None]:
        """Look at the next `limit` old scores, the oldest first, and delete those without a verdict that counts.

        `after` is None to begin. Returns how many were deleted, and the `after` for the next call (None: that was all).
        """
        with self._database.writing() as connection:
            looked_at = oldest_scores(connection, scored_before=scored_before, after=after, limit=limit)
            old = [row.id for row in looked_at if not row.judged]
            for part in parts_of(old):
                connection.execute(delete(scores).where(scores.c.id.in_(part)))
        return len(old), where_it_stands(looked_at, limit=limit)

    def forget_imported(self, *, raised_before: datetime, after: Seen | None, limit: int) -> tuple[int, Seen | None]:
        """As `forget`, of imported alerts.

        What has part in the context of a judged one stays with it: no example changes.
        """
        with self._database.writing() as connection:
            looked_at = oldest_imported(connection, raised_before=raised_before, after=after, limit=limit)
            unjudged = {row.id: row.since for row in looked_at if not row.judged}
            old = sorted(set(unjudged) - part_in_a_judged_context(connection, unjudged))
            for part in parts_of(old):
                connection.execute(delete(imported_alerts).where(imported_alerts.c.alert_id.in_(part)))
        return len(old), where_it_stands(looked_at, limit=limit)

    def forget_reasons(self, *, decided_before: datetime, after: Seen | None, limit: int) -> tuple[int, Seen | None]:
        """As `forget`, of what verdicts say in words, whether they count or not; what they decide stays."""
        with self._database.writing() as connection:
            looked_at = oldest_verdicts(connection, decided_before=decided_before, after=after, limit=limit)
            emptied = take_reasons(connection, looked_at)
        return emptied, where_it_stands(looked_at, limit=limit)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _positions(connection: Connection) -> dict[Place, Position]:
    return {
        (row.topic, row.partition): Position(
            topic=row.topic, partition=row.partition, next_offset=row.next_offset, topic_id=row.topic_id
        )
        for row in connection.execute(select(offsets))
    }


def _store_positions(connection: Connection, positions: Sequence[Position]) -> None:
    """Move on, never back: a collector that lost a partition while it stored may be behind the one that got it."""
    known = _positions(connection) if positions else {}
    for position in positions:
        held = known.get((position.topic, position.partition))
        if held and held.topic_id == position.topic_id and held.next_offset >= position.next_offset:
            continue
        of_partition = (offsets.c.topic == position.topic) & (offsets.c.partition == position.partition)
        connection.execute(delete(offsets).where(of_partition))
        connection.execute(
            insert(offsets).values(
                topic=position.topic,
                partition=position.partition,
                next_offset=position.next_offset,
                topic_id=position.topic_id,
            )
        )
