"""Messages in gzip: read like any other, bounded in what they unpack to, refused with a reason where broken."""

import gzip
import json
import zlib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AlertV1, DeadLetterReason
from services.siem.bounds import MOST_VALUES
from services.siem.compression import MAX_UNPACKED, unpacked
from services.siem.reading import Refusal, read_alerts

Native = dict[str, Any]


def reason(value: bytes) -> DeadLetterReason:
    """Why a message's packing is refused."""
    found = unpacked(value)
    assert isinstance(found, Refusal)
    return found.reason


def test_a_packed_message_is_read(wazuh: Native, suricata: Native, received_at: datetime) -> None:
    """An array, or lines of which each was packed for itself."""
    array = gzip.compress(json.dumps([wazuh, suricata]).encode())
    members = b"".join(gzip.compress(json.dumps(each).encode() + b"\n") for each in (wazuh, suricata))
    for value in (array, members, members + b"\x00" * 64):
        outcomes = read_alerts(value, format_name=None, received_at=received_at)
        assert [one.source for one in outcomes if isinstance(one, AlertV1)] == ["wazuh", "suricata"]


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_what_was_packed_comes_out(parts: list[bytes]) -> None:
    """Of any number of members."""
    assert unpacked(b"".join(map(gzip.compress, parts))) == b"".join(parts)


@given(st.binary())
def test_what_is_not_packed_passes(value: bytes) -> None:
    """As it is, and any bytes after gzip's magic number have an outcome."""
    if not value.startswith(b"\x1f\x8b"):
        assert unpacked(value) == value
    unpacked(b"\x1f\x8b" + value)
    unpacked(b"\x1f\x8b\x08" + value)


@pytest.mark.parametrize("members", [1, 3])
def test_a_bomb_is_refused_when_it_reaches_the_bound(members: int) -> None:
    """One member or several together: a gigabyte of zeros takes a megabyte on the wire."""
    size = MAX_UNPACKED // members + 1
    assert reason(gzip.compress(b"0" * size) * members) is DeadLetterReason.TOO_LARGE
    assert unpacked(gzip.compress(b"0" * MAX_UNPACKED)) == b"0" * MAX_UNPACKED


@pytest.mark.parametrize("bomb", [b"[" + b"{}," * 1_500_000 + b"{}]", b"[" + b"[0,0]," * 600_000 + b"0]"])
def test_a_bomb_of_tiny_values_is_refused_before_it_is_parsed(bomb: bytes, received_at: datetime) -> None:
    """It would keep to the bound in bytes and take a hundred times as much memory."""
    (outcome,) = read_alerts(gzip.compress(bomb), format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert (outcome.reason, outcome.detail) == (DeadLetterReason.TOO_LARGE, f"more than {MOST_VALUES} values")


def test_a_bomb_within_a_bomb_is_unpacked_once(received_at: datetime) -> None:
    """What comes out of gzip is JSON or nothing."""
    value = gzip.compress(gzip.compress(b"0" * 1_000_000))
    (outcome,) = read_alerts(value, format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.NOT_JSON


def test_what_is_cut_or_corrupt_is_refused() -> None:
    """Nothing of it is read: half an array would be half the alerts."""
    whole = gzip.compress(json.dumps([{"a": "b" * 100}] * 20).encode())
    flipped = bytearray(whole)
    flipped[-6] ^= 0xFF
    for value in (whole[:-1], whole[:-9], whole[:12], whole[:2], bytes(flipped), whole + b"tail", whole + whole[:20]):
        assert reason(value) is DeadLetterReason.NOT_JSON


def test_other_packings_are_no_json(received_at: datetime) -> None:
    """Only gzip is asked for."""
    (outcome,) = read_alerts(zlib.compress(b"{}"), format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.NOT_JSON
