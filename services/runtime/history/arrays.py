"""Items of JSON documents of any size: an array, an Elasticsearch search, a Graph page, or objects over many lines."""

import json
from collections.abc import Iterator
from typing import IO

import ijson  # type: ignore[import-untyped]

from schemas import DeadLetterReason
from services.runtime.history.items import Item, broken

_ARRAYS = {"": "item", "hits.hits": "hits.hits.item", "value": "value.item"}
"""Arrays whose elements are the items, and how ijson calls an element."""
_DEEPEST = 80
"""Levels of nesting. An item may have 64; ijson keeps the whole path of each level, so some bound there must be."""


class _TooDeepError(Exception):
    """Nested deeper than any item may be."""


_BROKEN = (ijson.JSONError, UnicodeDecodeError, _TooDeepError)


def prefix_of(stream: IO[bytes]) -> str:
    """Where the items stand in ijson's terms: in one of the arrays known, or each whole document is one ('').

    It reads no further than to the first of them, or to the end of the first document.
    """
    is_page = False
    try:
        for prefix, event, value in ijson.parse(_events(stream)):
            is_page = is_page or (event == "map_key" and value == "@odata.context")
            if event == "start_array" and prefix in _ARRAYS and (prefix != "value" or is_page):
                return _ARRAYS[prefix]
            if event == "end_map" and not prefix:
                break
    except _BROKEN:
        pass  # whoever reads the items meets it again, and says so
    return ""


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


def _events(stream: IO[bytes]) -> Iterator[tuple[str, object]]:
    depth = 0
    for event, value in ijson.basic_parse(stream, multiple_values=True, use_float=True):
        if event.startswith("start"):
            depth += 1
        elif event.startswith("end"):
            depth -= 1
        if depth > _DEEPEST:
            raise _TooDeepError
        yield event, value
