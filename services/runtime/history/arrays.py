"""Items of JSON documents of any size: an array, an interface's page, an object around a list, or objects over many
lines.
"""

import json
import re
from collections.abc import Iterator
from typing import IO

import ijson  # type: ignore[import-untyped]

from schemas import DeadLetterReason
from services.runtime.history.items import CUT_OFF, LONGEST, Item, broken
from services.siem.envelopes import LISTS, batch_of
from services.siem.known import IsKnown

_ARRAYS = ("hits.hits", "value", *LISTS)
"""Where in a document the arrays stand whose elements may be the items."""
_ELEMENT = re.compile(rf"({'|'.join(map(re.escape, _ARRAYS))})\.item(?=\.|$)")
_DEEPEST = 80
"""Levels of nesting. An item may have 64; ijson keeps the whole path of each level, so some bound there must be."""


class _TooDeepError(Exception):
    """Nested deeper than any item may be."""


_BROKEN = (ijson.JSONError, UnicodeDecodeError, _TooDeepError)


class _Beginning:
    """As much of a stream as one item may be long; there it ends as if cut off."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, LONGEST

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size` of them."""
        chunk = self._stream.read(min(size, self._left))
        self._left -= len(chunk)
        return chunk


def prefix_of(stream: IO[bytes], is_known: IsKnown) -> str:
    """Where the items stand in ijson's terms: in an array, or each whole document is one ('').

    What tells may follow the array, so the first document is read to its end, or as far as it may be an item itself.
    """
    outline = ijson.ObjectBuilder()
    try:
        for event, value in _outline(_Beginning(stream)):
            outline.event(event, value)
    except (*_BROKEN, *CUT_OFF):
        pass  # whoever reads the items meets it again, and says so
    if isinstance(outline.value, list):
        return "item"
    found = batch_of(outline.value, is_known)
    return next((f"{path}.item" for path in _ARRAYS if _at(outline.value, path) is found), "")


def _outline(beginning: _Beginning) -> Iterator[tuple[str, object]]:
    """The first document's events, but of an array those of its first element alone, so that memory stays bounded."""
    whole: set[str] = set()
    for prefix, event, value in ijson.parse(_events(beginning)):
        within = _ELEMENT.match(prefix)
        element = within[0] if within else ""
        if element not in whole:
            yield event, value
        if element and element == prefix and event not in ("start_map", "start_array", "map_key"):
            whole.add(element)
        if not prefix and event in ("start_array", "end_map"):
            return


def _at(document: object, path: str) -> object:
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def items_of_document(stream: IO[bytes], prefix: str) -> Iterator[Item]:
    """Each element under the prefix. Where the JSON breaks no later element can be found: that is the last item."""
    number = 0
    try:
        for number, value in enumerate(ijson.items(ijson.parse(_events(stream)), prefix), start=1):
            yield Item(number=number, value=json.dumps(value).encode())
    except _BROKEN as error:
        reason = DeadLetterReason.TOO_DEEP if isinstance(error, _TooDeepError) else DeadLetterReason.NOT_JSON
        detail = f"cannot be read from here on: {type(error).__name__}; what came before is read"
        yield broken(number + 1, detail, reason)


def _events(stream: IO[bytes] | _Beginning) -> Iterator[tuple[str, object]]:
    depth = 0
    for event, value in ijson.basic_parse(stream, multiple_values=True, use_float=True):
        if event.startswith("start"):
            depth += 1
        elif event.startswith("end"):
            depth -= 1
        if depth > _DEEPEST:
            raise _TooDeepError
        yield event, value
