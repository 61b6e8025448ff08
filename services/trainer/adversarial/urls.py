"""Addresses of the web that ask for the same thing in other letters (RFC 3986, section 6.2, and 5.2.4 for dots)."""

import re
from urllib.parse import quote

from services.trainer.adversarial.fields import IDLE_STEPS

_PARTS = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?)([^?#]*)(\?[^#]*)?(#.*)?$", re.S)
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_LETTER = re.compile("%[0-9A-Fa-f]{2}|[A-Za-z]")


def other_case(url: str) -> str:
    """Scheme and host, and the hexadecimal digits of escapes, in the other case."""
    origin, path, query, fragment = _parts(url)
    if "@" not in origin:  # a user's name and password have their case
        origin = origin.swapcase()
    return origin + _ESCAPE.sub(lambda code: code[0].swapcase(), path + query) + fragment


def encoded(url: str) -> str:
    """Letters of path and query percent-encoded, which any server reads as the letters.

    Encoding twice is left out: only a server that decodes twice would read the same.
    """
    origin, path, query, fragment = _parts(url)
    return origin + _encoded(path) + query[:1] + _encoded(query[1:]) + fragment


def _encoded(part: str) -> str:
    return _LETTER.sub(lambda found: found[0] if found[0][0] == "%" else f"%{ord(found[0]):02x}", part)


def detoured(url: str) -> str:
    """A step in the path that leads nowhere."""
    return _stepped(url, 1)


def lengthened(url: str) -> str:
    """So many of them that the path itself lies behind any cut."""
    return _stepped(url, IDLE_STEPS)


def _stepped(url: str, steps: int) -> str:
    origin, path, query, fragment = _parts(url)
    return origin + "/." * steps + path + query + fragment if path.startswith("/") and path != "/" else url


def with_parameter(url: str, words: str) -> str:
    """One more parameter, the first, whose value is these words; a server ignores a name it does not know."""
    origin, path, query, fragment = _parts(url)
    added = "?note=" + quote(words, safe="")
    return origin + path + (f"{added}&{query[1:]}" if query[1:] else added) + fragment


def _parts(url: str) -> tuple[str, str, str, str]:
    match = _PARTS.match(url)
    origin, path, query, fragment = match.groups() if match else (url, "", "", "")
    return origin, path, query or "", fragment or ""
