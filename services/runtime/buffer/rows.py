"""Scores, verdicts and imported alerts as rows, and the storing of those that are new.

The caller holds the one writing transaction there is, so what is looked up cannot change before it is written.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, insert, select

from schemas import AlertV1, FeedbackV1, ScoreV1, SourceCoordinates
from services.core.context import rule_of
from services.runtime.buffer.batches import ReadVerdict
from services.runtime.buffer.lookup import rows_with
from services.runtime.buffer.tables import imported_alerts, scores, verdicts

ItemT = TypeVar("ItemT")


def store_scores(connection: Connection, given: Sequence[ScoreV1]) -> list[ScoreV1]:
    """Store the scores that are new, and return them."""
    new = _unknown(connection, scores.c.identity, [(_score_identity(score), score) for score in given])
    _insert(connection, scores, [_score_row(identity, score) for identity, score in new.items()])
    return list(new.values())


def store_verdicts(connection: Connection, given: Sequence[ReadVerdict]) -> list[FeedbackV1]:
    """Store the verdicts that are new, and return them."""
    new = _unknown(connection, verdicts.c.identity, [(_verdict_identity(one.feedback), one) for one in given])
    _insert(connection, verdicts, [_verdict_row(identity, verdict) for identity, verdict in new.items()])
    return [verdict.feedback for verdict in new.values()]


def store_alerts(connection: Connection, given: Sequence[AlertV1], *, within: Sequence[ReadVerdict]) -> list[str]:
    """Store the alerts that are new, given or within verdicts, and return their ids.

    A verdict that is known may bring an alert that is not: it was sent without, and now its history is imported.
    """
    named = [(alert.alert_id, alert) for alert in given]
    named += [(one.feedback.alert_id, one.feedback.alert) for one in within if one.feedback.alert is not None]
    new = _unknown(connection, imported_alerts.c.alert_id, named)
    _insert(connection, imported_alerts, [_alert_row(alert_id, alert) for alert_id, alert in new.items()])
    return list(new)


def _unknown(
    connection: Connection, column: ColumnElement[str], given: Sequence[tuple[str, ItemT]]
) -> dict[str, ItemT]:
    """What is not stored yet, by its key and in the order given; of repeats the first."""
    known = {row[0] for row in rows_with(connection, select(column), column, list(dict(given)))}
    new: dict[str, ItemT] = {}
    for key, item in given:
        if key not in known:
            new.setdefault(key, item)
    return new


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - any table
    if rows:
        connection.execute(insert(table), rows)


def _identity(*parts: object) -> str:
    """A digest of bounded length: the parts themselves can be longer than PostgreSQL indexes."""
    return hashlib.blake2b("\x00".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def _score_identity(score: ScoreV1) -> str:
    origin = score.origin
    return _identity(score.alert.alert_id, origin.topic, origin.partition, origin.offset, origin.index)


def _verdict_identity(one: FeedbackV1) -> str:
    return _identity(one.alert_id, one.analyst, one.decided_at.isoformat(), one.verdict, one.origin, one.retracted)


def _score_row(identity: str, score: ScoreV1) -> dict[str, Any]:
    return {
        "identity": identity,
        "alert_id": score.alert.alert_id,
        "scored_at": score.times.scored_at,
        "shown": score.shown,
        "audit_probability": score.audit_probability if score.audited else None,
        "model_version": score.model_version or "",
        "source": score.alert.source,
        "rule": rule_of(score.alert),
        "alert": score.alert.model_dump_json(exclude_defaults=True),
        "context": score.context.model_dump_json(exclude_defaults=True),
    }


def _verdict_row(identity: str, read: ReadVerdict) -> dict[str, Any]:
    one, origin = read.feedback, read.origin
    return {
        "identity": identity,
        "alert_id": one.alert_id,
        "verdict": one.verdict.value,
        "origin": one.origin.value,
        "analyst": one.analyst,
        "decided_at": one.decided_at,
        "retracted": one.retracted,
        "incident": one.incident,
        "body": body_of(one),
        **_place(origin),
    }


def body_of(one: FeedbackV1) -> str:
    """A verdict as it is kept: without the alert inside it, which has a row of its own."""
    return one.model_dump_json(exclude_defaults=True, exclude={"alert"})


def _place(origin: SourceCoordinates | None) -> dict[str, Any]:
    if origin is None:
        return {"topic": None, "partition": None, "offset": None}
    return {"topic": origin.topic, "partition": origin.partition, "offset": origin.offset}


def _alert_row(alert_id: str, alert: AlertV1) -> dict[str, Any]:
    """An alert under the id that its verdict names, which is what joins the two, should it name itself otherwise."""
    alert = alert if alert.alert_id == alert_id else alert.model_copy(update={"alert_id": alert_id})
    return {
        "alert_id": alert_id,
        "raised_at": alert.raised_at,
        "source": alert.source,
        "rule": rule_of(alert),
        "alert": alert.model_dump_json(exclude_defaults=True),
    }
