"""Text version 1: everything an alert's fields say, at length."""

from schemas import AlertV1
from services.core.text.flow import flow
from services.core.text.quoting import quoted

_FIELD_LIMIT = 160
_TEXT_LIMIT = 1200


def render(alert: AlertV1) -> str:
    """The alert's text in version 1."""
    parts = (*_what(alert), *_where(alert), *_process(alert), *_web(alert))
    words = [f"{name} {value}" if name else value for name, value in parts if value]  # no value can hold " | "
    return " | ".join(words)[:_TEXT_LIMIT]


def _what(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    return (
        ("", quoted(alert.title, limit=_FIELD_LIMIT)),
        ("", f"{alert.source} {alert.severity}"),
        ("attack", " ".join((*alert.attack.techniques, *alert.attack.tactics)[:4])),
    )


def _where(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    entities = alert.entities
    network = entities.network
    return (
        ("host", quoted(entities.host.name, limit=48)),
        ("user", quoted(entities.user.name, limit=48)),
        ("net", flow(network)),
        ("proto", quoted(f"{network.protocol} {network.application}".lower(), limit=32)),
        ("domain", quoted(network.domain, limit=80)),
    )


def _process(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    process, file = alert.entities.process, alert.entities.file
    return (
        ("cmd", quoted(process.command_line or process.executable or process.name, limit=_FIELD_LIMIT)),
        ("parent", quoted(process.parent, limit=64)),
        ("file", quoted(file.path or file.name, limit=96)),
    )


def _web(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    url = alert.entities.url
    request = " ".join(filter(None, (quoted(url.method, limit=16), quoted(url.full, limit=120), str(url.status or ""))))
    return (
        ("url", request),
        ("agent", quoted(url.user_agent, limit=64)),
        ("mail", quoted(" ".join(filter(None, (alert.entities.email.sender, alert.entities.email.subject))), limit=96)),
        ("says", quoted(alert.description, limit=_FIELD_LIMIT) if alert.description != alert.title else ""),
    )
