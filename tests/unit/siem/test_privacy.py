"""Pseudonyms: nobody's name in an alert, and what the model needs still there."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AlertV1, Entities, FeedbackV1, Verdict
from schemas.alert import Email, Host, Network, Process, User
from services.core.text import render_alert
from services.siem.privacy import private_alert, private_feedback
from services.siem.pseudonyms import Kind, Pseudonyms

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVERY = Pseudonyms(b"k" * 32)


def alert(**changes: object) -> AlertV1:
    """An alert that names its user, host and addresses in many places."""
    fields: dict[str, object] = {
        "alert_id": "wazuh:m:1",
        "source": "wazuh",
        "observed_at": NOON,
        "raised_at": NOON,
        "title": "Ines logged on to hr-lt-21",
        "description": "CORP\\ines from 10.20.9.21 and 203.0.113.9, mail ines@example.org; liness is another word",
        "entities": Entities(
            host=Host(name="hr-lt-21.corp.example", ip="10.20.9.21"),
            user=User(name="ines", domain="CORP"),
            process=Process(command_line="net use \\\\hr-lt-21\\c$ /user:ines"),
            network=Network(source_ip="10.20.9.77", destination_ip="10.20.9.21"),
            email=Email(sender="boss@partner.example"),
        ),
        "evidence": {"winlog.target_user_name": "carla", "note": "carla was here", "ProcessId": "411"},
    }
    return AlertV1.model_validate(fields | changes)


def test_no_name_is_left_in_any_text() -> None:
    """Not in entities, texts or evidence, however it is spelt."""
    whole = private_alert(alert(), EVERY).to_bytes().decode().lower()
    for name in ("ines ", "ines@", ":ines", "hr-lt-21", "10.20.9.", "203.0.113.9", "carla", "boss@partner"):
        assert name not in whole, name
    assert "liness is another word" in whole


def test_one_person_has_one_pseudonym_everywhere() -> None:
    """In the entity, the title and the command line; in every alert; in any case and with a domain."""
    read = private_alert(alert(), EVERY)
    name = read.entities.user.name
    assert name.startswith("user-")
    assert read.title == f"{name} logged on to {read.entities.host.name}"
    assert f"/user:{name}" in read.entities.process.command_line
    assert name == EVERY.of(Kind.USER, "CORP\\Ines")
    assert read.entities.host.name == EVERY.of(Kind.HOST, "HR-LT-21")


def test_an_address_stays_internal_or_external_and_in_its_subnet() -> None:
    """What the text says of addresses does not change."""
    before, after = render_alert(alert(description="")), render_alert(private_alert(alert(description=""), EVERY))
    assert "net internal->internal same subnet" in before
    assert "net internal->internal same subnet" in after
    outside = alert(entities=Entities(network=Network(source_ip="198.51.100.4", destination_ip="127.0.0.1")))
    assert "net external->loopback" in render_alert(private_alert(outside, EVERY))


def test_ids_and_what_names_nobody_stay() -> None:
    """A verdict must find its alert; root is root on every machine."""
    read = private_alert(alert(entities=Entities(user=User(name="root")), title="root did it"), EVERY)
    assert (read.alert_id, read.title, read.entities.user.name) == ("wazuh:m:1", "root did it", "root")
    assert read.evidence["ProcessId"] == "411"


def test_another_key_gives_other_pseudonyms() -> None:
    """Who has the pseudonyms of one site cannot look them up at another."""
    assert private_alert(alert(), Pseudonyms(b"j" * 32)) != private_alert(alert(), EVERY)


def test_only_the_chosen_kinds_are_replaced() -> None:
    """A site may need its host names."""
    read = private_alert(alert(), Pseudonyms(b"k" * 32, frozenset({Kind.USER})))
    assert read.entities.host.name == "hr-lt-21.corp.example"
    assert "10.20.9.21" in read.description
    assert read.entities.user.name.startswith("user-")


def test_a_verdict_keeps_its_analyst_and_hides_whom_it_is_about() -> None:
    """The alert beside it is made private, and its reason names no address."""
    said = FeedbackV1(
        alert_id="wazuh:m:1",
        verdict=Verdict.FALSE_POSITIVE,
        analyst="ana",
        reason="scanner 10.1.2.3, see boss@partner.example",
        decided_at=NOON,
        alert=alert(),
    )
    read = private_feedback(said, EVERY)
    assert read.alert == private_alert(alert(), EVERY)
    assert read.analyst == "ana"
    assert "10.1.2.3" not in read.reason
    assert "boss@" not in read.reason


def test_a_reason_and_an_incident_name_nobody_whom_the_alert_names() -> None:
    """Its names are known from the alert beside it, which has the same pseudonyms."""
    said = FeedbackV1(
        alert_id="wazuh:m:1",
        verdict=Verdict.FALSE_POSITIVE,
        reason="Ines tested on HR-LT-21 with carla, in C:\\Users\\dora",
        incident="Ines and her laptop",
        decided_at=NOON,
        alert=alert(),
    )
    read = private_feedback(said, EVERY)
    ines, laptop = EVERY.of(Kind.USER, "ines"), EVERY.of(Kind.HOST, "hr-lt-21")
    carla, dora = EVERY.of(Kind.USER, "carla"), EVERY.of(Kind.USER, "dora")
    assert read.reason == f"{ines} tested on {laptop} with {carla}, in C:\\Users\\{dora}"
    assert read.incident == f"{ines} and her laptop"


def test_a_reason_stays_within_its_bounds() -> None:
    """A pseudonym is longer than most names."""
    said = FeedbackV1(
        alert_id="wazuh:m:1", verdict=Verdict.OTHER, reason="ines " * 819, incident="ines " * 51, decided_at=NOON
    )
    read = private_feedback(said.model_copy(update={"alert": alert()}), EVERY)
    assert FeedbackV1.from_bytes(read.to_bytes()) == read


@pytest.mark.parametrize("address", ["10.0.0.1", "203.0.113.9", "fe80::1", "2001:4860::8888"])
def test_an_addresss_pseudonym_is_an_address(address: str) -> None:
    """Its readers parse it."""
    made = EVERY.of(Kind.ADDRESS, address)
    assert ip_address(made) != ip_address(address)
    assert made == EVERY.of(Kind.HOST, address)


@given(st.text(max_size=400), st.text(max_size=64), st.text(max_size=64))
def test_any_text_is_taken(description: str, user: str, host: str) -> None:
    """Whatever the names are made of, the alert stays within its contract."""
    made = alert(
        description=description.replace("\0", "").encode(errors="replace").decode(),
        entities={"user": {"name": user.replace("\0", "")}, "host": {"name": host.replace("\0", "")}},
    )
    assert AlertV1.from_bytes(private_alert(made, EVERY).to_bytes()).alert_id == "wazuh:m:1"


def test_what_stands_beside_an_address_hides_it_no_more() -> None:
    """A port, a prefix; and a rule that is named for what it found."""
    entities = {
        "host": {"ip": "10.20.30.40/24"},
        "network": {"source_ip": "203.0.113.7:4444"},
        "user": {"name": "ines"},
    }
    made = alert(entities=entities, rule={"id": "R-1", "name": "Ines again"}, description="")
    whole = private_alert(made, EVERY).to_bytes().decode().lower()
    assert "10.20.30.40" not in whole
    assert "203.0.113.7" not in whole
    assert "ines" not in whole
    assert private_alert(made, EVERY).rule.id == "R-1"


def test_a_user_who_is_named_by_an_email_address_is_a_user_all_the_same() -> None:
    """Where users get pseudonyms and e-mail addresses do not."""
    users = Pseudonyms(b"k" * 32, frozenset({Kind.USER}))
    assert users.of(Kind.USER, "ines@example.org").startswith("user-")
