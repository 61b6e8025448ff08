"""Winnow's own contracts as others write them: AlertV1 and FeedbackV1, made to fit where they nearly do."""

import re

from schemas import AlertV1, Severity, Verdict
from services.siem.alerts import alert_of
from services.siem.attack import technique_ids
from services.siem.document import Document, text_of
from services.siem.draft import ENTITY_FIELDS, TEXT_FIELDS
from services.siem.fitting import UnfitError
from services.siem.identity import fingerprint
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format

_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9_.-]+")
_ID_LENGTH = 512
_FEEDBACK_TEXTS = ("vendor_value", "actor", "reason", "analyst", "incident", "origin")


def severity(document: Document) -> Severity:
    """The level by its name."""
    return by_word(document.text("severity"))


def alert(document: Document) -> dict[str, object]:
    """What does not merely move: id, source, a severity's name that Winnow does not have, and the evidence."""
    _refuse_other_versions(document)
    if not document.text("alert_id", "title"):
        raise UnfitError("alert_id, title: missing")
    found: dict[str, object] = {"source": _source(document), "evidence": _evidence(document)}
    word = document.text("severity")
    if not document.text("severity_original") and word != severity(document):
        found["severity_original"] = word
    named = document.text("alert_id")
    return found | ({"alert_id": _bounded(named)} if named else {})


def verdict(document: Document) -> dict[str, object]:
    """What does not merely move, with a verdict that Winnow does not have kept as the vendor's value."""
    _refuse_other_versions(document)
    said, named = document.text("verdict"), document.text("alert_id")
    if not said:
        raise UnfitError("verdict: missing")
    found: dict[str, object] = {
        "alert_id": _bounded(named) if named else None,
        "source": _source(document),
        "verdict": Verdict(said),
        "severity": None if (level := severity(document)) is Severity.UNKNOWN else level,
        "techniques": technique_ids(document.texts("techniques")),
        "retracted": _is_retracted(document.text("retracted")),
        "alert": _alert_within(document),
    }
    is_new_word = Verdict(said).value != said and not document.text("vendor_value")
    return found | ({"vendor_value": said} if is_new_word else {})


def _is_retracted(said: str) -> bool:
    """As JSON, spreadsheets and databases write it; what is neither yes nor no must not turn into a verdict."""
    word = said.lower()
    if word in ("true", "1", "yes"):
        return True
    if word in ("", "false", "0", "no"):
        return False
    raise UnfitError("retracted: neither true nor false")


def _refuse_other_versions(document: Document) -> None:
    version = document.text("schema_version") or "1"
    if version != "1":
        raise UnfitError(f"schema_version: {version[:16]} is not known here")


def _source(document: Document) -> str:
    return _NOT_IN_A_SLUG.sub("-", document.text("source").lower()).strip("-_.")[:64] or "winnow"


def _bounded(alert_id: str) -> str:
    """An alert id of any length within the contract's bound, different where the whole differs."""
    return alert_id if len(alert_id) <= _ID_LENGTH else f"{alert_id[: _ID_LENGTH - 33]}:{fingerprint(alert_id)}"


def _evidence(document: Document) -> dict[str, str]:
    entries = document.part("evidence").fields.items()
    return {key: text_of(value) for key, value in entries if isinstance(value, (str, int, float))}


def _alert_within(document: Document) -> AlertV1 | None:
    """The alert a verdict carries; one that cannot be read does not cost the verdict."""
    moment = document.time("decided_at", "alert.observed_at", "alert.raised_at")
    within = document.part("alert")
    if not within.fields or moment is None:
        return None
    whole = Document({"alert_id": document.text("alert_id"), **within.fields})
    try:
        return alert_of(whole, _ALERTS, source="winnow", received_at=moment)
    except UnfitError:
        return None


_ALERTS = AlertFormat(
    recognised_by=(("alert_id", "source", "title"), ("schema_version", "title", "observed_at")),
    fields={name: (name,) for name in (*TEXT_FIELDS, *ENTITY_FIELDS)},
    vendor_id=lambda _: "",
    identity=("title", "rule.id", "observed_at", "entities.host.name", "entities.user.name", "description"),
    observed_at=("observed_at",),
    raised_at=("raised_at",),
    severity=severity,
    tactics=("attack.tactics",),
    techniques=("attack.techniques",),
    decide=alert,
)

FORMAT = Format(
    name="winnow",
    alerts=_ALERTS,
    feedback=FeedbackFormat(
        recognised_by=(("alert_id", "verdict"),),
        fields={name: (name,) for name in _FEEDBACK_TEXTS},
        decided_at=("decided_at",),
        decide=verdict,
    ),
)
