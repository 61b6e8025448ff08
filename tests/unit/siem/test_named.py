"""Whom an alert names: in fields that are called so, in fields another field explains, in keys, in paths of a text."""

from typing import Any

import pytest

from schemas import AlertV1, Entities
from schemas.alert import Email, Host, User
from services.siem.field_kinds import kind_of_field
from services.siem.privacy import private_alert
from services.siem.pseudonyms import Kind, Pseudonyms
from services.siem.reading import Reader
from tests.messages import NOON, WAZUH, alert

EVERY = Pseudonyms(b"k" * 32)


def private(**fields: Any) -> AlertV1:
    """An alert with these fields, made private."""
    return private_alert(alert("a:b:1", **fields), EVERY)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("winlog.event_data.SubjectUserName", Kind.USER),
        ("cef.custom.Source User", Kind.USER),
        ("cef.custom.Destination User Name", Kind.USER),
        ("cef.extensions.duser", Kind.USER),
        ("data.win.eventdata.samAccountName", Kind.USER),
        ("sAMAccountName", Kind.USER),
        ("userIdentity.principalId", Kind.USER),
        ("properties.assignedTo", Kind.USER),
        ("actor.name", Kind.USER),
        ("assignee", Kind.USER),
        ("caller", Kind.USER),
        ("created_by", Kind.USER),
        ("userPrincipalName", Kind.USER),
        ("agent.name", Kind.HOST),
        ("orig_host", Kind.HOST),
        ("Workstation Name", Kind.HOST),
        ("dest_nt_host", Kind.HOST),
        ("dvc", Kind.HOST),
        ("src", Kind.HOST),
        ("dest", Kind.HOST),
        ("Computer", Kind.HOST),
        ("device_name", Kind.HOST),
        ("evidence.deviceDnsName", Kind.HOST),
        ("host.mac", Kind.HOST),
        ("FQDN", Kind.HOST),
        ("email.from.address", Kind.EMAIL),
        ("smtp.rcpt_to", Kind.EMAIL),
        ("evidence.p1Sender.emailAddress", Kind.EMAIL),
    ],
)
def test_the_last_words_of_a_path_tell_the_kind(path: str, kind: Kind) -> None:
    """In any spelling: dots, underscores, spaces, capitals."""
    assert kind_of_field(path) is kind


@pytest.mark.parametrize(
    "path",
    [
        *("user_agent.name", "http.userAgent", "user_risk_score", "username_count", "device.vendor", "host_type"),
        *(
            "assets.asset_type.asset_name",
            "EvidenceRole.User",
            "last_login",
            "threat_actor",
            "decoder.name",
            "rule.name",
        ),
        *("process.name", "smb.server_guid", "dest_priority", "hmac"),
    ],
)
def test_what_is_said_about_somebody_is_no_name(path: str) -> None:
    """Else a browser or a count would get a pseudonym, wherever it stands."""
    assert kind_of_field(path) is None


