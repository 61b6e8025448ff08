"""A value that somebody outside may have written, made a field of a text: it can neither end the field nor hide."""

import re
from functools import lru_cache

from services.core.text.masks import masked

_SPACES = re.compile("  +")
_UNSAFE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]+"
)
"""White space, control characters, and what cannot be seen or turns the direction of writing."""


def quoted(value: str, *, limit: int) -> str:
    """A value that somebody outside may have written: masked, on one line, bounded, and unable to end its field."""
    return _quoted(value[: 4 * limit], limit) if value else ""


@lru_cache(maxsize=2048)
def _quoted(value: str, limit: int) -> str:
    """Remembered, for rules, hosts and accounts come again and again."""
    flat = _on_one_line(value).replace("|", "¦").strip()
    return masked(flat)[:limit].rstrip()


def _on_one_line(value: str) -> str:
    is_plain = value.isascii() and value.isprintable()  # then only runs of spaces have anything unsafe
    return _SPACES.sub(" ", value) if is_plain else _UNSAFE.sub(" ", value)
