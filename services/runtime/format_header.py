"""The Kafka header `format`: how a message says what format it is in."""

from collections.abc import Iterable

_NAME = "format"


def format_headers(name: str | None) -> list[tuple[str, bytes]]:
    """The headers of a message in that format; none where it is to be recognised."""
    return [(_NAME, name.encode())] if name else []


def format_of(headers: Iterable[tuple[str, bytes | None]] | None) -> str | None:
    """What the header says, the last one where there are several; none where it is absent or empty."""
    values = [value for name, value in headers or () if name == _NAME]
    return values[-1].decode(errors="replace") if values and values[-1] else None
