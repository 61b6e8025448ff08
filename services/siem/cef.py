r"""ArcSight Common Event Format: one line as an object, in the shape Filebeat's `decode_cef` gives it.

`CEF:Version|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|Extension`. In the header
`\|` and `\\` are escaped, in the extension `\=`, `\\`, `\n` and `\r` (Implementing ArcSight CEF, version 26).
"""

import re

from services.siem.parsing import clean_text

_HEADER = re.compile(r"CEF: ?([0-9]+)((?:\|(?:[^|\\]|\\.)*){5}\|(?:[^|\\]|\\.)*)(?:\|(.*))?", re.DOTALL)
_FIELD = re.compile(r"\|((?:[^|\\]|\\.)*)", re.DOTALL)
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9_][A-Za-z0-9_.,\[\]-]{0,127})=")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LABEL = "Label"


def cef_event(text: str) -> dict[str, object] | None:
    """`{"cef": {version, device, name, severity, extensions, custom}}`, or None if the text is no CEF.

    `custom` has the fields whose meaning the event itself names: `cs1=abc cs1Label=Policy` as `{"Policy": "abc"}`.
    """
    header = _HEADER.match(text)
    if header is None:
        return None
    vendor, product, version, class_id, name, severity = (_plain(field) for field in _FIELD.findall(header[2]))
    extensions, custom = _resolved(_pairs(header[3] or ""))
    event = {
        "version": header[1],
        "device": {"vendor": vendor, "product": product, "version": version, "event_class_id": class_id},
        "name": name,
        "severity": severity,
        "extensions": extensions,
        "custom": custom,
    }
    return {"cef": event}


def _pairs(extension: str) -> dict[str, str]:
    """Keys and values; a value runs to the next ` key=`, so that it may hold spaces and, as URLs do, a bare `=`.

    A repeated key keeps its first value: what comes later may stand in a text that an attacker wrote.
    """
    keys = list(_KEY.finditer(extension))
    ends = [*(key.start() for key in keys[1:]), len(extension)]
    pairs: dict[str, str] = {}
    for key, end in zip(keys, ends, strict=False):
        pairs.setdefault(key[1], _plain(extension[key.end() : end]))
    return pairs


def _resolved(pairs: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The extension's fields, and apart from them those that have a label of their own."""
    labels = {
        key.removesuffix(_LABEL): label
        for key, label in pairs.items()
        if key.endswith(_LABEL) and label and key.removesuffix(_LABEL) in pairs
    }
    known = {key: value for key, value in pairs.items() if key not in labels and key.removesuffix(_LABEL) not in labels}
    return known, {label: pairs[key] for key, label in labels.items()}


def _plain(text: str) -> str:
    unescaped = _ESCAPED.sub(lambda escaped: {"n": "\n", "r": "\n"}.get(escaped[1], escaped[1]), text)
    return clean_text(unescaped).strip()
