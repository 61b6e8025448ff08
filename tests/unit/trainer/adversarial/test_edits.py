"""Every edit, on whole alerts: the event stays the same, and only what an attacker writes is touched."""

import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AlertV1
from schemas.alert import Email, Entities, File, Host, Network, Process, Url, User
from services.core.context import host_of, rule_of
from services.core.text import render_alert
from services.trainer.adversarial import urls, writing
from services.trainer.adversarial.edits import EDITS, FORGED, HARMLESS, PADDING, PROMPT
from tests.interpreters import without_dots
from tests.messages import alert, kind_of

URLS = (
    "http://shop.example/cgi-bin/search.php?q=1%27%20union%20select&page=2#top",
    "/admin/../etc/passwd?file=a%2fb",
    "https://user:Secret@host.example:8443/a/b/",
    "/index.html",
)


def _alert(**entities: Any) -> AlertV1:
    return alert(entities=Entities(host=Host(name="web-01", ip="192.0.2.7"), user=User(name="root"), **entities))


ALERTS = {
    "windows": _alert(
        process=Process(
            name="mimi.exe",
            executable=r"C:\Users\bob\mimi.exe",
            command_line=r"C:\Users\bob\mimi.exe -dump server01 out.txt",
            parent="explorer.exe",
            sha256="a" * 64,
        ),
        file=File(path=r"C:\Temp\out.txt", name="out.txt"),
    ),
    "cmd": _alert(process=Process(command_line=r"cmd.exe /c vssadmin delete shadows /all & del C:\Temp\x.log")),
    "posix": _alert(
        process=Process(command_line="sudo chmod u+s /usr/local/bin/tool"), file=File(path="/etc/cron.d/job")
    ),
    "web": _alert(
        url=Url(full=URLS[0], method="GET", user_agent="sqlmap/1.8", status=200), network=Network(domain="shop.example")
    ),
    "mail": _alert(
        email=Email(sender="IT Support <it@evil.example>", recipient="bob@corp", subject="Reset your password")
    ),
}
BARE = alert(description="Failed password for root from 203.0.113.9")
KINDS = {
    "case": {"windows", "cmd", "web"},
    "spacing": {"windows", "cmd", "posix"},
    "quoting": {"windows", "cmd", "posix"},
    "detour": {"windows", "cmd", "posix", "web"},
    "encoding": {"web"},
    "homoglyphs": {"mail"},
    "renamed": {"windows", "cmd", "posix"},
    "user_agent": {"web"},
    "padding": {"windows", "cmd", "posix", "web"},
    "harmless_words": {"cmd", "posix", "web", "mail"},
    "forged_fields": {"cmd", "posix", "web", "mail"},
    "prompt": {"cmd", "posix", "web", "mail"},
}


def test_each_edit_applies_where_it_can_and_nowhere_else() -> None:
    """What has nothing to take hold of is the same object, so that it is counted as not applicable."""
    applies = {name: {kind for kind, one in ALERTS.items() if edit(one) != one} for name, edit in EDITS.items()}
    assert applies == KINDS
    assert all(edit(BARE) is BARE for edit in EDITS.values())


@pytest.mark.parametrize("name", EDITS)
def test_no_edit_touches_what_is_not_the_attackers(name: str) -> None:
    """Rule, words, severity, host, account, addresses, times, parent and hash; and the result keeps to the contract."""
    for one in ALERTS.values():
        edited = EDITS[name](one)
        AlertV1.from_bytes(edited.to_bytes())
        assert _fixed(edited) == _fixed(one)
        assert (rule_of(edited), host_of(edited), kind_of(edited)) == (rule_of(one), host_of(one), kind_of(one))


def _fixed(one: AlertV1) -> object:
    """The alert without what an attacker writes."""
    values = one.model_dump()
    for part, names in _WRITTEN.items():
        for name in names:
            values["entities"][part].pop(name)
    return values


