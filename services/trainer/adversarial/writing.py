"""Text for people, written so that they read the same."""

import re

HOMOGLYPHS = {
    "a": "\u0430", "c": "\u0441", "e": "\u0435", "i": "\u0456", "o": "\u043e", "p": "\u0440", "s": "\u0455",
    "x": "\u0445", "y": "\u0443", "A": "\u0410", "B": "\u0412", "C": "\u0421", "E": "\u0415", "H": "\u041d",
    "I": "\u0406", "K": "\u041a", "M": "\u041c", "O": "\u041e", "P": "\u0420", "S": "\u0405", "T": "\u0422",
    "X": "\u0425",
}  # fmt: skip
"""Latin letters and the Cyrillic ones that look the same (Unicode Technical Standard 39, confusables.txt)."""
_TABLE = str.maketrans(HOMOGLYPHS)
_NAMED = re.compile(r"^(?P<name>.*?)(?P<address>\s*<[^<>]*>\s*)$", re.S)


def in_homoglyphs(text: str) -> str:
    """The text in letters that look the same."""
    return text.translate(_TABLE)


def sender_in_homoglyphs(sender: str) -> str:
    """A sender's display name in letters that look the same; the address itself would be another."""
    named = _NAMED.match(sender)
    return in_homoglyphs(named["name"]) + named["address"] if named else sender
