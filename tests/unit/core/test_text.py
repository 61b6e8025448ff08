"""The text: deterministic, bounded, on one line, without what never repeats, and not to be imitated from outside."""

import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, Rule
from schemas.alert import Attack, Cloud, Email, Entities, File, Host, Network, Process, Url, User
from services.core.errors import VersionUnknown
from services.core.text import _ADDRESSES, _MASKS, TEXT_VERSION, masked, quoted, render_alert, renderer
from tests.messages import alert

hostile = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["|", " | ", "¦", "host ", "cmd ", "\n", "\r\n", "\x00", "\u202e", "\u200b", "\u2028", "a", "10.0.0.1"]
        ),
        max_size=12,
    ).map("".join),
)
FIELDS = {"attack", "host", "user", "net", "proto", "domain", "cmd", "parent", "file", "url", "agent", "mail", "says"}


@st.composite
def alerts(draw: st.DrawFn) -> AlertV1:
    """Alerts with anything in every field that somebody outside may write."""
    text = hostile.map(lambda value: value[:256])
    network = Network(
        source_ip=draw(st.one_of(text, st.ip_addresses().map(str))),
        destination_ip=draw(st.one_of(text, st.ip_addresses().map(str))),
        destination_port=draw(st.integers(0, 65535)),
        protocol=draw(text),
        application=draw(text),
        domain=draw(text),
    )
    entities = Entities(
        host=Host(name=draw(text)),
        user=User(name=draw(text)),
        process=Process(command_line=draw(text), parent=draw(text)),
        network=network,
        file=File(path=draw(text)),
        url=Url(full=draw(text), method=draw(text), user_agent=draw(text), status=draw(st.integers(0, 999))),
        email=Email(sender=draw(text), subject=draw(text)),
        cloud=Cloud(provider=draw(text)),
    )
    attack = Attack(techniques=("T1059.001",) if draw(st.booleans()) else ())
    return alert(title=draw(text) or "x", description=draw(text), entities=entities, attack=attack)


@settings(max_examples=50)
@given(alerts())
def test_a_text_is_one_bounded_line_without_what_cannot_be_seen(one: AlertV1) -> None:
    """At most 1,200 characters, none of which breaks a line, hides, or turns the direction of writing."""
    text = render_alert(one)
    assert len(text) <= 1200
    assert "\n" not in text
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text)


@settings(max_examples=50)
@given(alerts())
def test_nobody_can_imitate_a_field(one: AlertV1) -> None:
    """Every part after the second begins with a field's name, each field comes once, in whatever a value holds."""
    parts = render_alert(one).split(" | ")
    if not quoted(one.title):
        parts = ["", *parts]
    names = [part.split(" ", 1)[0] for part in parts[2:]]
    assert parts[1].startswith("winnow unknown")
    assert set(names) <= FIELDS
    assert len(names) == len(set(names))


@settings(max_examples=50)
@given(alerts())
def test_the_same_alert_gives_the_same_text(one: AlertV1) -> None:
    """Also after it travelled as a message, with another id and at another time."""
    again = AlertV1.from_bytes(one.to_bytes())
    assert render_alert(again) == render_alert(one)
    later = one.model_copy(update={"alert_id": "winnow:test:other", "observed_at": alert(minutes=9).observed_at})
    assert render_alert(later) == render_alert(one)


passing = st.tuples(st.uuids(), st.datetimes(min_value=datetime(1990, 1, 1)), st.integers(10**5, 10**12))  # noqa: DTZ001


@given(passing, passing)
def test_what_never_repeats_does_not_make_texts_differ(first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
    """Ids, times and long numbers: two runs of one command give one text."""

    def text(run: tuple[Any, ...]) -> str:
        ident, time, session = run
        return quoted(
            f"run --id {{{ident}}} --since '{time:%Y-%m-%dT%H:%M:%S}Z' --sum {ident.hex} --session s_{session}"
        )

    assert text(first) == text(second)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("at 2026-03-02T12:00:00.123Z", "at <time>"),
        ("at 2026-03-02 12:00:00,5+01:00", "at <time>"),
        ("Mar  2 12:00:00 host sshd", "<time> host sshd"),
        ("12:34:56", "<time>"),
        ("port 12:34", "port 12:34"),
        ("{12345678-9abc-1234-1234-123456789abc}", "{<uuid>}"),
        ("de:ad:be:ef:00:01", "<mac>"),
        ("0xdeadbeefdeadbeef", "<hex>"),
        ("session_8f3ab9cd01ef2345", "session_<hex>"),
        ("tmp_1699999999", "tmp_<number>"),
        ("event 4625", "event 4625"),
        ("http://10.0.0.1:8080/x", "http://<internal>:8080/x"),
        ("from 203.0.113.44, to 192.168.1.5.", "from <external>, to <internal>."),
        ("::1 fe80::1 2001:db8::5", "<loopback> <internal> <external>"),
        ("224.0.0.1 127.0.0.1 100.64.0.9", "<multicast> <loopback> <internal>"),
        ("999.1.1.1 and version 1.2.3", "999.1.1.1 and version 1.2.3"),
        ("[Convert]::FromBase64String(x)", "[Convert]::FromBase64String(x)"),
        ("std::string", "std::string"),
    ],
)
def test_a_value_is_masked(value: str, expected: str) -> None:
    """What is replaced, and what must stay as it is."""
    assert masked(value) == expected


