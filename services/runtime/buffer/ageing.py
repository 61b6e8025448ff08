"""What is old and of no use: alerts that nobody judged, nor one that was close after them, and reasons of verdicts."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, update

from schemas import FeedbackV1
from services.core.context import REACH
from services.runtime.buffer.rows import body_of
from services.runtime.buffer.tables import imported_alerts, judgements, scores, verdicts

Seen = tuple[datetime, int | str]
"""How far a sweep has come: the time and the id of the last row looked at."""

_LATEST = datetime.max.replace(tzinfo=UTC)
_JUDGED = judgements.c.alert_id.is_not(None).label("judged")


def oldest_scores(connection: Connection, *, scored_before: datetime, after: Seen | None, limit: int) -> Sequence[Any]:
    """The next old scores in the order of time: `id`, `since`, and whether their alert is `judged`."""
    statement = select(scores.c.id, scores.c.scored_at.label("since"), _JUDGED).outerjoin(
        judgements, judgements.c.alert_id == scores.c.alert_id
    )
    return _oldest(connection, statement, before=scored_before, after=after, limit=limit)


def oldest_imported(
    connection: Connection, *, raised_before: datetime, after: Seen | None, limit: int
) -> Sequence[Any]:
    """The next old imported alerts in the order of time: `id`, `since`, and whether they are `judged`."""
    alerts = imported_alerts.c
    statement = select(alerts.alert_id.label("id"), alerts.raised_at.label("since"), _JUDGED).outerjoin(
        judgements, judgements.c.alert_id == alerts.alert_id
    )
    return _oldest(connection, statement, before=raised_before, after=after, limit=limit)


def oldest_verdicts(
    connection: Connection, *, decided_before: datetime, after: Seen | None, limit: int
) -> Sequence[Any]:
    """The next old verdicts in the order of time: `id`, `since` and `body`."""
    statement = select(verdicts.c.id, verdicts.c.decided_at.label("since"), verdicts.c.body)
    return _oldest(connection, statement, before=decided_before, after=after, limit=limit)


def where_it_stands(looked_at: Sequence[Any], *, limit: int) -> Seen | None:
    """Where a sweep goes on after these rows; None at its end."""
    return (looked_at[-1].since, looked_at[-1].id) if len(looked_at) == limit else None


def part_in_a_judged_context(connection: Connection, alerts: Mapping[str, datetime]) -> set[str]:
    """Which of these alerts, each with its `raised_at`, a judged imported alert needs for its context."""
    if not alerts:
        return set()
    first, last = min(alerts.values()), _later(max(alerts.values()))
    judged = _judged_between(connection, first, last)
    return {
        alert_id
        for alert_id, raised_at in alerts.items()
        if (place := bisect_left(judged, raised_at)) < len(judged) and judged[place] <= _later(raised_at)
    }


def take_reasons(connection: Connection, rows: Sequence[Any]) -> int:
    """Empty the reasons of verdicts, each with its `id` and `body`, and keep what they decide; how many had one."""
    spoken = ((row.id, FeedbackV1.model_validate_json(row.body)) for row in rows if _REASON in row.body)
    emptied = [
        {"row": row, "without": body_of(one.model_copy(update={"reason": ""}))} for row, one in spoken if one.reason
    ]
    if emptied:
        without = update(verdicts).where(verdicts.c.id == bindparam("row")).values(body=bindparam("without"))
        connection.execute(without, emptied)
    return len(emptied)


_REASON = '"reason":'
"""Bodies without it have no reason: they leave out what is empty, and most need not be parsed."""


def _oldest(
    connection: Connection, statement: Select[Any], *, before: datetime, after: Seen | None, limit: int
) -> Sequence[Any]:
    key, since = statement.selected_columns["id"], statement.selected_columns["since"]
    statement = statement.where(since < before).order_by(since, key).limit(limit)
    if after is not None:
        # The first condition follows from the second, but only by it do databases find the place in the index.
        statement = statement.where(since >= after[0], or_(since > after[0], key > after[1]))
    return connection.execute(statement).all()


def _judged_between(connection: Connection, first: datetime, last: datetime) -> list[datetime]:
    """When those were raised whose context is replayed, which is not so for what was scored."""
    statement = (
        select(imported_alerts.c.raised_at)
        .join(judgements, judgements.c.alert_id == imported_alerts.c.alert_id)
        .where(judgements.c.score_id.is_(None), imported_alerts.c.raised_at.between(first, last))
        .order_by(imported_alerts.c.raised_at)
    )
    return list(connection.execute(statement).scalars())


def _later(time: datetime) -> datetime:
    return time + REACH if time < _LATEST - REACH else _LATEST