def test_fields_of_every_vendor_lose_their_names() -> None:
    """What stands only in a field of the evidence, which no entity repeats."""
    read = private(
        evidence={
            "agent.name": "db-7",
            "agent.ip": "10.1.2.3",
            "orig_host": "fw-1.corp.example",
            "cef.custom.Source User": "CORP\\carla",
            "samaccountname": "dora; emil",
            "principal": "AIDAEXAMPLE:fritz",
            "SubjectUserSid": "S-1-5-21-11-22-33-1104",
            "http.user_agent": "curl/8",
        },
        description="fritz, dora and db-7 met S-1-5-21-11-22-33-1104; S-1-5-18 did not",
    )
    whole = read.to_bytes().decode().lower()
    for name in ("db-7", "10.1.2.3", "fw-1", "carla", "dora", "emil", "fritz", "s-1-5-21"):
        assert name not in whole, name
    assert read.evidence["http.user_agent"] == "curl/8"
    assert read.evidence["principal"] == EVERY.of(Kind.USER, "fritz")
    assert "S-1-5-18" in read.description


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        ({"risk_object": "ana-pc", "risk_object_type": "system"}, Kind.HOST),
        ({"risk_object": "ana-pc", "risk_object_type": "user"}, Kind.USER),
        ({"risk_object": "ana-pc", "risk_object_type": "other"}, Kind.USER),
        ({"risk_object": "ana-pc"}, Kind.USER),
        ({"CompromisedEntity": "ana-pc"}, Kind.USER),
        ({"observables.data": "x.example, ana-pc", "observables.dataType": "domain, hostname"}, Kind.HOST),
        ({"observables.name": "ana-pc", "observables.type": "User Name"}, Kind.USER),
    ],
)
def test_a_field_beside_it_tells_the_kind(evidence: dict[str, str], kind: Kind) -> None:
    """Where its own name leaves it open; without any word of it it is masked as a user."""
    first, *_ = private(evidence=evidence).evidence.values()
    assert first.endswith(EVERY.of(kind, "ana-pc"))


def test_a_type_is_no_name() -> None:
    """What stands below a type is the type's name, though it is called as one."""
    kinds = {"assets.asset_type.asset_name": "Windows - Computer"}
    assert private(evidence=kinds).evidence == kinds


def test_a_host_in_brackets_is_an_address() -> None:
    """As mail servers greet: it has the address's own pseudonym."""
    read = private(evidence={"smtp.helo": "[203.0.113.9]", "note": "203.0.113.9"}).evidence
    assert read["smtp.helo"] == read["note"] == EVERY.of(Kind.ADDRESS, "203.0.113.9")


def test_an_entity_decides_of_which_kind_a_name_is() -> None:
    """One machine has one pseudonym, also where a field that tells no kind names it again."""
    entities = Entities(host=Host(name="ana-pc"))
    assert private(entities=entities, evidence={"entity": "ana-pc"}).evidence["entity"] == EVERY.of(Kind.HOST, "ana-pc")


@pytest.mark.parametrize("location", ["(web-3) any->/var/log/auth.log", "web-3->/var/log/auth.log"])
def test_the_machine_leaves_a_location_of_wazuh(location: str) -> None:
    """And the file stays."""
    (read,) = Reader(pseudonyms=EVERY).read_alerts(
        AlertV1.model_validate_json(alert("a:b:1", evidence={"location": location}).to_bytes()).to_bytes(),
        format_name="winnow",
        received_at=NOON,
    )
    assert isinstance(read, AlertV1)
    assert read.evidence["location"] == location.replace("web-3", EVERY.of(Kind.HOST, "web-3"))


def test_the_agents_name_goes_where_the_line_names_another_host() -> None:
    """Then it stands in the evidence of a Wazuh alert, and nowhere else."""
    native = WAZUH | {"predecoder": {"hostname": "relay-1"}, "agent": {"id": "007", "name": "ana-laptop"}}
    (read,) = Reader(pseudonyms=EVERY).read_alerts(
        str(native).replace("'", '"').encode(), format_name="wazuh", received_at=NOON
    )
    assert isinstance(read, AlertV1)
    assert "ana-laptop" not in read.to_bytes().decode()


def test_keys_of_evidence_name_nobody() -> None:
    """Neither whom the alert names elsewhere, nor an address, nor who is a step of the path."""
    read = private(
        entities=Entities(user=User(name="ines")),
        evidence={
            "logons.ines.count": "3",
            "seen.10.1.2.3": "1",
            "failed_by_user.carla": "4",
            "hosts.web-3.state": "up",
            "users.lastName.count": "2",
            "loggedOnUsers.accountName": "dora",
            "to.emil@example.org": "2",
        },
    )
    keys = " ".join(read.evidence)
    for name in ("ines", "10.1.2.3", "carla", "web-3", "emil"):
        assert name not in keys, name
    assert f"logons.{EVERY.of(Kind.USER, 'ines')}.count" in keys
    assert "loggedOnUsers.accountName" in keys
    assert len(read.evidence) == 7


