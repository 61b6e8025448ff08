"""A vendor's alert as AlertV1, by what its format declares."""

from datetime import datetime

from schemas import AlertV1
from services.siem.attack import tactic_ids, technique_ids
from services.siem.document import Document, number_of, text_of
from services.siem.draft import Draft, moved, nested
from services.siem.evidence import evidence_of
from services.siem.fitting import UnfitError, fitted
from services.siem.identity import alert_id, fingerprint
from services.siem.shape import AlertFormat

_NUMBERS = ("entities.network.source_port", "entities.network.destination_port", "entities.url.status")


def alert_of(document: Document, shape: AlertFormat, *, source: str, received_at: datetime) -> AlertV1:
    """The alert a document says.

    `received_at` (UTC) stands in for times that are missing or unreadable. Raises UnfitError if nothing in the document
    names what was detected.
    """
    draft, used = moved(document, shape.fields)
    used.update(shape.tactics, shape.techniques)
    draft |= _stated(document, shape) | _times(document, shape, received_at) | {"source": source}
    draft |= shape.decide(document)
    draft["title"] = _title(draft)
    draft.setdefault("alert_id", _alert_id(document, shape, draft))
    if "evidence" not in draft:
        draft["evidence"] = evidence_of(document, used=used, noise=shape.noise, leading=shape.leading)
    return fitted(AlertV1, nested(_tidied(draft)))


def _stated(document: Document, shape: AlertFormat) -> Draft:
    return {
        "severity": shape.severity(document),
        "attack.tactics": tactic_ids(document.texts(*shape.tactics)),
        "attack.techniques": technique_ids(document.texts(*shape.techniques)),
    }


def _times(document: Document, shape: AlertFormat, received_at: datetime) -> Draft:
    """When it happened and when the rule fired; one stands in for the other before `received_at` does for both."""
    observed = document.time(*shape.observed_at)
    raised = observed if shape.raised_at == shape.observed_at else document.time(*shape.raised_at)
    return {"observed_at": observed or raised or received_at, "raised_at": raised or observed or received_at}


def _title(draft: Draft) -> object:
    named = draft.get("title") or draft.get("rule.name")
    if named:
        return named
    if draft.get("rule.id"):
        return f"Rule {draft['rule.id']}"
    if isinstance(description := draft.get("description"), str) and description:
        return description[:200]
    raise UnfitError("no title, rule or description says what was detected")


def _alert_id(document: Document, shape: AlertFormat, draft: Draft) -> str:
    vendor_id = shape.vendor_id(document) or fingerprint(*(document.text(path) for path in shape.identity))
    return alert_id(source=str(draft["source"]), instance=str(draft.get("instance", "")), vendor_id=vendor_id)


def _tidied(draft: Draft) -> Draft:
    """Ports and status codes as numbers, where vendors write text; protocols in lower case, as ECS has them."""
    for name in _NUMBERS:
        if name in draft:
            draft[name] = number_of(text_of(draft[name]))
    for name in ("entities.network.protocol", "entities.network.application"):
        if isinstance(protocol := draft.get(name), str):
            draft[name] = protocol.lower()
    return draft
