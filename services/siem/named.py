"""Whom an alert names, and as what: in its entities, in fields that are called so, in paths within any text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.siem.field_kinds import is_number_of, kind_of_field, names_in_path, told_kinds
from services.siem.pseudonyms import Kind, names_of, plain

MAIL = r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
LIST = re.compile(r"([,;]\s*)")
"""What stands between the names of a list."""
_ENTITIES = {
    ("host", "name"): Kind.HOST,
    ("host", "ip"): Kind.ADDRESS,
    ("user", "name"): Kind.USER,
    ("network", "source_ip"): Kind.ADDRESS,
    ("network", "destination_ip"): Kind.ADDRESS,
    ("email", "sender"): Kind.EMAIL,
    ("email", "recipient"): Kind.EMAIL,
}
_MAILBOX = re.compile(MAIL)
_AROUND_MAIL = re.compile(r"[,;<>\"'()]")
_LOCATION = re.compile(r"(?:\(([^)]+)\) )?([^\s>]+?)->")
"""Where Wazuh read a line: `(web-3) any->/var/log/auth.log`, `web-3->/var/log/auth.log`."""
_STEP = r"[^\\/:*?\"'<>|\s,;]{1,64}"
_USERS = re.compile(
    r"\b(S-1-(?:5-21|12-1)(?:-[0-9]{1,10}){2,5})\b"
    rf"|[\\/]Users[\\/]+([^\\/:*?\"<>|\r\n]{{1,64}}(?=\\)|{_STEP})"
    rf"|(?<![\w.])/home/({_STEP})"
    r"|:(?:user|assumed-role)/(?:[\w+=.@-]{1,64}/){0,4}([\w+=.@-]{1,64})"
)
"""Windows' ids of accounts ([MS-DTYP] 2.4.2.4, not those every machine has), home folders, users in an AWS ARN."""
_HOSTS = re.compile(r"(?<![\w\\:.])\\\\(\w[\w.-]{1,253})\\")
r"""Machines in a UNC path, `\\web-3\c$`."""
_COMMON = frozenset(
    {
        *("root", "system", "admin", "administrator", "guest", "localhost", "local service", "network service"),
        *("user", "users", "public", "default", "all", "any", "none", "null", "unknown", "n/a", "true", "false"),
    }
)
"""Names that name nobody, and tell what an account may do."""


def named(draft: Mapping[str, Any]) -> dict[str, Kind]:
    """Every spelling under which whoever an alert (AlertV1 as a dictionary) names may stand in its texts.

    Where the same name is found as more than one kind, entities decide before fields, and those before texts.
    """
    evidence = draft["evidence"]
    found = [
        *_in_entities(draft["entities"]),
        *_in_fields(evidence),
        *_in_paths(evidence),
        *in_text("\n".join(_texts(draft))),
    ]
    return spellings(reversed(found))


def spellings(found: Iterator[tuple[str, Kind]]) -> dict[str, Kind]:
    """The spellings of the names found, without those that name nobody; of a name's kinds the last counts."""
    names = {name: kind for name, kind in found if not _is_common(name, kind)}
    return {name: kind for name, kind in names_of(names).items() if not _is_common(name, kind)}


def in_text(text: str) -> Iterator[tuple[str, Kind]]:
    """Names that a text tells by what stands around them."""
    for pattern, kind in ((_USERS, Kind.USER), (_HOSTS, Kind.HOST)):
        for found in pattern.finditer(text):
            yield found[found.lastindex or 0].strip(" ."), kind


def _in_entities(entities: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    for (part, field), kind in _ENTITIES.items():
        yield from _names_in(kind, entities[part][field])


def _in_fields(evidence: Mapping[str, str]) -> Iterator[tuple[str, Kind]]:
    for path, value in evidence.items():
        if (kind := kind_of_field(path)) is not None:
            yield from ((name, as_) for name, as_ in _names_in(kind, value) if not is_number_of(path, name))
        elif path.endswith("location"):
            yield from _in_location(value)
        else:
            parts = value.split(", ")
            kinds = told_kinds(path, evidence, len(parts))
            yield from ((part, told) for part, told in zip(parts, kinds, strict=True) if told and not part.isdigit())


def _in_paths(evidence: Mapping[str, str]) -> Iterator[tuple[str, Kind]]:
    for path in evidence:
        yield from names_in_path(path)


def _in_location(value: str) -> Iterator[tuple[str, Kind]]:
    if found := _LOCATION.match(value):
        yield from ((name, Kind.HOST) for name in found.groups() if name)


def _names_in(kind: Kind, value: str) -> Iterator[tuple[str, Kind]]:
    """Each name of a list; of mailboxes (`Ana Berger <ana@example.org>`) the address, and who it is called after."""
    if kind is not Kind.EMAIL:
        yield from ((name, kind) for part in LIST.split(value)[::2] if (name := part.strip()))
        return
    yield from ((address, kind) for address in _MAILBOX.findall(value))
    around = _AROUND_MAIL.split(_MAILBOX.sub(",", value))
    yield from ((name, kind) for part in around if (name := part.strip()))


def _is_common(name: str, kind: Kind) -> bool:
    return plain(kind, name) in _COMMON or not any(map(str.isalnum, name))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        if part:
            yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
