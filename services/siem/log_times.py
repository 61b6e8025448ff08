"""Times as log lines write them: CEF's and LEEF's own forms, and the common parts of Java's SimpleDateFormat.

A time without a year is not read: the year would be a guess. A time without a zone is UTC.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from services.siem.document import time_of

_FORMS = tuple(
    form + zone
    for form in ("%b %d %Y %H:%M:%S.%f", "%b %d %Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")
    for zone in ("", " %z")
)
"""`MMM dd yyyy HH:mm:ss[.SSS] [zzz]` of CEF and LEEF, and what their vendors write besides."""
_UTC_NAME = re.compile(r"\b(?:UTC|GMT)$")
"""Other names of zones mean different zones in different countries; a time with one is not read."""
_JAVA = {
    "yyyy": "%Y",
    "yy": "%y",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "dd": "%d",
    "d": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%f",
    "a": "%p",
    "z": "%z",
    "Z": "%z",
    "X": "%z",
    "XX": "%z",
    "XXX": "%z",
    "EEE": "%a",
}
_JAVA_PART = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']")


def log_time(texts: Iterable[str], *, java_format: str = "") -> datetime | None:
    """The first readable time (UTC): as `java_format` says, else epoch, ISO 8601, `Nov 25 2026 10:00:00.123 +0100`."""
    form = _strptime_form(java_format)
    return next((time for text in texts if text and (time := _read(text, form))), None)


def _read(text: str, form: str | None) -> datetime | None:
    forms = (form,) if form else _FORMS
    found = (_by(_UTC_NAME.sub("+0000", text), each) for each in forms)
    return next((time for time in found if time), None) or time_of(text)


def _by(text: str, form: str) -> datetime | None:
    try:
        time = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is looked at next
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError, re.error):  # a repeated directive is an error of the pattern strptime builds
        return None


def _strptime_form(java_format: str) -> str | None:
    """Java's pattern as Python's; None for one with letters that are not known here, or without a year."""
    parts: list[str] = []
    for part in _JAVA_PART.finditer(java_format[:64]):
        literal, letter, whole = part[1], part[2], part[0]
        if letter and whole not in _JAVA:
            return None
        parts.append(_JAVA[whole] if letter else (literal if literal is not None else whole).replace("%", "%%"))
    form = "".join(parts)
    return form if "%Y" in form or "%y" in form else None
