"""A format's spec as a Format, of the same kind as the built-in ones."""

from collections.abc import Callable
from itertools import islice

from schemas import Severity, Verdict, VerdictOrigin
from services.siem.attack import tactic_ids, technique_ids
from services.siem.document import Document, number_of
from services.siem.evidence import evidence_of
from services.siem.fitting import UnfitError
from services.siem.identity import alert_id, fingerprint
from services.siem.own.expressions import Expressions
from services.siem.own.spec import AlertIdSpec, AlertsSpec, FormatSpec, OneOfSpec, SeveritySpec, VerdictsSpec
from services.siem.severity import by_bounds, by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK


def format_of(name: str, spec: FormatSpec) -> Format:
    """The format a spec describes."""
    return Format(
        name=name,
        alerts=_alerts(spec.alerts) if spec.alerts else None,
        feedback=_feedback(spec.verdicts, name) if spec.verdicts else None,
    )


def _alerts(spec: AlertsSpec) -> AlertFormat:
    return AlertFormat(
        recognised_by=spec.recognised_by,
        general=spec.general,
        vendor_id=lambda document: spec.id.text(document) or _fingerprint(document, spec),
        identity=(),
        observed_at=(),
        raised_at=(),
        severity=lambda document: _severity(document, spec.severity),
        decide=_alert(spec),
    )


def _fingerprint(document: Document, spec: AlertsSpec) -> str:
    """Of what tells alerts without an id apart, each expression in its place."""
    identity = [Expressions((each,)).text(document) for each in spec.identity.compiled]
    if not any(identity):
        raise UnfitError("alert_id: neither id nor identity says anything")
    return fingerprint(*identity)


def _severity(document: Document, spec: SeveritySpec | None) -> Severity:
    said = spec.from_.text(document) if spec else ""
    if spec is None or not said:
        return Severity.UNKNOWN
    if said.lower() in spec.values:
        return spec.values[said.lower()]
    number = number_of(said)
    return by_word(said) if number is None else by_bounds(number, spec.steps)


def _alert(spec: AlertsSpec) -> Callable[[Document], dict[str, object]]:
    used = _plainly_used(spec)

    def decide(document: Document) -> dict[str, object]:
        texts: dict[str, object] = {name: text for name, each in spec.fields.items() if (text := each.text(document))}
        if spec.severity and "severity_original" not in texts:
            texts["severity_original"] = spec.severity.from_.text(document)
        return texts | _attack(document, spec) | _times(document, spec) | {"evidence": _evidence(document, spec, used)}

    return decide


def _plainly_used(spec: AlertsSpec) -> frozenset[str]:
    """Paths that have a place of their own already, as far as expressions are plain paths."""
    severity = spec.severity.from_ if spec.severity else Expressions()
    parts = (spec.id, spec.tactics, spec.techniques, spec.observed_at, spec.raised_at, severity, *spec.fields.values())
    return frozenset(path for each in parts for path in each.plain_paths)


def _attack(document: Document, spec: AlertsSpec) -> dict[str, object]:
    return {
        "attack.tactics": tactic_ids(spec.tactics.texts(document)),
        "attack.techniques": technique_ids(spec.techniques.texts(document)),
    }


def _times(document: Document, spec: AlertsSpec) -> dict[str, object]:
    """One time stands in for the other; without either, the time of receipt stays."""
    observed, raised = spec.observed_at.time(document), spec.raised_at.time(document)
    found = {"observed_at": observed or raised, "raised_at": raised or observed}
    return {name: time for name, time in found.items() if time}


def _evidence(document: Document, spec: AlertsSpec, used: frozenset[str]) -> dict[str, str]:
    kept = spec.evidence
    found = evidence_of(document, used=used, noise=kept.leave_out, leading=kept.first)
    return dict(islice(found.items(), kept.entries))


def _feedback(spec: VerdictsSpec, name: str) -> FeedbackFormat:
    def decide(document: Document) -> dict[str, object]:
        return _judged(document, spec.alert_id, name) | _when(document, spec) | _said(document, spec)

    return FeedbackFormat(recognised_by=spec.recognised_by, general=spec.general, decided_at=(), decide=decide)


def _judged(document: Document, spec: AlertIdSpec, name: str) -> dict[str, object]:
    whole, part = spec.whole.text(document), spec.id.text(document)
    if part:
        whole = alert_id(source=spec.source or name, instance=spec.instance.text(document), vendor_id=part)
    return {"alert_id": whole}


def _when(document: Document, spec: VerdictsSpec) -> dict[str, object]:
    decided_at = spec.decided_at.time(document)
    return {"decided_at": decided_at} if decided_at else {}


def _said(document: Document, spec: VerdictsSpec) -> dict[str, object]:
    if spec.reopened and (state := _one_of(document, spec.reopened)):
        return TAKEN_BACK | {"vendor_value": state}
    said = spec.verdict.from_.text(document)
    by_machine = spec.automated and _one_of(document, spec.automated)
    return {
        "verdict": spec.verdict.values.get(said.lower(), Verdict.OTHER),
        "vendor_value": said,
        "analyst": spec.analyst.text(document),
        "reason": spec.reason.text(document),
        "incident": spec.incident.text(document),
        "origin": VerdictOrigin.AUTOMATION if by_machine else VerdictOrigin.HUMAN,
    }


def _one_of(document: Document, spec: OneOfSpec) -> str:
    """The value, if it is one of those listed; else ''."""
    said = spec.from_.text(document)
    return said if said.lower() in {value.lower() for value in spec.values} else ""