def test_a_key_that_grew_too_long_keeps_its_value() -> None:
    """A pseudonym is longer than most names."""
    key = "a" * 120 + ".ines"
    read = private(entities=Entities(user=User(name="ines")), evidence={key: "kept"})
    assert list(read.evidence.values()) == ["kept"]


@pytest.mark.parametrize(
    "text",
    [
        r"ran C:\Users\carla\x.exe",
        r"ran C:\\Users\\carla\\x.exe",
        "in /home/carla/.ssh",
        "by arn:aws:iam::111122223333:user/staff/carla",
        "by arn:aws:sts::111122223333:assumed-role/Admin/carla",
        r"from \\carla\c$",
    ],
)
def test_a_path_tells_a_name(text: str) -> None:
    """A home folder, a user's ARN, a machine's share; what the same name is elsewhere in the alert then goes too."""
    read = private(description=f"{text} and carla")
    assert "carla" not in read.description.lower()
    assert read.description[:3] == text[:3]


def test_common_accounts_stay_whatever_stands_before_them() -> None:
    """`system` is a word, and a common folder is nobody's."""
    entities = Entities(user=User(name="NT AUTHORITY\\SYSTEM"))
    read = private(entities=entities, title="The system wrote to C:\\Users\\Public\\x", evidence={"src_user": "-"})
    assert read.entities.user.name == "NT AUTHORITY\\SYSTEM"
    assert read.title == "The system wrote to C:\\Users\\Public\\x"
    assert read.evidence["src_user"] == "-"


def test_numbers_that_count_or_identify_are_no_names() -> None:
    """But who is called by a number gets a pseudonym."""
    read = private(evidence={"user.id": "1001", "session": "1001", "dstuser": "4711001", "note": "4711001"})
    assert (read.evidence["user.id"], read.evidence["session"]) == ("1001", "1001")
    assert read.evidence["note"] == read.evidence["dstuser"] == EVERY.of(Kind.USER, "4711001")


@pytest.mark.parametrize(
    "recipients",
    ["ana@example.org, bob@example.org", "ana@example.org;bob@example.org", "ana@example.org bob@example.org"],
)
def test_each_address_of_a_list_has_its_own_pseudonym(recipients: str) -> None:
    """The same as alone, so that it can be found again."""
    read = private(entities=Entities(email=Email(recipient=recipients)), evidence={"email.to": recipients})
    for pseudonym in (EVERY.of(Kind.EMAIL, "ana@example.org"), EVERY.of(Kind.EMAIL, "bob@example.org")):
        assert pseudonym in read.entities.email.recipient
        assert pseudonym in read.evidence["email.to"]


def test_who_a_mailbox_is_called_after_is_named_too() -> None:
    """A display name tells more than the address."""
    sender = '"Ana Berger" <ana@example.org>'
    read = private(entities=Entities(email=Email(sender=sender)), title="Mail of Ana Berger")
    assert "berger" not in read.to_bytes().decode().lower()
    assert f"<{EVERY.of(Kind.EMAIL, 'ana@example.org')}>" in read.entities.email.sender


def test_a_short_name_goes_in_a_list_too() -> None:
    """It is looked for only where it stands alone."""
    assert "bo" not in private(evidence={"dst_user": "bo, li"}).evidence["dst_user"].split(", ")


def test_a_user_named_by_an_email_address_goes_by_the_part_before_it_too() -> None:
    """Also where e-mail addresses get no pseudonyms."""
    users = Pseudonyms(b"k" * 32, frozenset({Kind.USER}))
    named = alert("a:b:1", entities=Entities(user=User(name="ines@example.org")), title="ines is ines@example.org")
    read = private_alert(named, users)
    assert read.title == f"{users.of(Kind.USER, 'ines')} is {users.of(Kind.USER, 'ines@example.org')}"
