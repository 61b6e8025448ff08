"""An alert without the names of those it is about: pseudonyms in its entities, its evidence and every text of it.

Done right after reading, before context and text, so that what trains and what serves see the same. Ids stay as they
are, for a verdict must find its alert: where a vendor writes a name into its ids, that name remains.
"""

import re
from functools import lru_cache
from typing import Any

from schemas import AlertV1, FeedbackV1
from services.core.addresses import IPV4, IPV6
from services.siem.evidence import KEY_LENGTH
from services.siem.fitting import fitted
from services.siem.named import LIST, MAIL, in_text, named, spellings
from services.siem.pseudonyms import Kind, Pseudonyms

_LEAST = 3
"""Letters a name needs to be looked for in texts: shorter ones are found in too many words."""
_KEPT = frozenset({"alert_id", "source", "instance", "tenant", "severity", "attack", "observed_at", "raised_at"})


def private_alert(alert: AlertV1, pseudonyms: Pseudonyms) -> AlertV1:
    """The alert with a pseudonym for everybody and everything it names, in the keys of its evidence too."""
    draft = alert.model_dump()
    texts = _Texts(pseudonyms, named(draft))
    private = {key: value if key in _KEPT else texts.within(value) for key, value in draft.items()}
    private["rule"]["id"] = alert.rule.id  # an id like the others; a rule's name may be the title with names in it
    private["evidence"] = {texts.within(key)[:KEY_LENGTH]: value for key, value in private["evidence"].items()}
    return fitted(AlertV1, private)


def private_feedback(feedback: FeedbackV1, pseudonyms: Pseudonyms) -> FeedbackV1:
    """The verdict with its alert made private, and in its reason and incident nobody whom that alert names.

    Without an alert only what tells itself is known there: addresses, e-mail addresses, home folders. Analysts keep
    their names.
    """
    alert = feedback.alert
    names = spellings(in_text(feedback.reason)) | ({} if alert is None else named(alert.model_dump()))
    texts = _Texts(pseudonyms, names)
    said = {"reason": texts.within(feedback.reason), "incident": texts.within(feedback.incident)}
    return fitted(
        FeedbackV1,
        feedback.model_dump(exclude={"alert"}) | said | {"alert": alert and private_alert(alert, pseudonyms)},
    )


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
            return "".join(map(self._part, LIST.split(value))) if value else value
        if isinstance(value, dict):
            return {key: self.within(part) for key, part in value.items()}
        return value

    def _part(self, text: str) -> str:
        """A text, or one of those in a list, where a name that is too short to be looked for may stand alone."""
        return self._instead.get(text.strip().lower()) or self._pattern.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        if (pseudonym := self._instead.get(found[0].lower())) is not None:
            return pseudonym
        return self._pseudonyms.of(Kind.EMAIL if found.lastgroup == "mail" else Kind.ADDRESS, found[0])


@lru_cache(maxsize=4096)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """E-mail addresses, any of the names as a whole word, and addresses, in this order."""
    said = "|".join(map(re.escape, names)) or "(?!)"
    return re.compile(
        rf"(?P<mail>{MAIL})|(?<![\w-])(?P<name>{said})(?!\w|-(?!>))|(?P<address>{IPV4}|{IPV6})", re.IGNORECASE
    )
