"""How many values a message may have, counted before any of it is parsed: parsed, a byte or two can take 250."""

from schemas import DeadLetterReason
from services.siem.refusal import Refusal

MOST_VALUES = 500_000
"""Values in one message, and in a text inside it that is opened. Alerts have one in 18 to 40 bytes."""
_STARTS = (b",", b"[", b"{", b"=")
"""One of them stands before each value: of JSON, and of a field in CEF and LEEF."""
_ESCAPED = tuple(b"\\u00" + code for code in (b"2c", b"2C", b"5b", b"5B", b"7b", b"7B", b"3d", b"3D"))
"""The same as a JSON string may write it, in which there may be JSON again: all texts of a message have one bound."""


def too_many_values(data: bytes) -> Refusal | None:
    """Why a text is not to be parsed; None where it may be."""
    if len(data) <= MOST_VALUES or values_in(data) <= MOST_VALUES:
        return None
    return Refusal(reason=DeadLetterReason.TOO_LARGE, detail=f"more than {MOST_VALUES} values")


def values_in(data: bytes) -> int:
    """At most how many values a text holds besides itself, those of the JSON in its strings included.

    What is escaped twice over, in a text of a text, is counted when that is opened.
    """
    escaped = sum(map(data.count, _ESCAPED)) if b"\\u00" in data else 0
    return sum(map(data.count, _STARTS)) + escaped
