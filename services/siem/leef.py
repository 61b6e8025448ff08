"""IBM QRadar Log Event Extended Format: one line as an object.

`LEEF:1.0|Vendor|Product|Version|EventID|` and attributes separated by tabs; `LEEF:2.0|Vendor|Product|Version|EventID|
Delimiter|` and attributes separated by the delimiter: a character, or its code as `x09` or `0x5E` (QRadar LEEF guide,
version 2). Relays turn tabs into spaces, and rsyslog into `#011`: both are read.
"""

import re

from services.siem.parsing import clean_text

_HEADER = re.compile(r"LEEF: ?([0-9.]{1,8})\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|?(.*)", re.DOTALL)
_DELIMITER = re.compile(r"(0?[xX][0-9A-Fa-f]{1,4}|\\t|[^|=\w]|)\|", re.DOTALL)
_TABS = ("\t", "#011")
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})=")


def leef_event(text: str) -> dict[str, object] | None:
    """`{"leef": {version, vendor, product, product_version, event_id, attributes}}`, or None if the text is no LEEF."""
    header = _HEADER.match(text)
    if header is None:
        return None
    version, vendor, product, product_version, event_id = (clean_text(field).strip() for field in header.groups()[:5])
    delimiter, attributes = _delimited(header[6]) if version.startswith("2") else ("", header[6])
    event = {
        "version": version,
        "vendor": vendor,
        "product": product,
        "product_version": product_version,
        "event_id": event_id,
        "attributes": _attributes(attributes, delimiter),
    }
    return {"leef": event}


def _delimited(rest: str) -> tuple[str, str]:
    """The delimiter that version 2 declares ('' where it is a tab, or none is declared), and what follows it."""
    declared = _DELIMITER.match(rest)
    if declared is None:
        return "", rest
    said = declared[1]
    named = chr(int(said.lower().rpartition("x")[2], 16)) if "x" in said.lower() else said
    return named.replace("\\t", "").strip(), rest[declared.end() :]


def _attributes(text: str, delimiter: str) -> dict[str, str]:
    """Keys and values; a repeated key keeps its first value."""
    separator = delimiter or next((tab for tab in _TABS if tab in text), "")
    parts = text.split(separator) if separator else _at_keys(text)
    pairs: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if equals and (name := clean_text(key).strip()):
            pairs.setdefault(name, clean_text(value).strip())
    return pairs


def _at_keys(text: str) -> list[str]:
    """Attributes whose tabs became spaces, cut where a key begins."""
    starts = [key.start(1) for key in _KEY.finditer(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=False)]