@pytest.mark.parametrize(("hint", "pattern"), [mask[:2] for mask in _MASKS] + [_ADDRESSES[1]])
@given(st.data())
def test_a_hint_is_in_all_that_its_pattern_finds(
    hint: re.Pattern[str], pattern: re.Pattern[str], data: st.DataObject
) -> None:
    """Whoever changes a mask changes its hint with it, or values would stay as they are."""
    assert hint.search(data.draw(st.from_regex(pattern)))


@given(st.from_regex(_ADDRESSES[0][1]))
def test_where_no_ipv6_address_can_be_the_short_pattern_is_enough(value: str) -> None:
    """Both patterns find the same addresses, or the hint of the long one is there."""
    (hint, both), (_, ipv4) = _ADDRESSES
    assert hint.search(value) or both.findall(value) == ipv4.findall(value)


@given(hostile)
def test_a_quoted_value_cannot_end_its_field(value: str) -> None:
    """No separator, no white space at its ends, at most as long as it may be."""
    found = quoted(value, limit=20)
    assert "|" not in found
    assert found == found.strip()
    assert len(found) <= 20


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_addresses_become_their_kind(source: object, destination: object) -> None:
    """No address is left in the text, wherever it stood."""
    network = Network(source_ip=str(source), destination_ip=str(destination))
    text = render_alert(
        alert(title=f"from {source}", entities=Entities(network=network, url=Url(full=f"http://{destination}:80/")))
    )
    assert str(source) not in text
    assert str(destination) not in text


@pytest.mark.parametrize(
    ("source", "destination", "flow"),
    [
        ("10.1.2.3", "10.1.2.9", "internal->internal same subnet"),
        ("10.1.2.3", "10.1.3.9", "internal->internal"),
        ("198.51.100.7", "10.1.2.3", "external->internal"),
        ("fd00::1", "fd00::2", "internal->internal same subnet"),
        ("::ffff:10.0.0.1", "10.0.0.2", "internal->internal same subnet"),
        ("srv.corp", "srv.local", "name->name"),
        ("", "10.0.0.1", "->internal"),
    ],
)
def test_a_connection_is_told_by_its_ends(source: str, destination: str, flow: str) -> None:
    """Internal or external, and whether both are neighbours; a name is not taken apart like an address."""
    text = render_alert(alert(entities=Entities(network=Network(source_ip=source, destination_ip=destination))))
    assert f"net {flow}" in text.split(" | ")


@pytest.mark.parametrize(("port", "told"), [(0, ""), (445, ":445"), (32767, ":32767"), (32768, ":ephemeral")])
def test_an_ephemeral_port_is_called_so(port: int, told: str) -> None:
    """It never repeats; a service's port does, and decides."""
    network = Network(source_ip="10.0.0.1", destination_ip="10.9.0.1", destination_port=port, source_port=51234)
    text = render_alert(alert(entities=Entities(network=network)))
    assert f"net internal->internal{told}" in text.split(" | ")
    assert "51234" not in text


def test_a_whole_alert_reads_from_what_decides_to_what_explains() -> None:
    """The text as it is, so that a change of it is seen and becomes a new version."""
    one = alert(
        title="Suspicious PowerShell",
        description="Encoded command by a service account",
        rule=Rule(id="R-7"),
        severity="high",
        attack=Attack(techniques=("T1059.001",), tactics=("TA0002",)),
        entities=Entities(
            host=Host(name="ws-17"),
            user=User(name="svc_backup"),
            process=Process(command_line="powershell -enc ZQBj | iex", parent="C:\\Windows\\explorer.exe"),
            network=Network(source_ip="10.0.0.5", destination_ip="203.0.113.9", destination_port=443, protocol="TCP"),
            url=Url(full="https://203.0.113.9/a", method="GET", status=200, user_agent="curl/8"),
        ),
    )
    assert TEXT_VERSION == 1
    assert render_alert(one, version=1) == (
        "Suspicious PowerShell | winnow high | attack T1059.001 TA0002 | host ws-17 | user svc_backup | "
        "net internal->external:443 | proto tcp | cmd powershell -enc ZQBj ¦ iex | parent C:\\Windows\\explorer.exe | "
        "url GET https://<external>/a 200 | agent curl/8 | says Encoded command by a service account"
    )


def test_a_description_that_repeats_the_title_is_said_once() -> None:
    """Cost grows with length."""
    assert render_alert(alert(title="Same", description="Same")) == "Same | winnow unknown"


@given(st.integers())
def test_an_unknown_version_is_refused(version: int) -> None:
    """A bundle of a newer build must not be served with another text."""
    if version == 1:
        return
    with pytest.raises(VersionUnknown, match="unknown here; known"):
        renderer(version)
