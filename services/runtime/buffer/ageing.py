"""What is old and of no use: alerts that nobody judged, nor one that was close after them, and reasons of verdicts."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from schemas import FeedbackV1
from services.core.context import REACH
from services.runtime.buffer.rows import body_of
from services.runtime.buffer.tables import imported_alerts, judgements, verdicts

Seen = tuple[datetime, str]
"""How far a sweep over imported alerts has come: `raised_at` and alert id of the last one looked at."""

_LATEST = datetime.max.replace(tzinfo=UTC)


def oldest_imported(
    connection: Connection, *, raised_before: datetime, after: Seen | None, limit: int
) -> Sequence[Any]:
    """The next old imported alerts in the order of time: `alert_id`, `raised_at`, and whether it is `judged`."""
    raised_at, alert_id = imported_alerts.c.raised_at, imported_alerts.c.alert_id
    statement = (
        select(alert_id, raised_at, judgements.c.alert_id.is_not(None).label("judged"))
        .outerjoin(judgements, judgements.c.alert_id == alert_id)
        .where(raised_at < raised_before)
        .order_by(raised_at, alert_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(or_(raised_at > after[0], and_(raised_at == after[0], alert_id > after[1])))
    return connection.execute(statement).all()


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


def take_reasons(connection: Connection, *, decided_before: datetime, after_id: int, limit: int) -> tuple[int, int]:
    """Empty the reasons of old ones among the next `limit` verdicts, and keep what they decide.

    Returns how many were emptied, and the id of the last one looked at (0: the end was reached).
    """
    columns = verdicts.c.id, verdicts.c.decided_at, verdicts.c.body
    statement = select(*columns).where(verdicts.c.id > after_id).order_by(verdicts.c.id).limit(limit)
    looked_at = connection.execute(statement).all()
    old = ((row.id, FeedbackV1.model_validate_json(row.body)) for row in looked_at if row.decided_at < decided_before)
    emptied = [
        {"row": row, "without": body_of(one.model_copy(update={"reason": ""}))} for row, one in old if one.reason
    ]
    if emptied:
        without = update(verdicts).where(verdicts.c.id == bindparam("row")).values(body=bindparam("without"))
        connection.execute(without, emptied)
    return len(emptied), looked_at[-1].id if len(looked_at) == limit else 0


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
