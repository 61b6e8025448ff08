"""Freed memory is given back where the C library can."""

import ctypes
from pathlib import Path

import pytest

from services.runtime.memory import give_back


def _resident() -> int:
    """Pages of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


def test_what_was_freed_is_given_back() -> None:
    """Many small pieces under one that stays: without asking, glibc keeps their pages."""
    pieces = [bytearray(1_000) for _ in range(100_000)]
    keep = bytearray(1_000)
    full = _resident()
    del pieces
    kept = _resident()
    give_back()
    assert keep is not None
    assert full - _resident() > 10_000
    assert _resident() <= kept


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other C libraries have no such function."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not give_back()
