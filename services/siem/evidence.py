"""Evidence: what is left of a vendor's alert when all that has a place of its own is taken out, flat and bounded."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from services.siem.document import Document, Values, text_of
from services.siem.shape import Paths

ENTRIES, KEY_LENGTH, VALUE_LENGTH = 32, 128, 256
_LOOKED_AT = 2_000
"""Scalars looked at in one alert; a real one has a few hundred."""
_BLOB_FROM = 2_048
"""A value this long is a payload, not a finding."""
_SECRET = re.compile(
    r"passw(or)?d|passphrase|secret|token|authori[sz]ation|cookie|api[_-]?key|credential|private[_-]?key", re.IGNORECASE
)
_BLOB = re.compile(r"(^|[._])(payload|packet|base64|stream|thumbprint|xml)", re.IGNORECASE)


def evidence_of(document: Document, *, used: Collection[str], noise: Paths, leading: Paths) -> dict[str, str]:
    """At most 32 remaining fields by dotted path, those under the `leading` paths first, otherwise by name.

    Fields already `used`, those under the `noise` paths, secrets by their name, and blobs stay out. Values of a list
    are joined by commas. The order does not depend on the order of the document.
    """
    place_of = _places(noise, leading)
    values = _first_values(document.fields) if document.is_large else document.values
    unused = [path for path in values if len(path) <= KEY_LENGTH and path not in used]
    found: dict[str, str] = {}
    for place in sorted(filter(None, map(place_of, unused))):
        path = place[1:]
        if text := _joined(values[path]):
            found[path] = text[:VALUE_LENGTH]
            if len(found) == ENTRIES:
                break
    return found


def _joined(values: list[object]) -> str:
    texts = [text for text in map(text_of, values) if len(text) < _BLOB_FROM]
    return texts[0] if len(texts) == 1 else ", ".join(filter(None, texts))


@lru_cache(maxsize=128)
def _places(noise: Paths, leading: Paths) -> Callable[[str], str]:
    """A path behind one character for its rank, by which it is sorted; '' for what stays out.

    Remembered, as paths come again and again; text, as that is what Python sorts fastest.
    """
    unwanted, ranks = _below(noise), [_below((prefix,)) for prefix in leading]

    @lru_cache(maxsize=2048)
    def place_of(path: str) -> str:
        whole = f"{path}."
        if whole.startswith(unwanted) or _SECRET.search(path) or _BLOB.search(path):
            return ""
        return chr(next((rank for rank, prefix in enumerate(ranks) if whole.startswith(prefix)), len(ranks))) + path

    return place_of


def _below(prefixes: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{prefix}." for prefix in prefixes)


def _first_values(fields: dict[str, object]) -> Values:
    """The first of a large document's scalars, by path."""
    found: Values = {}
    for path, text in islice(_flat(fields, ""), _LOOKED_AT):
        found.setdefault(path, []).append(text)
    return found


def _flat(node: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key in sorted(node):
            yield from _flat(node[key], f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for item in node:
            yield from _flat(item, path)
    else:
        yield path, text_of(node)
