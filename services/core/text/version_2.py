"""Text version 2: what decides, in about half the tokens of version 1, which are what a score costs.

`python -m benchmarks.rendering` measures both: tokens by format, and how well labelled alerts are told apart by each.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

from schemas import AlertV1
from schemas.alert import Attack, Url
from services.core.addresses import parsed_address
from services.core.text.flow import flow
from services.core.text.quoting import quoted
from services.core.text.shortening import shortened

_TEXT_LIMIT = 360
_LEAST_SAYS = 48
_TOLD_ALREADY = 0.7
"""Share of a description's words from which on it only repeats what the fields say."""
_WORD = re.compile(r"\w{3,}")
_URL_LIMIT = 56
_ENCODED = re.compile("%([2-7][0-9a-f])", re.IGNORECASE)
"""ASCII that can be read, percent-encoded (RFC 3986): a hidden `UNION SELECT` shall look like an open one."""
_TACTICS = {
    "TA0043": "reconnaissance",
    "TA0042": "resource development",
    "TA0001": "initial access",
    "TA0002": "execution",
    "TA0003": "persistence",
    "TA0004": "privilege escalation",
    "TA0005": "defense evasion",
    "TA0006": "credential access",
    "TA0007": "discovery",
    "TA0008": "lateral movement",
    "TA0009": "collection",
    "TA0011": "command and control",
    "TA0010": "exfiltration",
    "TA0040": "impact",
}
"""ATT&CK's tactics: words that the pretrained model knows, and fewer tokens than an id. Part of the version: never
changed, whatever ATT&CK's later releases call them.
"""
_Parts = tuple[tuple[str, str], ...]


class Room(NamedTuple):
    """Characters that a description may have, and of the whole up to which it may fill it."""

    says: int
    whole: int


USUAL = Room(says=160, whole=172)
"""Where nothing else is told, a description is all there is."""


class Short(Protocol):
    """A value brought to at most so many characters, quoted."""

    def __call__(self, value: str, *, limit: int) -> str:
        """The value, shortened."""


def render(alert: AlertV1) -> str:
    """The alert's text in version 2."""
    return rendered(alert, _short, reach=4 * _URL_LIMIT)


def rendered(alert: AlertV1, short: Short, *, reach: int, alone: Room = USUAL) -> str:
    """The alert's text, with what an attacker writes at any length brought to a field's by `short`.

    Of an address the first `reach` characters are read. Where no entity is told, a description has the room `alone`.
    """
    entities = (*_where(alert), *_process(alert, short), *_web(alert, short, reach))
    told = _joined((*_what(alert), *entities))
    room = USUAL if any(value for _, value in entities) else alone
    return _joined((("", told), ("says", _says(alert, told, room))))[:_TEXT_LIMIT]


def _joined(parts: Iterable[tuple[str, str]]) -> str:
    return " | ".join(f"{name} {value}" if name else value for name, value in parts if value)  # no value can hold " | "


def _what(alert: AlertV1) -> _Parts:
    return (
        ("", _short(alert.title, limit=80)),
        ("", f"{alert.source} {alert.severity}"),
        ("attack", _attack(alert.attack)),
    )


def _attack(attack: Attack) -> str:
    return " ".join((*attack.techniques[:1], *(_TACTICS.get(tactic, tactic) for tactic in attack.tactics[:1])))


def _where(alert: AlertV1) -> _Parts:
    entities, network = alert.entities, alert.entities.network
    return (
        ("host", _host(entities.host.name)),
        ("user", quoted(entities.user.name, limit=24)),
        ("net", flow(network)),
        ("proto", quoted(f"{network.protocol} {network.application}".lower(), limit=32)),
        ("domain", _short(network.domain, limit=32)),
    )


def _host(name: str) -> str:
    """Without its domain, which nearly all hosts of a company share."""
    return quoted(name if parsed_address(name) else name.partition(".")[0] or name, limit=24)


def _process(alert: AlertV1, short: Short) -> _Parts:
    process, file = alert.entities.process, alert.entities.file
    command, path = process.command_line or process.executable or process.name, file.path or file.name
    return (
        ("cmd", short(command, limit=96)),
        ("parent", short(process.parent, limit=32)),
        ("file", short(path, limit=48) if path not in command else ""),
    )


def _web(alert: AlertV1, short: Short, reach: int) -> _Parts:
    entities = alert.entities
    return (
        ("url", _request(entities.url, entities.network.domain, short, reach)),
        ("agent", short(entities.url.user_agent, limit=24)),
        ("mail", short(f"{entities.email.sender} {entities.email.subject}".strip(), limit=48)),
    )


def _request(url: Url, domain: str, short: Short, reach: int) -> str:
    """Method, address in plain letters, and status; a domain is not said twice."""
    _, scheme, rest = url.full.partition("://")
    is_told = domain and scheme and rest.startswith((f"{domain}/", f"{domain}:"))
    address = rest[len(domain) :] if is_told else url.full
    plain = _ENCODED.sub(lambda code: chr(int(code[1], 16)), address[:reach])
    return " ".join(filter(None, (quoted(url.method, limit=16), short(plain, limit=_URL_LIMIT), str(url.status or ""))))


def _says(alert: AlertV1, told: str, room: Room) -> str:
    """The description, where it is for people to read and says something that the fields do not."""
    description = alert.description[: 2 * room.says].strip()
    if description.startswith("{") or description == alert.title or alert.entities.process.command_line:
        return ""
    line = _without_head(_short(description, limit=room.says), alert)
    says = _whole_words(line, max(_LEAST_SAYS, room.whole - len(told)))
    words = set(_WORD.findall(says.lower()))
    is_told = words and len(words.intersection(_WORD.findall(told.lower()))) >= _TOLD_ALREADY * len(words)
    return "" if is_told else says


def _whole_words(line: str, room: int) -> str:
    return line if len(line) <= room else line[:room].rpartition(" ")[0] or line[:room]


def _without_head(line: str, alert: AlertV1) -> str:
    """A syslog line without time, host and program, which the fields have."""
    line = line.removeprefix("<time> ")
    for told in (alert.entities.host.name, alert.entities.process.name):
        if told and line.startswith(told):
            line = line[len(told) :].lstrip(" :")
    return line


@lru_cache(maxsize=4096)
def _short(value: str, *, limit: int) -> str:
    """A value shortened and quoted, remembered, for commands and paths come again and again."""
    return quoted(shortened(value[: 4 * limit]), limit=limit) if value else ""