_WRITTEN = {
    "process": ("name", "executable", "command_line"),
    "file": ("path", "name"),
    "url": ("full", "user_agent"),
    "email": ("sender", "subject"),
    "network": ("domain",),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_value_too_long_for_its_field_is_not_put_there(name: str) -> None:
    """A cut command would be another command."""
    longest = _alert(
        process=Process(command_line="curl " + "a" * 4090),
        url=Url(full="/a?" + "a" * 4092, user_agent="b" * 1024),
        email=Email(subject="c" * 1024),
        file=File(path="/usr/" + "d" * 1018),
    )
    AlertV1.from_bytes(EDITS[name](longest).to_bytes())


def test_the_text_is_deaf_to_spacing_and_keeps_forged_fields_in_theirs() -> None:
    """Text version 2 puts blanks together, and no value can end its field."""
    for kind in ("windows", "cmd", "posix"):
        assert render_alert(EDITS["spacing"](ALERTS[kind])) == render_alert(ALERTS[kind])
    for one in ALERTS.values():
        fields = render_alert(EDITS["forged_fields"](one)).split(" | ")
        assert [field.split(" ")[0] for field in fields] == [f.split(" ")[0] for f in render_alert(one).split(" | ")]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("edit", [urls.other_case, urls.encoded, urls.detoured, urls.lengthened])
def test_an_address_asks_for_the_same(url: str, edit: Callable[[str], str]) -> None:
    """Scheme and host folded, path decoded and freed of dots, query decoded: all equal."""
    assert _asked(edit(url)) == _asked(url)


def _asked(url: str) -> object:
    parts = urlsplit(url)
    return (
        parts.scheme.lower(),
        parts.hostname,
        parts.port,
        parts.username,
        parts.password,
        unquote(without_dots(parts.path)),
        parse_qsl(parts.query, keep_blank_values=True),
        parts.fragment,
    )


@given(st.text(st.sampled_from("aB/.%2fF?&=#:@-\u00e9 "), max_size=20))
def test_any_address_asks_for_the_same(rest: str) -> None:
    """Also one that nobody would write."""
    url = f"http://host.example/{rest}"
    for edit in (urls.other_case, urls.encoded, urls.detoured, urls.lengthened):
        assert _asked(edit(url)) == _asked(url)


@pytest.mark.parametrize("words", [HARMLESS, FORGED, PROMPT, PADDING])
@pytest.mark.parametrize("url", URLS)
def test_one_more_parameter_is_all_that_is_added(url: str, words: str) -> None:
    """The others follow as they were."""
    before, after = (parse_qsl(urlsplit(one).query) for one in (url, urls.with_parameter(url, words)))
    assert after == [("note", words), *before]
    assert urlsplit(urls.with_parameter(url, words))._replace(query="") == urlsplit(url)._replace(query="")


def test_homoglyphs_look_the_same() -> None:
    """Each is the Cyrillic letter of the shape that Unicode's confusables (UTS 39) give the Latin one."""
    assert len(set(writing.HOMOGLYPHS.values())) == len(writing.HOMOGLYPHS)
    for latin, other in writing.HOMOGLYPHS.items():
        assert unicodedata.name(latin).startswith("LATIN")
        assert unicodedata.name(other).startswith("CYRILLIC")
        assert _CONFUSABLE[other] == latin
        assert latin.isupper() == other.isupper()
    edited = EDITS["homoglyphs"](ALERTS["mail"]).entities.email
    assert "".join(_CONFUSABLE.get(one, one) for one in edited.subject) == ALERTS["mail"].entities.email.subject
    assert edited.sender.endswith(" <it@evil.example>")


_CONFUSABLE = dict(zip("асеіорѕхуАВСЕНІКМОРЅТХ", "aceiopsxyABCEHIKMOPSTX", strict=True))
"""Lines of confusables.txt, Cyrillic to the Latin letter of its class."""


def test_a_renamed_program_keeps_its_hash_folder_and_arguments() -> None:
    """Name, path and command agree on the new name."""
    before, after = ALERTS["windows"].entities.process, EDITS["renamed"](ALERTS["windows"]).entities.process
    assert after.sha256 == before.sha256
    assert after.name == "update-helper.exe"
    assert after.executable == r"C:\Users\bob\update-helper.exe"
    assert after.command_line == r"C:\Users\bob\update-helper.exe -dump server01 out.txt"


def test_padding_pushed_out_of_the_text_what_matters_until_version_3() -> None:
    """The edit does what it is for: in version 2 the words that decide are gone."""
    for kind, word in {"cmd": "vssadmin", "posix": "chmod", "web": "search.php", "windows": "mimi"}.items():
        padded = EDITS["padding"](ALERTS[kind])
        assert word in render_alert(ALERTS[kind])
        assert word not in render_alert(padded, version=2).replace("file", "")
        assert word in render_alert(padded)


def test_a_service_named_by_its_log_is_not_the_attackers_to_rename() -> None:
    """A name without path or command may be the victim's own."""
    named = _alert(process=Process(name="sshd"))
    assert EDITS["renamed"](named) is named
