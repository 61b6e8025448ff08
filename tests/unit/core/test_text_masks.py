"""Masks: what never repeats is replaced, what decides is not, and a hint never hides a match."""

import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.text.masks import ADDRESSES, MASKS, masked
from services.core.text.quoting import quoted
from services.core.text.shortening import SHORTER

passing = st.tuples(st.uuids(), st.datetimes(min_value=datetime(1990, 1, 1)), st.integers(10**5, 10**12))  # noqa: DTZ001


@given(passing, passing)
def test_what_never_repeats_does_not_make_texts_differ(first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
    """Ids, times and long numbers: two runs of one command give one text."""

    def text(run: tuple[Any, ...]) -> str:
        ident, time, session = run
        return quoted(
            f"run --id {{{ident}}} --since '{time:%Y-%m-%dT%H:%M:%S}Z' --sum {ident.hex} --session s_{session}",
            limit=160,
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


@pytest.mark.parametrize(("hint", "pattern"), [mask[:2] for mask in MASKS + SHORTER] + [ADDRESSES[1]])
@given(st.data())
def test_a_hint_is_in_all_that_its_pattern_finds(
    hint: re.Pattern[str], pattern: re.Pattern[str], data: st.DataObject
) -> None:
    """Whoever changes a mask changes its hint with it, or values would stay as they are."""
    assert hint.search(data.draw(st.from_regex(pattern)))


@given(st.from_regex(ADDRESSES[0][1]))
def test_where_no_ipv6_address_can_be_the_short_pattern_is_enough(value: str) -> None:
    """Both patterns find the same addresses, or the hint of the long one is there."""
    (hint, both), (_, ipv4) = ADDRESSES
    assert hint.search(value) or both.findall(value) == ipv4.findall(value)
