"""Text version 3: version 2, but what an attacker puts before or around a request or a command does not hide it.

A text must be short, and whoever writes a request can make it as long as he likes: in version 2 one harmless parameter
in front, or steps in a path that lead nowhere, pushed everything else behind the cut.
"""

import re
from functools import lru_cache

from schemas import AlertV1
from services.core.text import version_2
from services.core.text.quoting import quoted
from services.core.text.shortening import shortened

_IDLE_STEPS = re.compile(r"(?<=[\\/])(?:\.[\\/]+)+")
"""Steps in a path that stay where they are (RFC 3986, section 5.2.4; Windows does the same)."""
_PIECES = re.compile(r"(?=[?&#;|])")
"""Between the parameters of a request, and the commands of a line."""
_STRANGE = re.compile(r"[^\w\s.,?&#=/\\:;|-]")
"""What names and prose rarely have, and code, quotes and escapes do."""
REACH = 4_096
"""Characters of an address that are read: all that AlertV1 has."""
_MOST = 4
"""Pieces that are told of a value too long for all."""


def render(alert: AlertV1) -> str:
    """The alert's text in version 3."""
    return version_2.rendered(alert, short, reach=REACH)


@lru_cache(maxsize=4096)
def short(value: str, *, limit: int) -> str:
    """A value shortened and quoted, remembered, for commands and paths come again and again."""
    return quoted(_gist(shortened(_IDLE_STEPS.sub("", value)), limit), limit=limit) if value else ""


def _gist(value: str, limit: int) -> str:
    """So many characters of a value: of its strangest pieces, of like ones the shortest, in the order they stand there.

    Each has an equal share of the room, and what it does not need goes to the others: none pushes another out by its
    length, only `_MOST` stranger ones can.
    """
    if len(value) <= limit:
        return value
    pieces = [piece for piece in _PIECES.split(value) if piece]
    told = sorted(range(len(pieces)), key=lambda place: (-_strangeness(pieces[place]), len(pieces[place])))[:_MOST]
    shares = dict(zip(told, _shares([len(pieces[place]) for place in told], limit), strict=True))
    return "".join(pieces[place][: shares[place]] for place in sorted(shares))


def _strangeness(piece: str) -> int:
    return len(_STRANGE.findall(piece))


def _shares(wanted: list[int], room: int) -> list[int]:
    """What each gets of the room: all it wants, or as much as any other that does not."""
    shares = [0] * len(wanted)
    for left, place in zip(range(len(wanted), 0, -1), sorted(range(len(wanted)), key=wanted.__getitem__), strict=True):
        shares[place] = min(wanted[place], room // left)
        room -= shares[place]
    return shares
