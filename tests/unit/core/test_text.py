"""The text: deterministic, bounded, on one line, without what never repeats, and not to be imitated from outside."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, Rule
from schemas.alert import Attack, Cloud, Email, Entities, File, Host, Network, Process, Url, User
from services.core.errors import VersionUnknown
from services.core.text import TEXT_VERSION, render_alert, renderer
from services.core.text.quoting import quoted
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
LONGEST = {1: 1200, 2: 360, 3: 360, 4: 360}
"""Characters of each version's texts."""
each_version = pytest.mark.parametrize("version", sorted(LONGEST))
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
    return alert(title=f"{draw(text)}x", description=draw(text), entities=entities, attack=attack)


@each_version
@settings(max_examples=50)
@given(one=alerts())
def test_a_text_is_one_bounded_line_without_what_cannot_be_seen(version: int, one: AlertV1) -> None:
    """No character breaks a line, hides, or turns the direction of writing."""
    text = render_alert(one, version=version)
    assert len(text) <= LONGEST[version]
    assert "\n" not in text
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text)


@each_version
@settings(max_examples=50)
@given(one=alerts())
def test_nobody_can_imitate_a_field(version: int, one: AlertV1) -> None:
    """Every part after the second begins with a field's name, each field comes once, in whatever a value holds."""
    parts = render_alert(one, version=version).split(" | ")
    names = [part.split(" ", 1)[0] for part in parts[2:]]
    assert parts[1].startswith("winnow unknown")
    assert set(names) <= FIELDS
    assert len(names) == len(set(names))


@each_version
@settings(max_examples=50)
@given(one=alerts())
def test_the_same_alert_gives_the_same_text(version: int, one: AlertV1) -> None:
    """Also after it travelled as a message, with another id and at another time."""
    render = renderer(version)
    assert render(AlertV1.from_bytes(one.to_bytes())) == render(one)
    later = one.model_copy(update={"alert_id": "winnow:test:other", "observed_at": alert(minutes=9).observed_at})
    assert render(later) == render(one)


@given(hostile)
def test_a_quoted_value_cannot_end_its_field(value: str) -> None:
    """No separator, no white space at its ends, at most as long as it may be."""
    found = quoted(value, limit=20)
    assert "|" not in found
    assert found == found.strip()
    assert len(found) <= 20


@each_version
@given(source=st.ip_addresses(v=4), destination=st.ip_addresses(v=4))
def test_addresses_become_their_kind(version: int, source: object, destination: object) -> None:
    """No address is left in the text, wherever it stood."""
    network = Network(source_ip=str(source), destination_ip=str(destination))
    one = alert(title=f"from {source}", entities=Entities(network=network, url=Url(full=f"http://{destination}:80/")))
    text = render_alert(one, version=version)
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


WHOLE = alert(
    title="Suspicious PowerShell",
    description="Encoded command by a service account",
    rule=Rule(id="R-7"),
    severity="high",
    attack=Attack(techniques=("T1059.001", "T1027"), tactics=("TA0002",)),
    entities=Entities(
        host=Host(name="ws-17.example.org"),
        user=User(name="svc_backup"),
        process=Process(command_line="powershell -enc ZQBj | iex", parent="C:\\Windows\\System32\\cmd.exe"),
        network=Network(
            source_ip="10.0.0.5",
            destination_ip="203.0.113.9",
            destination_port=443,
            protocol="TCP",
            domain="cdn.example.net",
        ),
        url=Url(full="https://cdn.example.net/a", method="GET", status=200, user_agent="Mozilla/5.0 (X11)"),
    ),
)


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (
            1,
            (
                "Suspicious PowerShell | winnow high | attack T1059.001 T1027 TA0002 | host ws-17.example.org | "
                "user svc_backup | net internal->external:443 | proto tcp | domain cdn.example.net | "
                "cmd powershell -enc ZQBj ¦ iex | parent C:\\Windows\\System32\\cmd.exe | "
                "url GET https://cdn.example.net/a 200 | agent Mozilla/5.0 (X11) | "
                "says Encoded command by a service account"
            ),
        ),
        (
            2,
            (
                "Suspicious PowerShell | winnow high | attack T1059.001 execution | host ws-17 | user svc_backup | "
                "net internal->external:443 | proto tcp | domain cdn.example.net | cmd powershell -enc ZQBj ¦ iex | "
                "parent cmd.exe | url GET /a 200 | agent (X11)"
            ),
        ),
        (
            3,
            (
                "Suspicious PowerShell | winnow high | attack T1059.001 execution | host ws-17 | user svc_backup | "
                "net internal->external:443 | proto tcp | domain cdn.example.net | cmd powershell -enc ZQBj ¦ iex | "
                "parent cmd.exe | url GET /a 200 | agent (X11)"
            ),
        ),
        (
            4,
            (
                "Suspicious PowerShell | winnow high | attack T1059.001 execution | host ws-17 | user svc_backup | "
                "net internal->external:443 | proto tcp | domain cdn.example.net | cmd powershell -enc ZQBj ¦ iex | "
                "parent cmd.exe | url GET /a 200 | agent (X11)"
            ),
        ),
    ],
)
def test_a_whole_alert_reads_from_what_decides_to_what_explains(version: int, text: str) -> None:
    """The text as it is, so that a change of it is seen and becomes a new version."""
    assert render_alert(WHOLE, version=version) == text


def test_new_models_are_trained_with_the_newest_version() -> None:
    """The older ones are there for the bundles that were trained with them."""
    assert max(LONGEST) == TEXT_VERSION


