"""An alert without the names of those it is about: pseudonyms in its entities, its evidence and every text of it.

Done right after reading, before context and text, so that what trains and what serves see the same. Ids stay as they
are, for a verdict must find its alert: where a vendor writes a name into its ids, that name remains.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from schemas import AlertV1, FeedbackV1
from services.core.addresses import IPV4, IPV6
from services.siem.fitting import fitted
from services.siem.pseudonyms import Kind, Pseudonyms, names_of

_ENTITIES = {
    ("host", "name"): Kind.HOST,
    ("host", "ip"): Kind.ADDRESS,
    ("user", "name"): Kind.USER,
    ("network", "source_ip"): Kind.ADDRESS,
    ("network", "destination_ip"): Kind.ADDRESS,
    ("email", "sender"): Kind.EMAIL,
    ("email", "recipient"): Kind.EMAIL,
}
_EVIDENCE = (
    (re.compile(r"(^|[._])\w*(e-?mail|upn|userprincipalname|sender|recipient)\w*$", re.I), Kind.EMAIL),
    (re.compile(r"(^|[._])\w*(user|account|login|owner)\w*(\.name)?$", re.I), Kind.USER),
    (re.compile(r"(^|[._])\w*(host|computer|machine|workstation|device)_?(name)?(\.name)?$", re.I), Kind.HOST),
)
"""Fields of evidence, by the last words of their path, that hold somebody's name."""
_MAIL = r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_LEAST = 3
"""Letters a name needs to be looked for in texts: shorter ones are found in too many words."""
_KEPT = frozenset({"alert_id", "source", "instance", "tenant", "severity", "attack", "observed_at", "raised_at"})
_COMMON = frozenset(
    {"root", "system", "admin", "administrator", "guest", "localhost", "local service", "network service"}
)
"""Names that name nobody, and tell what an account may do."""


def private_alert(alert: AlertV1, pseudonyms: Pseudonyms) -> AlertV1:
    """The alert with a pseudonym for everybody and everything it names."""
    draft = alert.model_dump()
    names = names_of({name: kind for name, kind in _named(draft) if name.lower() not in _COMMON})
    texts = _Texts(pseudonyms, names)
    private = {key: value if key in _KEPT else texts.within(value) for key, value in draft.items()}
    private["rule"]["id"] = alert.rule.id  # an id like the others; a rule's name may be the title with names in it
    return fitted(AlertV1, private)


def private_feedback(feedback: FeedbackV1, pseudonyms: Pseudonyms) -> FeedbackV1:
    """The verdict with its alert made private, and no address or e-mail in its reason; analysts keep their names."""
    alert = feedback.alert and private_alert(feedback.alert, pseudonyms)
    reason = _Texts(pseudonyms, {}).within(feedback.reason)
    return feedback.model_copy(update={"alert": alert, "reason": reason})


def _named(draft: dict[str, Any]) -> Iterator[tuple[str, Kind]]:
    """Who an alert names, and as what."""
    for (part, field), kind in _ENTITIES.items():
        if name := draft["entities"][part][field]:
            yield name, kind
    for path, value in draft["evidence"].items():
        if (kind_ := _kind_of_field(path)) is not None:
            yield from ((name, kind_) for name in value.split(", ") if name)


@lru_cache(maxsize=4096)
def _kind_of_field(path: str) -> Kind | None:
    return next((kind for pattern, kind in _EVIDENCE if pattern.search(path)), None)


class _Texts:
    """Replaces names, addresses and e-mail addresses wherever they stand, each once."""

    def __init__(self, pseudonyms: Pseudonyms, names: dict[str, Kind]) -> None:
        self._pseudonyms = pseudonyms
        instead = {name: pseudonyms.of(kind, name) for name, kind in names.items()}
        # What gets no pseudonym as a whole (an address with a port, say) may still have a name within.
        self._instead = {name.lower(): pseudonym for name, pseudonym in instead.items() if pseudonym != name}
        long = [name for name in self._instead if len(name) >= _LEAST]
        self._pattern = _pattern(tuple(sorted(long, key=lambda name: (-len(name), name))))

    def within(self, value: Any) -> Any:  # noqa: ANN401 - any part of an alert
        """The value with pseudonyms in all its texts; names of fields stay."""
        if isinstance(value, str):
            return self._instead.get(value.lower()) or self._pattern.sub(self._replaced, value)
        if isinstance(value, dict):
            return {key: self.within(part) for key, part in value.items()}
        return value

    def _replaced(self, found: re.Match[str]) -> str:
        if found.lastgroup == "name":
            return self._instead[found[0].lower()]
        return self._pseudonyms.of(Kind.EMAIL if found.lastgroup == "mail" else Kind.ADDRESS, found[0])


@lru_cache(maxsize=4096)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """E-mail addresses, any of the names as a whole word, and addresses, in this order."""
    named = "|".join(map(re.escape, names)) or "(?!)"
    return re.compile(
        rf"(?P<mail>{_MAIL})|(?<![\w-])(?P<name>{named})(?![\w-])|(?P<address>{IPV4}|{IPV6})", re.IGNORECASE
    )
