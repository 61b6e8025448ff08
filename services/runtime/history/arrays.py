"""Items of JSON documents of any size: an array, an Elasticsearch search, a Graph page, or objects over many lines."""

import json
from collections.abc import Iterator
from typing import IO

import ijson  # type: ignore[import-untyped]

from schemas import DeadLetterReason
from services.runtime.history.items import Item, broken

_ARRAYS = {"": "item", "hits.hits": "hits.hits.item", "value": "value.item"}
"""Arrays whose elements are the items, and how ijson calls an element."""


def prefix_of(stream: IO[bytes]) -> str:
    """Where the items stand in ijson's terms: in one of the arrays known, or each whole document is one ('').

    It reads no further than to the first of them, or to the end of the first document.
    """
    is_page = False
    try:
        for prefix, event, value in ijson.parse(stream, multiple_values=True):
            is_page = is_page or (event == "map_key" and value == "@odata.context")
            if event == "start_array" and prefix in _ARRAYS and (prefix != "value" or is_page):
                return _ARRAYS[prefix]
            if event == "end_map" and not prefix:
                break
    except (ijson.JSONError, UnicodeDecodeError):
        pass  # whoever reads the items meets it again, and says so
    return ""


def items_of_document(stream: IO[bytes], prefix: str) -> Iterator[Item]:
    """Each element under the prefix. Where the JSON breaks no later element can be found: that is the last item."""
    number = 0
    try:
        for number, value in enumerate(ijson.items(stream, prefix, multiple_values=True, use_float=True), start=1):
            yield Item(number=number, value=json.dumps(value).encode())
    except (ijson.JSONError, UnicodeDecodeError) as error:
        detail = f"no JSON from here on: {type(error).__name__}; what came before is read"
        yield broken(number + 1, detail, DeadLetterReason.NOT_JSON)
