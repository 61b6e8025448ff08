"""The pseudonyms under which somebody may be kept, found without having kept anything."""

import pytest

from schemas import Entities
from schemas.alert import Email, Host, Network, User
from services.core.subject import Subject, SubjectKind
from services.siem.aliases import aliases
from services.siem.privacy import private_alert
from services.siem.pseudonyms import Kind, Pseudonyms
from tests.messages import alert

KEY = b"k" * 32
EVERY = frozenset(Kind)


@pytest.mark.parametrize("kinds", [EVERY, *(frozenset({kind}) for kind in Kind)])
@pytest.mark.parametrize(
    ("kind", "value", "entities"),
    [
        (SubjectKind.USER, "Ana", Entities(user=User(name="ana"))),
        (SubjectKind.USER, "CORP\\ana", Entities(user=User(name="CORP\\ana"))),
        (SubjectKind.USER, "ana@example.org", Entities(user=User(name="ana", domain="example.org"))),
        (SubjectKind.USER, "Berger, Ana", Entities(user=User(name="Berger, Ana"))),
        (SubjectKind.USER, "ana", Entities(user=User(name="bob, ana"))),
        (SubjectKind.HOST, "web-3", Entities(host=Host(name="WEB-3"))),
        (SubjectKind.IP, "10.1.2.3", Entities(host=Host(name="10.1.2.3"))),
        (SubjectKind.IP, "10.1.2.3", Entities(network=Network(source_ip="10.1.2.3"))),
        (SubjectKind.EMAIL, "ana@example.org", Entities(user=User(name="ana@example.org"))),
        (SubjectKind.EMAIL, "ana@example.org", Entities(email=Email(recipient="bo@example.org, Ana@example.org"))),
        (SubjectKind.EMAIL, "ana@example.org", Entities(email=Email(recipient="Ana <ana@example.org>;b@example.org"))),
    ],
)
def test_whoever_is_found_in_an_alert_is_found_in_it_with_pseudonyms(
    kinds: frozenset[Kind], kind: SubjectKind, value: str, entities: Entities
) -> None:
    """Whichever kinds got pseudonyms when it was kept."""
    read = private_alert(alert("a:b:1", entities=entities), Pseudonyms(KEY, kinds))
    subject = Subject(kind, value)
    assert Subject(kind, value, also=aliases(subject, KEY)).is_named_by(read.model_dump(mode="json"))


def test_another_key_finds_nobody() -> None:
    """Nor is anybody else found."""
    read = private_alert(alert("a:b:1", entities=Entities(user=User(name="ana"))), Pseudonyms(KEY)).model_dump()
    for value, key in (("ana", b"j" * 32), ("bob", KEY)):
        subject = Subject(SubjectKind.USER, value)
        assert not Subject(SubjectKind.USER, value, also=aliases(subject, key)).is_named_by(read)


def test_who_gets_no_pseudonym_has_no_alias() -> None:
    """`root` is root under every key."""
    assert aliases(Subject(SubjectKind.USER, "root"), KEY) == frozenset()
