"""Evidence: what is left of a vendor's alert when all that has a place of its own is taken out, flat and bounded."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from services.siem.document import Document, text_of

ENTRIES, KEY_LENGTH, VALUE_LENGTH = 32, 128, 256
_LOOKED_AT = 2_000
"""Scalars looked at in one alert; a real one has a few hundred."""
_BLOB_FROM = 2_048
"""A value this long is a payload, not a finding."""
_SECRET = re.compile(
    r"passw(or)?d|passphrase|secret|token|authori[sz]ation|cookie|api[_-]?key|credential|private[_-]?key", re.IGNORECASE
)
_BLOB = re.compile(r"(^|[._])(payload|packet|base64|stream|thumbprint|xml)", re.IGNORECASE)


def evidence_of(
    document: Document, *, used: Collection[str], noise: Sequence[str], leading: Sequence[str]
) -> dict[str, str]:
    """At most 32 remaining fields by dotted path, those under the `leading` paths first, otherwise by name.

    Fields already `used`, those under the `noise` paths, secrets by their name, and blobs stay out. Values of a list
    are joined by commas. The order does not depend on the order of the document.
    """
    unwanted = _below(noise)
    found: dict[str, list[str]] = {}
    for path, text in islice(_flat(document.fields, ""), _LOOKED_AT):
        if not text or len(text) >= _BLOB_FROM or path in used or f"{path}.".startswith(unwanted):
            continue
        if _may_be_shown(path):
            found.setdefault(path, []).append(text)
    ranks = [_below((prefix,)) for prefix in leading]
    ranked = sorted(found, key=lambda path: (_rank(path, ranks), path))
    return {path: ", ".join(found[path])[:VALUE_LENGTH] for path in ranked[:ENTRIES]}


@lru_cache(maxsize=4096)
def _may_be_shown(path: str) -> bool:
    return len(path) <= KEY_LENGTH and not _SECRET.search(path) and not _BLOB.search(path)


def _below(prefixes: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{prefix}." for prefix in prefixes)


def _rank(path: str, ranks: Sequence[tuple[str, ...]]) -> int:
    return next((rank for rank, prefix in enumerate(ranks) if f"{path}.".startswith(prefix)), len(ranks))


def _flat(node: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key in sorted(node):
            yield from _flat(node[key], f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for item in node:
            yield from _flat(item, path)
    else:
        yield path, text_of(node)
