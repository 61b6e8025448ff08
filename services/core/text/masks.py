"""What never repeats in a text, replaced by its kind: ids, times, long numbers, addresses."""

import re
from collections.abc import Iterable

from services.core.addresses import IPV4, IPV6, kind_of_address

Replacement = tuple[re.Pattern[str], re.Pattern[str], str]
"""A hint, a pattern, and what comes instead of what the pattern finds.

The hint is a part that every match of the pattern has, and is found several times faster: most values have no match.
"""

MASKS: tuple[Replacement, ...] = (
    (
        re.compile("-[0-9a-fA-F]{4}-"),
        re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.I),
        "<uuid>",
    ),
    (
        re.compile(r":\d\d:\d\d"),
        re.compile(
            r"[\dA-Z](?<!\d[\dA-Z])"  # the first character is taken before what precedes it is looked at, for speed
            r"(?:(?<=\d)(?:\d{3}-\d\d-\d\d[T ]\d)?\d|(?<=[A-Z])[a-z]{2} [ \d]?\d \d\d)"  # ISO 8601's date, or syslog's
            r":\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?![:\w])"
        ),
        "<time>",
    ),
    (
        re.compile("[:-][0-9a-fA-F]{2}[:-][0-9a-fA-F]{2}[:-]"),
        re.compile(r"(?<![0-9a-z])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-z:-])", re.I),
        "<mac>",
    ),
    (
        re.compile("[0-9a-fA-F]{16}"),
        re.compile(r"(?<![0-9a-z])(?:0x)?[0-9a-f]{16,}(?![0-9a-z])", re.I),
        "<hex>",
    ),
    (
        re.compile(r"\d{6}"),
        re.compile(r"(?<![0-9a-z])\d{6,}(?![0-9a-z])", re.I),
        "<number>",
    ),
)
"""What never repeats. An underscore ends a word here, for ids hang on names by it."""

ADDRESSES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(":[0-9a-fA-F]{0,4}:"), re.compile(f"{IPV4}|{IPV6}", re.I)),
    (re.compile(r"\.\d{1,3}\.\d{1,3}\.\d"), re.compile(IPV4)),
)
"""Hints and patterns. The first whose hint is there does it all: where no IPv6 address can be, both say the same."""


def masked(value: str) -> str:
    """The value with what never repeats replaced by its kind: ids, times, long numbers, addresses."""
    value = replaced(value, MASKS)
    for hint, pattern in ADDRESSES:
        if hint.search(value):
            return pattern.sub(_masked_address, value)
    return value


def replaced(value: str, by: Iterable[Replacement]) -> str:
    """The value after one replacement upon the other."""
    for hint, pattern, instead in by:
        if hint.search(value):
            value = pattern.sub(instead, value)
    return value


def _masked_address(match: re.Match[str]) -> str:
    kind = kind_of_address(match[0], "")
    return f"<{kind}>" if kind else match[0]
