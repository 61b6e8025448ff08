"""The buffer as the trainer reads it: labelled examples, how many verdicts there are, and what is in it."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from schemas import AlertV1, ContextV1, Verdict, VerdictOrigin
from services.core.context import ContextTracker
from services.core.example import Example
from services.core.labels import TRAINABLE, standing
from services.core.surges import Sighting, sighting
from services.runtime.buffer.database import Database
from services.runtime.buffer.joining import verdicts_on
from services.runtime.buffer.tables import imported_alerts, judgements, scores, verdicts

_TRAINS = and_(
    verdicts.c.origin == VerdictOrigin.HUMAN.value,
    verdicts.c.retracted.is_(False),
    verdicts.c.verdict.in_([verdict.value for verdict in TRAINABLE]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferSummary:
    """What a buffer holds. `by_class`, `by_source` and `by_rule` count examples, the other counts verdicts.

    `waiting` counts verdicts that would train if their alert were known.
    """

    scores: int
    imported_alerts: int
    verdicts: int
    examples: int
    contested: int
    waiting: int
    by_class: dict[str, int]
    by_source: dict[str, int]
    by_rule: dict[str, int]
    by_analyst: dict[str, int]
    by_origin: dict[str, int]
    by_verdict: dict[str, int]


class TrainingBuffer:
    """Scores and verdicts, joined: what there is to learn from. All methods may raise Unavailable.

    Every method reads one unchanging state, also while a collector writes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def examples(self) -> list[Example]:
        """Every alert with a verdict that counts, ordered by (decided_at, alert_id).

        Alert and context are those of the score that was judged. An alert that only came inside its verdict has the
        context that the whole imported history, replayed in time order through one tracker, gives it.
        """
        with self._database.reading() as connection:
            rows = connection.execute(_EXAMPLES).all()
            contexts = _replayed(connection, {row.alert_id for row in rows if row.context is None})
            dissents = _dissents(connection, [row.alert_id for row in rows if row.contested])
        examples = [_example(row, contexts, dissents) for row in rows]
        return sorted(examples, key=lambda one: (one.decided_at, one.alert.alert_id))  # databases sort text differently

    def recent(self) -> list[Sighting]:
        """What the latest scores tell of how often rules fire, the newest first; judged or not, contexts whole."""
        with self._database.reading() as connection:
            return [each for each in map(_sighting, connection.execute(_RECENT)) if each is not None]

    def human_verdicts(self) -> int:
        """How many verdicts of people are stored that can train; it falls only where something is forgotten."""
        with self._database.reading() as connection:
            return _count(connection, select(func.count()).select_from(verdicts).where(_TRAINS))

    def summary(self) -> BufferSummary:
        """What the buffer holds, in numbers."""
        with self._database.reading() as connection:
            return BufferSummary(
                scores=_count(connection, select(func.count()).select_from(scores)),
                imported_alerts=_count(connection, select(func.count()).select_from(imported_alerts)),
                verdicts=_count(connection, select(func.count()).select_from(verdicts)),
                examples=_count(connection, select(func.count()).select_from(judgements)),
                contested=_count(connection, select(func.count()).where(judgements.c.contested)),
                waiting=_count(connection, _WAITING),
                by_class=_counts(connection, judgements.c.label),
                by_source=_counts(connection, judgements.c.source),
                by_rule=_counts(connection, judgements.c.rule),
                by_analyst=_counts(connection, verdicts.c.analyst, _TRAINS),
                by_origin=_counts(connection, verdicts.c.origin),
                by_verdict=_counts(connection, verdicts.c.verdict),
            )

    def close(self) -> None:
        """Close the database."""
        self._database.close()


_ROWS = 1000
_HISTORY = (
    select(imported_alerts.c.alert_id, imported_alerts.c.raised_at, imported_alerts.c.alert)
    .order_by(imported_alerts.c.raised_at)
    .execution_options(yield_per=_ROWS)
)
_EXAMPLES = (
    select(
        judgements.c.alert_id,
        judgements.c.label,
        judgements.c.decided_at,
        judgements.c.analysts,
        judgements.c.contested,
        judgements.c.incident,
        func.coalesce(scores.c.alert, imported_alerts.c.alert).label("alert"),
        scores.c.context,
    )
    .outerjoin(scores, scores.c.id == judgements.c.score_id)
    .outerjoin(imported_alerts, imported_alerts.c.alert_id == judgements.c.alert_id)
)
_RECENT = (
    select(scores.c.alert, scores.c.context)
    .order_by(scores.c.scored_at.desc())
    .limit(10_000)
    .execution_options(yield_per=_ROWS)
)
_WAITING = (
    select(func.count())
    .select_from(verdicts)
    .where(
        _TRAINS,
        ~or_(
            exists().where(scores.c.alert_id == verdicts.c.alert_id),
            exists().where(imported_alerts.c.alert_id == verdicts.c.alert_id),
        ),
    )
)


def _replayed(connection: Connection, wanted: Collection[str]) -> dict[str, ContextV1]:
    """The contexts of the wanted imported alerts; of the history, which may be large, one alert at a time is held."""
    tracker, found = ContextTracker(), dict[str, ContextV1]()
    for alert_id, alert in _history(connection) if wanted else ():
        context = tracker.observe(alert, received_at=alert.raised_at)
        if alert_id in wanted:
            found[alert_id] = context
    return found


def _history(connection: Connection) -> Iterator[tuple[str, AlertV1]]:
    """All imported alerts by (raised_at, alert_id); ids are put in order here, as databases sort text differently."""
    for _, together in groupby(connection.execute(_HISTORY), key=lambda row: row.raised_at):
        for row in sorted(together, key=lambda row: row.alert_id):
            yield row.alert_id, AlertV1.model_validate_json(row.alert)


_Dissent = tuple[tuple[str, Verdict], ...]


def _dissents(connection: Connection, contested: Sequence[str]) -> dict[str, _Dissent]:
    """Who said what else of contested alerts, by alert id."""
    given = verdicts_on(connection, contested)
    found = {alert_id: standing(verdicts_) for alert_id, verdicts_ in given.items()}
    return {alert_id: stands.dissent for alert_id, stands in found.items() if stands is not None}


def _example(
    row: Any,  # noqa: ANN401 - a row
    contexts: dict[str, ContextV1],
    dissents: dict[str, _Dissent],
) -> Example:
    context = contexts[row.alert_id] if row.context is None else ContextV1.model_validate_json(row.context)
    return Example(
        alert=AlertV1.model_validate_json(row.alert),
        context=context,
        label=Verdict(row.label),
        decided_at=row.decided_at,
        analysts=tuple(json.loads(row.analysts)),
        contested=row.contested,
        incident=row.incident,
        dissent=dissents.get(row.alert_id, ()),
    )


def _sighting(row: Any) -> Sighting | None:  # noqa: ANN401 - a row
    context = ContextV1.model_validate_json(row.context)
    return None if context.partial else sighting(AlertV1.model_validate_json(row.alert), context)


def _count(connection: Connection, statement: Any) -> int:  # noqa: ANN401 - any select of one number
    return int(connection.execute(statement).scalar_one())


def _counts(connection: Connection, column: ColumnElement[str], *where: ColumnElement[bool]) -> dict[str, int]:
    """How often each value of a column occurs, the most frequent first."""
    number = func.count()
    statement = select(column, number).where(*where).group_by(column).order_by(number.desc(), column)
    return {str(value): int(count) for value, count in connection.execute(statement)}
