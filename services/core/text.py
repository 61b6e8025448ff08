"""What an alert says, as the one text that training and serving both read.

`render_alert` is pure and deterministic; every change of what it returns is a new text version, and a bundle serves
with the version it was trained with. What decides comes first, what never repeats is masked, addresses become their
kind, and whatever an attacker can write is quoted, so that it cannot imitate the alert's own structure.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from schemas import AlertV1
from services.core.addresses import IPV4, IPV6, kind_of_address, parsed_address
from services.core.errors import VersionUnknown

TEXT_VERSION = 1
"""The version new models are trained with."""

_FIELD_LIMIT = 160
_TEXT_LIMIT = 1200
_EPHEMERAL_PORT = 32768
"""First port of Linux's default ephemeral range (ip_local_port_range); IANA's range begins higher, at 49152."""

_MASKS: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (
        re.compile("-[0-9a-fA-F]{4}-"),
        re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.I),
        "<uuid>",
    ),
    (
        re.compile(r":\d\d:\d\d"),
        re.compile(
            r"[\dA-Z](?<!\d[\dA-Z])"  # the first character is taken before what precedes it is looked at, for speed
            r"(?:(?<=\d)(?:\d{3}-\d\d-\d\d[T ]\d)?\d|(?<=[A-Z])[a-z]{2} [ \d]?\d \d\d)"  # ISO 8601's date, or syslog's
            r":\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?![:\w])"
        ),
        "<time>",
    ),
    (
        re.compile("[:-][0-9a-fA-F]{2}[:-][0-9a-fA-F]{2}[:-]"),
        re.compile(r"(?<![0-9a-z])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-z:-])", re.I),
        "<mac>",
    ),
    (
        re.compile("[0-9a-fA-F]{16}"),
        re.compile(r"(?<![0-9a-z])(?:0x)?[0-9a-f]{16,}(?![0-9a-z])", re.I),
        "<hex>",
    ),
    (
        re.compile(r"\d{6}"),
        re.compile(r"(?<![0-9a-z])\d{6,}(?![0-9a-z])", re.I),
        "<number>",
    ),
)
"""What never repeats: a hint, the pattern, the mask. An underscore ends a word here, for ids hang on names by it.

The hint is a part that every match of the pattern has, and is found several times faster: most values have no match.
"""

_ADDRESSES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(":[0-9a-fA-F]{0,4}:"), re.compile(f"{IPV4}|{IPV6}", re.I)),
    (re.compile(r"\.\d{1,3}\.\d{1,3}\.\d"), re.compile(IPV4)),
)
"""Hints and patterns. The first whose hint is there does it all: where no IPv6 address can be, both say the same."""

_SPACES = re.compile("  +")
_UNSAFE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]+"
)
"""White space, control characters, and what cannot be seen or turns the direction of writing."""


def render_alert(alert: AlertV1, *, version: int = TEXT_VERSION) -> str:
    """The alert's text in the given text version.

    Raises:
        VersionUnknown: this build cannot render that version.
    """
    return renderer(version)(alert)


def renderer(version: int) -> Callable[[AlertV1], str]:
    """The function that renders a text version; a bundle's is looked up once, at load.

    Raises:
        VersionUnknown: this build cannot render that version.
    """
    try:
        return _RENDERERS[version]
    except KeyError:
        raise VersionUnknown(f"text version {version} is unknown here; known: {sorted(_RENDERERS)}") from None


def _render_1(alert: AlertV1) -> str:
    parts = (*_what(alert), *_where(alert), *_process(alert), *_web(alert))
    words = [f"{name} {value}" if name else value for name, value in parts if value]  # no value can hold " | "
    return " | ".join(words)[:_TEXT_LIMIT]


def _what(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    return (
        ("", quoted(alert.title)),
        ("", f"{alert.source} {alert.severity}"),
        ("attack", " ".join((*alert.attack.techniques, *alert.attack.tactics)[:4])),
    )


def _where(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    entities = alert.entities
    network = entities.network
    flow = f"{kind_of_address(network.source_ip)}->{kind_of_address(network.destination_ip)}"
    flow += _port(network.destination_port) + _same_subnet(network.source_ip, network.destination_ip)
    return (
        ("host", quoted(entities.host.name, limit=48)),
        ("user", quoted(entities.user.name, limit=48)),
        ("net", flow if network.source_ip or network.destination_ip else ""),
        ("proto", quoted(f"{network.protocol} {network.application}".lower(), limit=32)),
        ("domain", quoted(network.domain, limit=80)),
    )


def _process(alert: AlertV1) -> tuple[tuple[str, str], ...]:
    process, file = alert.entities.process, alert.entities.file
    return (
        ("cmd", quoted(process.command_line or process.executable or process.name)),
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


def quoted(value: str, *, limit: int = _FIELD_LIMIT) -> str:
    """A value that somebody outside may have written: masked, on one line, bounded, and unable to end its field."""
    return _quoted(value[: 4 * limit], limit) if value else ""


@lru_cache(maxsize=2048)
def _quoted(value: str, limit: int) -> str:
    """Remembered, for rules, hosts and accounts come again and again."""
    flat = _on_one_line(value).replace("|", "¦").strip()
    return masked(flat)[:limit].rstrip()


def _on_one_line(value: str) -> str:
    is_plain = value.isascii() and value.isprintable()  # then only runs of spaces have anything unsafe
    return _SPACES.sub(" ", value) if is_plain else _UNSAFE.sub(" ", value)


def masked(value: str) -> str:
    """The value with what never repeats replaced by its kind: ids, times, long numbers, addresses."""
    for hint, pattern, mask in _MASKS:
        if hint.search(value):
            value = pattern.sub(mask, value)
    for hint, pattern in _ADDRESSES:
        if hint.search(value):
            return pattern.sub(_masked_address, value)
    return value


def _masked_address(match: re.Match[str]) -> str:
    kind = kind_of_address(match[0], "")
    return f"<{kind}>" if kind else match[0]


@lru_cache(maxsize=4096)
def _same_subnet(source: str, destination: str) -> str:
    """Whether both are addresses of one /24, or one /64 of IPv6."""
    one, other = parsed_address(source), parsed_address(destination)
    if one is None or other is None or one.version != other.version:
        return ""
    host_bits = 8 if one.version == 4 else 64
    return " same subnet" if int(one) >> host_bits == int(other) >> host_bits else ""


def _port(port: int) -> str:
    if not port:
        return ""
    return ":ephemeral" if port >= _EPHEMERAL_PORT else f":{port}"


_RENDERERS: dict[int, Callable[[AlertV1], str]] = {1: _render_1}
