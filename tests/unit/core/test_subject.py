"""Which alerts are about a person, a machine or an address, and which only mention it."""

from typing import Any

import pytest

from services.core.subject import Subject, SubjectKind


def about(**entities: dict[str, Any]) -> dict[str, Any]:
    """An alert with these entities."""
    return {"alert_id": "a", "title": "Something happened", "entities": entities}


@pytest.mark.parametrize(
    ("kind", "value", "entities"),
    [
        (SubjectKind.USER, "jdoe", {"user": {"name": "JDoe"}}),
        (SubjectKind.USER, " jdoe ", {"user": {"name": "jdoe"}}),
        (SubjectKind.USER, "jdoe", {"user": {"name": "CORP\\jdoe"}}),
        (SubjectKind.USER, "corp\\jdoe", {"user": {"name": "jdoe", "domain": "CORP"}}),
        (SubjectKind.USER, "jdoe@example.org", {"user": {"name": "jdoe", "domain": "example.org"}}),
        (SubjectKind.HOST, "web-01", {"host": {"name": "WEB-01"}}),
        (SubjectKind.IP, "203.0.113.9", {"network": {"source_ip": "203.0.113.9"}}),
        (SubjectKind.IP, "203.0.113.9", {"network": {"destination_ip": "203.0.113.9"}}),
        (SubjectKind.IP, "203.0.113.9", {"host": {"name": "203.0.113.9"}}),
        (SubjectKind.IP, "2001:db8::1", {"host": {"ip": "2001:0DB8:0:0:0:0:0:1"}}),
        (SubjectKind.EMAIL, "jane@example.org", {"email": {"recipient": "bo@example.org; Jane <Jane@example.org>"}}),
        (SubjectKind.EMAIL, "jane@example.org", {"email": {"sender": "jane@example.org"}}),
        (SubjectKind.EMAIL, "jane@example.org", {"user": {"name": "jane@example.org"}}),
    ],
)
def test_an_entity_with_that_name_is_the_subject(kind: SubjectKind, value: str, entities: dict[str, Any]) -> None:
    """In every spelling that means the same."""
    assert Subject(kind, value).is_named_by(about(**entities))


@pytest.mark.parametrize(
    ("kind", "value", "entities"),
    [
        (SubjectKind.USER, "jdoe", {"user": {"name": "jdoe2"}}),
        (SubjectKind.USER, "jdoe", {"host": {"name": "jdoe"}}),
        (SubjectKind.USER, "corp\\jdoe", {"user": {"name": "jdoe", "domain": "OTHER"}}),
        (SubjectKind.HOST, "web-01", {"host": {"name": "web-01.example.org"}}),
        (SubjectKind.IP, "10.0.0.1", {"host": {"ip": "10.0.0.11"}}),
        (SubjectKind.EMAIL, "jane@example.org", {"email": {"sender": "mary-jane@example.org"}}),
        (SubjectKind.USER, "jdoe", {}),
    ],
)
def test_another_name_is_another_subject(kind: SubjectKind, value: str, entities: dict[str, Any]) -> None:
    """Nothing is erased for being alike."""
    assert not Subject(kind, value).is_named_by(about(**entities))


def test_another_value_of_it_names_and_mentions_it_too() -> None:
    """As its pseudonym does."""
    subject = Subject(SubjectKind.USER, "jdoe", also=frozenset({"user-abc"}))
    assert subject.is_named_by(about(user={"name": "user-abc"}))
    assert subject.is_named_by(about(user={"name": "jdoe"}))
    assert subject.is_mentioned_by({"title": "What did user-abc do?"})


def test_a_key_of_evidence_is_a_mention() -> None:
    """A path may have a name for a step; the contract's own fields are no names."""
    assert Subject(SubjectKind.USER, "jdoe").is_mentioned_by({"evidence": {"failed.jdoe.count": "3"}})
    assert not Subject(SubjectKind.USER, "title").is_mentioned_by({"title": "t", "evidence": {}})


@pytest.mark.parametrize(
    ("value", "text", "is_mentioned"),
    [
        ("jdoe", "Failed password for JDOE from 203.0.113.9", True),
        ("web-01", "seen on web-01.example.org", True),
        ("10.0.0.1", "connection from 10.0.0.1.", True),
        ("10.0.0.1", "connection from 10.0.0.11", False),
        ("10.0.0.1", "connection from 110.0.0.1", False),
        ("web", "seen on web-01", False),
        ("web-01", "web-01->/var/log/auth.log", True),
        ("c++(", "a name with c++( in it", True),
    ],
)
def test_a_word_anywhere_in_the_alert_is_a_mention(value: str, text: str, *, is_mentioned: bool) -> None:
    """In any field, also within lists and evidence; a part of a longer name is none."""
    subject = Subject(SubjectKind.USER, value)
    assert subject.is_mentioned_by(about() | {"evidence": {"log": text}}) is is_mentioned
    assert subject.is_mentioned_by({"because": [{"text": text}], "number": 7}) is is_mentioned
