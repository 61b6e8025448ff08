"""A vendor's verdict as FeedbackV1, by what its format declares."""

from collections.abc import Sequence
from datetime import datetime

from schemas import AlertV1, FeedbackV1, VerdictOrigin
from services.siem.alerts import alert_of
from services.siem.document import Document
from services.siem.draft import Draft, moved, nested
from services.siem.fitting import UnfitError, fitted
from services.siem.shape import AlertFormat, FeedbackFormat, fits

MOST_JUDGED = 4_096
"""Alerts that one case may judge: each gets a verdict of its own, with the case's whole comment."""


def feedback_of(
    document: Document, shape: FeedbackFormat, *, alerts: AlertFormat | None, source: str, received_at: datetime
) -> tuple[FeedbackV1, ...]:
    """The verdicts a document says, one for each alert; `received_at` (UTC) stands in where it does not say when.

    Vendors whose verdicts are fields of the alert send the alert along; it is kept, so that history can be imported.
    Raises UnfitError if the document does not name an alert.
    """
    draft, _ = moved(document, shape.fields)
    draft |= {"source": source, "decided_at": document.time(*shape.decided_at) or received_at}
    draft |= shape.decide(document)
    judged = shape.judges(document)
    if judged is not None:
        return _propagated(draft, judged)
    if alerts is not None and "alert" not in draft:
        draft["alert"] = _alert_beside(document, alerts, source=source, received_at=received_at)
    return (fitted(FeedbackV1, nested(draft)),)


def _propagated(draft: Draft, alert_ids: Sequence[str]) -> tuple[FeedbackV1, ...]:
    """A case's verdict for each of its alerts."""
    if not alert_ids:
        raise UnfitError("alert_id: the case names no alert")
    if len(alert_ids) > MOST_JUDGED:
        raise UnfitError(f"alert_id: the case names {len(alert_ids)} alerts; at most {MOST_JUDGED} are judged at once")
    common = {"origin": VerdictOrigin.PROPAGATED} | draft
    return tuple(fitted(FeedbackV1, nested(common | {"alert_id": each})) for each in dict.fromkeys(alert_ids))


def _alert_beside(document: Document, shape: AlertFormat, *, source: str, received_at: datetime) -> AlertV1 | None:
    if not fits(document, shape.recognised_by):
        return None
    try:
        return alert_of(document, shape, source=source, received_at=received_at)
    except UnfitError:
        return None  # an update of the verdict's fields alone
