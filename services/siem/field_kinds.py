"""What a field holds, by what it is called: a user, a host, an e-mail address, or one of them that another field tells.

Vendors, and whoever labels a custom field, write the same few words in any spelling: `dstUser`, `dst_user`,
`Destination User Name`. So a path is taken apart into words, and the last ones decide.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from services.siem.pseudonyms import Kind

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CALLED = r"(?: (?:names?|ip|addr(?:ess(?:es)?)?|v [46]|full|display|real|nt|dns|principal|value|string))*"
_ID = r"(?:u|gu)?ids?"
_BY = "(?:assigned|created|modified|updated|initiated|performed|requested|reported|changed|deleted|invoked) by"


def _ending(*words: str) -> re.Pattern[str]:
    """One of the words, each a pattern, at the end, but for what only says in what form the name is given."""
    return re.compile(rf"(?:^| )(?:{'|'.join(words)}){_CALLED}$")


_BY_WORDS = (
    (
        _ending(
            *(r"e mails?", r"\w*mails?", r"upn", r"senders?", r"recipients?", r"reply to"),
            r"(?:e?mail|smtp|rcpt|envelope|header) ?(?:from|to|cc|bcc)",
        ),
        Kind.EMAIL,
    ),
    (
        _ending(
            r"\w*(?:host|computer|device|machine|workstation)(?:name)?s?",
            *(r"\w*fqdn", r"node(?:name)?", r"dvc", r"src", r"dst", r"dest", r"destination", r"helo", r"log sources?"),
            r"[sd]?mac(?:addr(?:ess)?)?",
            r"(?:agent|instance|observer|sensor|client|appliance|system|endpoint|vm) name",
            r"(?:target|logon|remote) server name",
        ),
        Kind.HOST,
    ),
    (
        _ending(
            rf"(?:\w*(?:user|account|owner)|(?<!last )\w*login)(?:principal)?(?:name)?s?(?: {_ID})?",
            *(r"(?<!threat )actor", rf"principals?(?: {_ID})?", r"assignee", r"assigned to", r"caller", r"initiator"),
            *(r"request[eo]r", r"employee", r"person", r"creator", r"member", r"identity", r"distinguished name", _BY),
            *(r"real ?name", r"given ?name", r"surname"),
        ),
        Kind.USER,
    ),
)
_ANYBODY = _ending("risk object", "threat object", "offense source", "entity", "entities", "assets?")
"""A user or a machine: a field beside it may say which."""
_NOBODY = re.compile(r"(?:^| )(?:user ?agent|(?:types?|roles?) \w)")
"""A browser is no user, and what stands below a type or a role is the type's own name."""
_NUMBER = re.compile(rf"{_ID}$")
_VALUES = frozenset({"name", "value", "data"})
_TOLD = {"system": Kind.HOST}
_OF_MANY = (
    (
        re.compile(r"(?:\w*(?:user|account|owner)s|(?:by|per) (?:\w*user|account|owner|principal)(?: ?name)?)$"),
        Kind.USER,
    ),
    (
        re.compile(r"(?:\w*(?:host|computer|machine|device)s|(?:by|per) (?:\w*host|computer|device)(?: ?name)?)$"),
        Kind.HOST,
    ),
)
"""Steps of a path below which names are the steps."""
_ADDRESS = re.compile(r"(?:^|[^\d.]\.)(\d{1,3}(?:\.\d{1,3}){3})(?!\.?\d)")
"""As steps of a path: within a text what follows a dot is no address."""
_FIELD_WORDS = frozenset(
    {
        *("name", "names", "id", "ids", "uid", "type", "types", "kind", "count", "number", "total", "status", "state"),
        *("role", "roles", "risk", "score", "level", "os", "version", "ip", "address", "domain", "group", "groups"),
        *("time", "date", "at", "last", "first", "seen", "list", "value", "values", "key", "tag", "tags", "label"),
        *("created", "updated", "info", "details", "description", "location", "country", "city", "active", "enabled"),
    }
)


@lru_cache(maxsize=4096)
def kind_of_field(path: str) -> Kind | None:
    """What the values of a field are, by its dotted path; None where it tells no kind."""
    words = _words(path)
    if _NOBODY.search(words):
        return None
    return next((kind for pattern, kind in _BY_WORDS if pattern.search(words)), None)


def told_kinds(path: str, evidence: Mapping[str, str], number: int) -> list[Kind | None]:
    """The kinds of a field's values, `number` of them, that its own name leaves open and one beside it tells.

    Splunk has `risk_object_type` beside `risk_object`, TheHive `dataType` beside `data`, OCSF `type` beside `name`.
    Somebody of an unknown kind counts as a user.
    """
    words = _words(path)
    otherwise = Kind.USER if _ANYBODY.search(words) and not _NOBODY.search(words) else None
    told = next((evidence[beside] for beside in _beside(path) if beside in evidence), "").split(", ")
    if len(told) not in (1, number):
        return [otherwise] * number
    kinds = [_TOLD.get(one.lower()) or kind_of_field(one) or otherwise for one in told]
    return kinds * number if len(told) == 1 else kinds


def is_number_of(path: str, value: str) -> bool:
    """Whether a value only numbers somebody or something, as ids and counts do, and so is no name."""
    return value.isdigit() and (len(value) < 3 or bool(_NUMBER.search(_words(path))))


@lru_cache(maxsize=4096)
def names_in_path(path: str) -> tuple[tuple[str, Kind], ...]:
    """Names that are themselves steps of a path: `failed_by_user.ana`, `hosts.web-3.state`, `seen.10.1.2.3`."""
    steps = pairwise(path.split("."))
    names = [(step, kind) for group, step in steps if (kind := _kind_of_many(group)) and not _is_field(step)]
    return (*names, *((address, Kind.ADDRESS) for address in _ADDRESS.findall(path)))


def _beside(path: str) -> Iterator[str]:
    yield from (f"{path}_type", f"{path}Type")
    parent, _, last = path.rpartition(".")
    if parent and last in _VALUES:
        yield f"{parent}.type"


def _kind_of_many(step: str) -> Kind | None:
    words = _words(step)
    return next((kind for pattern, kind in _OF_MANY if pattern.search(words)), None)


def _is_field(step: str) -> bool:
    return kind_of_field(step) is not None or set(_words(step).split()) <= _FIELD_WORDS


def _words(path: str) -> str:
    return " ".join(_WORD.findall(path)).lower()
