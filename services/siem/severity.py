"""Vendors' severity scales as the five canonical levels."""

from collections.abc import Sequence

from schemas import Severity

WORDS = {
    "informational": Severity.INFORMATIONAL,
    "info": Severity.INFORMATIONAL,
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}
"""The words most vendors use, in lower case."""


def by_word(word: str) -> Severity:
    """The level a word names; unknown for any other."""
    return WORDS.get(word.lower(), Severity.UNKNOWN)


def by_bounds(number: int | None, bounds: Sequence[tuple[int, Severity]]) -> Severity:
    """The level of the highest bound the number reaches; bounds ascend, and below the first nothing is known."""
    reached = [level for bound, level in bounds if number is not None and number >= bound]
    return reached[-1] if reached else Severity.UNKNOWN
