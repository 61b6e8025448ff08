"""What a message holds: its bytes unpacked, parsed, taken out of what they travelled in, as single items."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import groupby, islice

from schemas import DeadLetterReason
from services.siem.compression import unpacked
from services.siem.document import CrowdedError
from services.siem.envelopes import MOST, items_of
from services.siem.known import Known
from services.siem.parsing import clean_text, cleaned, cleaning, parsed
from services.siem.refusal import Refusal
from services.siem.syslog import event_of


def items_in(value: bytes | None, known: Known) -> list[object] | Refusal:
    """Every item of a message in its order, at least one; or why there is none. Lines that cannot be read are an item
    too: their Refusal.

    `known` tells which objects are in a format that is read. The same bytes give the same items.
    """
    data = unpacked(value or b"")
    if isinstance(data, Refusal):
        return data
    clean = cleaning(data)
    contents = _contents(data, clean)
    items = contents if isinstance(contents, Refusal) else _items(contents, known)
    return items if isinstance(items, Refusal) or clean is clean_text else [cleaned(item) for item in items]


def _items(contents: list[object], known: Known) -> list[object] | Refusal:
    found = (item for content in contents for item in items_of(content, known))
    try:
        items = list(islice(found, MOST + 1))
    except CrowdedError as error:
        return Refusal(reason=DeadLetterReason.TOO_LARGE, detail=str(error))
    if not items:
        return Refusal(reason=DeadLetterReason.EMPTY, detail="the list has no items")
    if len(items) > MOST:
        return Refusal(reason=DeadLetterReason.TOO_LARGE, detail=f"more than {MOST} items")
    return items


def _contents(data: bytes, clean: Callable[[str], str]) -> list[object] | Refusal:
    """The one JSON document a message is, or its lines if any of them says something by itself."""
    content = parsed(data, clean=clean)
    if not isinstance(content, Refusal):
        return [content]
    if content.reason is DeadLetterReason.TOO_LARGE:
        return content
    lines = list(islice(_lines(data, clean), MOST + 1))
    if not any(line and not isinstance(line, Refusal) for line in lines):
        return content
    if len(lines) > MOST:
        return Refusal(reason=DeadLetterReason.TOO_LARGE, detail=f"more than {MOST} lines")
    return list(_noise_as_one(lines))


def _noise_as_one(lines: list[object]) -> Iterator[object]:
    """The lines, of those that cannot be read and follow one another the first refusal for all.

    Each becomes a dead letter with the whole message in it: a log around one event would become thousands.
    """
    for are_refused, together in groupby(lines, key=lambda line: isinstance(line, Refusal)):
        if not are_refused:
            yield from together
            continue
        first, *others = (line for line in together if isinstance(line, Refusal))
        yield replace(first, detail=f"{first.detail}; so are the {len(others)} lines after it") if others else first


def _lines(data: bytes, clean: Callable[[str], str]) -> Iterator[object]:
    return (_line(line, clean) for line in BytesIO(data) if line.strip())


def _line(line: bytes, clean: Callable[[str], str]) -> object:
    """A line's JSON object, CEF or LEEF event; anything else is refused, for half a document has lines as well."""
    content = parsed(line, clean=clean)
    if isinstance(content, dict):
        return content
    try:
        event = event_of(line.decode("utf-8-sig").rstrip("\r\n"))
    except UnicodeDecodeError:
        event = None
    if event is not None:
        return event
    refused = isinstance(content, Refusal)
    return content if refused else Refusal(reason=DeadLetterReason.NOT_JSON, detail="the line is no object")
