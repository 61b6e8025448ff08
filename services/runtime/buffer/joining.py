"""The join: what the verdicts of an alert come to, once both they and the alert are known, in whatever order."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from schemas import Verdict, VerdictOrigin
from services.core.labels import Given, score_judged, standing
from services.runtime.buffer.batches import Judged
from services.runtime.buffer.lookup import parts_of, rows_with
from services.runtime.buffer.tables import imported_alerts, judgements, scores, verdicts

_SCORES = select(
    scores.c.id,
    scores.c.alert_id,
    scores.c.scored_at,
    scores.c.shown,
    scores.c.audit_probability,
    scores.c.model_version,
    scores.c.source,
    scores.c.rule,
).order_by(scores.c.id)
_VERDICTS = select(
    verdicts.c.alert_id,
    verdicts.c.verdict,
    verdicts.c.analyst,
    verdicts.c.decided_at,
    verdicts.c.origin,
    verdicts.c.retracted,
    verdicts.c.incident,
)
_IMPORTED = select(imported_alerts.c.alert_id, imported_alerts.c.source, imported_alerts.c.rule)
_STANDING = select(
    judgements.c.alert_id,
    judgements.c.label,
    judgements.c.score_id,
    scores.c.shown,
    scores.c.audit_probability,
    scores.c.model_version,
).outerjoin(scores, scores.c.id == judgements.c.score_id)


def judge_again(connection: Connection, alert_ids: Sequence[str]) -> tuple[Counter[Judged], Counter[Judged]]:
    """Write anew what the verdicts of these alerts come to; returns the judgements that are new, and those withdrawn.

    It depends only on what is stored, so neither the order of arrival nor a repeat makes a difference.
    """
    given = verdicts_on(connection, alert_ids)
    judged = sorted(given)  # most scores have no verdict: there is nothing to judge yet
    standing_rows = list(rows_with(connection, _STANDING, _ID, judged))
    before = {row.alert_id: _judged(row, row.label) for row in standing_rows if row.score_id is not None}
    known = _scores(connection, judged)
    imported = _imported(connection, [alert_id for alert_id in judged if alert_id not in known])
    rows: list[dict[str, Any]] = []
    after: dict[str, Judged] = {}
    for alert_id in judged:
        row, now = _judgement(alert_id, given[alert_id], known.get(alert_id, []), imported.get(alert_id))
        rows += row
        after |= now
    _replace(connection, [row.alert_id for row in standing_rows], rows)
    return _missing(after, before), _missing(before, after)


_ID = judgements.c.alert_id


def verdicts_on(connection: Connection, alert_ids: Sequence[str]) -> dict[str, list[Given]]:
    """All verdicts that these alerts were given, by alert id."""
    given: defaultdict[str, list[Given]] = defaultdict(list)
    for row in rows_with(connection, _VERDICTS, verdicts.c.alert_id, alert_ids):
        given[row.alert_id].append(
            Given(
                verdict=Verdict(row.verdict),
                analyst=row.analyst,
                decided_at=row.decided_at,
                origin=VerdictOrigin(row.origin),
                retracted=row.retracted,
                incident=row.incident,
            )
        )
    return given


def _scores(connection: Connection, alert_ids: Sequence[str]) -> dict[str, list[Any]]:
    known: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows_with(connection, _SCORES, scores.c.alert_id, alert_ids):
        known[row.alert_id].append(row)
    return known


def _imported(connection: Connection, alert_ids: Sequence[str]) -> dict[str, Any]:
    return {row.alert_id: row for row in rows_with(connection, _IMPORTED, imported_alerts.c.alert_id, alert_ids)}


def _judgement(
    alert_id: str,
    given: list[Given],
    known: list[Any],
    imported: Any,  # noqa: ANN401 - a row, or none
) -> tuple[list[dict[str, Any]], dict[str, Judged]]:
    """The alert's row and judged score, each at most one; none while no verdict counts or the alert is not known."""
    stands = standing(given)
    if stands is None or (not known and imported is None):
        return [], {}
    place = score_judged([row.scored_at for row in known], decided_at=stands.decided_at)
    score = None if place is None else known[place]
    alert = imported if score is None else score
    row = {
        "alert_id": alert_id,
        "label": stands.label.value,
        "decided_at": stands.decided_at,
        "analysts": json.dumps(stands.analysts),
        "contested": stands.contested,
        "incident": stands.incident,
        "source": alert.source,
        "rule": alert.rule,
        "score_id": None if score is None else score.id,
    }
    return [row], {} if score is None else {alert_id: _judged(score, stands.label)}


def _judged(score: Any, label: str) -> Judged:  # noqa: ANN401 - a row
    return Judged(
        model_version=score.model_version,
        shown=score.shown,
        audit_probability=score.audit_probability,
        verdict=Verdict(label),
    )


def _replace(connection: Connection, old: Sequence[str], rows: list[dict[str, Any]]) -> None:
    for part in parts_of(old):
        connection.execute(delete(judgements).where(_ID.in_(part)))
    if rows:
        connection.execute(insert(judgements), rows)


def _missing(these: dict[str, Judged], there: dict[str, Judged]) -> Counter[Judged]:
    return Counter(judged for alert_id, judged in these.items() if there.get(alert_id) != judged)