@each_version
def test_a_description_that_repeats_the_title_is_said_once(version: int) -> None:
    """Cost grows with length."""
    assert render_alert(alert(title="Same", description="Same"), version=version) == "Same | winnow unknown"


@pytest.mark.parametrize(
    ("description", "says"),
    [
        ("A log-in from a country never seen before", " | says A log-in from a country never seen before"),
        ("Log-in failed for ana on web-3", ""),
        ('{"event_type": "alert"}', ""),
        ("Mar  2 12:00:00 web-3 sshd[811]: Accepted key for backup", " | says Accepted key for backup"),
        ("多次登录失败", " | says 多次登录失败"),
        ("...", " | says ..."),
    ],
)
def test_a_description_is_said_for_what_it_adds(description: str, says: str) -> None:
    """Not what the fields say already, and nothing that a machine wrote for machines."""
    entities = Entities(host=Host(name="web-3"), user=User(name="ana"), process=Process(name="sshd"))
    one = alert(title="Log-in failed", description=description, entities=entities)
    assert render_alert(one) == f"Log-in failed | winnow unknown | host web-3 | user ana | cmd sshd{says}"


@pytest.mark.parametrize(("version", "whole"), [(2, 172), (3, 172), (4, 330)])
def test_where_a_description_is_all_it_may_be_long(version: int, whole: int) -> None:
    """AMiner's alerts, and clouds' events, say there what others have fields for; words stay whole."""
    line = " ".join(f"word-{number}" for number in range(80))
    short, long = (
        render_alert(alert(title=title, description=line), version=version) for title in ("T", "Titles " * 9)
    )
    assert whole - 8 < len(short) <= whole + len(" | says ")
    assert abs(len(short) - len(long)) < len("word-10 ")
    beside = alert(title="T", description=line, entities=Entities(host=Host(name="web-3")))
    assert 160 < len(render_alert(beside, version=version)) < 180


@pytest.mark.parametrize(
    ("full", "domain", "told"),
    [
        ("https://a.example/x", "a.example", "/x"),
        ("https://a.example:8443/x", "a.example", ":8443/x"),
        ("https://a.example.net/x", "a.example", "https://a.example.net/x"),
        ("https://a.example/x", "", "https://a.example/x"),
        ("/x", "a.example", "/x"),
        ("/?q=1%27%20UNION%20SELECT%7C", "", "/?q=1' UNION SELECT¦"),
        ("/?q=%00%E4%2527", "", "/?q=%00%E4%27"),
    ],
)
def test_an_address_is_told_in_plain_letters_and_its_domain_once(full: str, domain: str, told: str) -> None:
    """A longer name that begins alike is another domain, and what is decoded can end no field."""
    text = render_alert(alert(entities=Entities(network=Network(domain=domain), url=Url(full=full))))
    assert f"url {told}" in text.split(" | ")


_WORDS = "nightly backup of the file server " * 20


@pytest.mark.parametrize(
    "full",
    [
        "/item?q=1' UNION SELECT",
        "/./././././././././././././././././././././././././././././item?q=1' UNION SELECT",
        f"/item?note={_WORDS}&q=1' UNION SELECT",
        f"/item?q=1' UNION SELECT&note={_WORDS}",
        f"/{'a' * 200}/item?note={_WORDS}&more={_WORDS}&q=1' UNION SELECT&last={_WORDS}&least={_WORDS}",
    ],
)
def test_a_request_shows_what_is_strange_in_it_however_it_is_padded(full: str) -> None:
    """An attacker writes as much around it as he likes."""
    text = render_alert(alert(entities=Entities(url=Url(full=full))))
    assert "q=1' UNION" in text
    assert len(text) < 120


@pytest.mark.parametrize(
    "line",
    [
        f"echo {_WORDS}& powershell -enc ZQBj",
        f"echo {_WORDS}; powershell -enc ZQBj; echo {_WORDS}",
        f"powershell -enc ZQBj && echo {_WORDS}",
        "C:" + "\\." * 40 + "\\tools\\powershell -enc ZQBj",
    ],
)
def test_a_command_is_not_pushed_out_by_another(line: str) -> None:
    """Each has its share of the room."""
    assert "powershell -enc" in render_alert(alert(entities=Entities(process=Process(command_line=line))))


@given(value=st.text(alphabet="ab ?&;|%'/.", max_size=400))
def test_what_fits_is_told_whole_and_nothing_twice(value: str) -> None:
    """A value is cut, never made longer; one without idle steps that fits is told as it is."""
    told = render_alert(alert(entities=Entities(email=Email(subject=f"x{value}"))), version=3)
    assert len(told.partition("mail ")[2]) <= 48
    plain = "".join(letter for letter in value if letter not in "./|").strip()
    if len(plain) < 40:
        subject = Entities(email=Email(subject=f"x{plain}"))
        assert render_alert(alert(entities=subject)) == render_alert(alert(entities=subject), version=2)


@pytest.mark.parametrize(("path", "told"), [("C:\\a.dll", False), ("D:\\b.dll", True)])
def test_a_file_that_the_command_names_is_not_named_again(path: str, *, told: bool) -> None:
    """The command line says more of it."""
    entities = Entities(process=Process(command_line="rundll32 C:\\a.dll,Run"), file=File(path=path))
    assert ("| file " in render_alert(alert(entities=entities))) == told


@given(st.integers().filter(lambda version: version not in LONGEST))
def test_an_unknown_version_is_refused(version: int) -> None:
    """A bundle of a newer build must not be served with another text."""
    with pytest.raises(VersionUnknown, match="unknown here; known"):
        renderer(version)
