"""Under which pseudonyms a subject may be kept: asked of the very code that gives them to an alert about it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from schemas import AlertV1
from services.core.subject import FIELDS, Subject
from services.siem.privacy import private_alert
from services.siem.pseudonyms import Kind, Pseudonyms

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def aliases(subject: Subject, key: bytes) -> frozenset[str]:
    """The subject's pseudonyms of a key, whichever kinds got pseudonyms when an alert about it was kept.

    A host that is an address, or a user that is an e-mail address, has another pseudonym where only hosts, or only
    users, get one. The user `ana@example.org` may also be kept as `ana` of the domain `example.org`.
    """
    several = (frozenset(Kind), *(frozenset({kind}) for kind in Kind))
    found = {name for kinds in several for name in _names(subject, Pseudonyms(key, kinds))}
    return frozenset(found - {subject.value})


def _names(subject: Subject, pseudonyms: Pseudonyms) -> Iterator[str]:
    for field in FIELDS[subject.kind]:
        yield _kept(field, subject.value, pseudonyms)
        account, at, domain = subject.value.rpartition("@")
        if field == "user.name" and at:
            yield f"{_kept(field, account, pseudonyms)}@{domain}"


def _kept(field: str, value: str, pseudonyms: Pseudonyms) -> str:
    """What an alert about a value keeps of it in a field."""
    part, _, name = field.partition(".")
    about: dict[str, Any] = {"entities": {part: {name: value}}, "observed_at": _ANY_TIME, "raised_at": _ANY_TIME}
    alert = AlertV1.model_validate({"alert_id": "a", "source": "a", "title": "a", **about})
    return str(getattr(getattr(private_alert(alert, pseudonyms).entities, part), name))
