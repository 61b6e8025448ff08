"""A subject: a person, machine or address whose alerts are to be found, by what an alert names them in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

_PARTS_OF_A_LIST = re.compile(r"[\s,;<>\"']+")


class SubjectKind(StrEnum):
    """What a subject is."""

    USER = "user"
    HOST = "host"
    IP = "ip"
    EMAIL = "email"


FIELDS: Mapping[SubjectKind, tuple[str, ...]] = {
    SubjectKind.USER: ("user.name",),
    SubjectKind.HOST: ("host.name",),
    SubjectKind.IP: ("host.ip", "host.name", "network.source_ip", "network.destination_ip"),
    SubjectKind.EMAIL: ("email.sender", "email.recipient", "user.name"),
}
"""Where an alert names a subject of each kind, below `entities`."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One user, host, IP address or e-mail address. Upper and lower case mean the same, as they do to most systems.

    `also` are other values that stand for the same: its pseudonyms.
    """

    kind: SubjectKind
    value: str
    also: frozenset[str] = frozenset()

    @property
    def values(self) -> tuple[str, ...]:
        """All values that stand for it."""
        return (self.value, *sorted(self.also))

    def is_named_by(self, alert: Mapping[str, object]) -> bool:
        r"""Whether the alert (AlertV1 as JSON) is about the subject: one of its entities has exactly that name.

        `CORP\jdoe` is the user `jdoe` of the domain `CORP`; `jdoe` alone is any domain's.
        """
        wanted = set(map(_normal, self.values))
        return any(not wanted.isdisjoint(_names(alert, field)) for field in FIELDS[self.kind])

    def is_mentioned_by(self, alert: Mapping[str, object]) -> bool:
        """Whether it stands as a word anywhere in the alert: title, command line, evidence and its keys, and so on."""
        any_value = "|".join(re.escape(value.strip()) for value in self.values)
        word = re.compile(rf"(?<![\w-])(?:{any_value})(?!\w|-(?!>))", re.IGNORECASE)
        return any(word.search(text) for text in (*_texts(alert), *_keys(alert.get("evidence"))))


def _names(alert: Mapping[str, object], field: str) -> set[str]:
    """The names a field holds: the whole, each of a list (`a@example.org; b@example.org`), a user with its domain."""
    part, _, name = field.partition(".")
    entities = alert.get("entities")
    entity = entities.get(part) if isinstance(entities, dict) else None
    text = entity.get(name) if isinstance(entity, dict) else None
    if not isinstance(entity, dict) or not isinstance(text, str) or not text:
        return set()
    domain, _, account = text.rpartition("\\")
    domain = domain or str(entity.get("domain", ""))
    found = {text, account, *_PARTS_OF_A_LIST.split(text), f"{domain}\\{account}", f"{account}@{domain}"}
    return {_normal(one) for one in found if one}


def _normal(value: str) -> str:
    """In one spelling: IPv6 addresses have many."""
    value = value.strip()
    try:
        return str(ip_address(value))
    except ValueError:
        return value.casefold()


def _keys(evidence: object) -> Iterator[str]:
    """Keys of evidence are paths in a vendor's alert, which may have a name for a step."""
    yield from evidence if isinstance(evidence, Mapping) else ()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
