"""MITRE ATT&CK ids out of what vendors write: ids in any spelling, and names of tactics and techniques."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from services.siem.attack_table import table

_TACTIC = re.compile(r"TA[0-9]{4}(?![0-9])")
_TECHNIQUE = re.compile(r"(?:AML\.)?T[0-9]{4}(?:\.[0-9]{3})?(?![0-9])")
_SEPARATORS = re.compile(r"[\s_-]+")


def tactic_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the tactics named, by id or by name (`Command and Control`, `command-and-control`), each once."""
    return _ids(_TACTIC.match(text.upper()) or _tactics().get(_plain(text)) for text in texts)


def technique_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the techniques named, each once.

    By id (`T1059.001`, `t1059.001 - PowerShell`), by name (`PowerShell`), or by both names of a sub-technique
    (`Command and Scripting Interpreter: PowerShell`). A name that several techniques have (`Domain Account`) says
    nothing.
    """
    return _ids(_TECHNIQUE.match(text.upper()) or _techniques().get(_plain(text)) for text in texts)


@cache
def _tactics() -> Mapping[str, str]:
    return {_plain(name): id_ for id_, name in table().tactics.items()}


@cache
def _techniques() -> Mapping[str, str]:
    """Ids by plain name; the parent's name in front makes a sub-technique's unique."""
    names = table().techniques
    times = Counter(map(_plain, names.values()))
    alone = {_plain(name): id_ for id_, name in names.items() if times[_plain(name)] == 1}
    return alone | {_plain(f"{names.get(id_[:5])}: {name}"): id_ for id_, name in names.items() if "." in id_}


def _plain(text: str) -> str:
    """A name in lower case with single spaces."""
    return _SEPARATORS.sub(" ", text.lower())


def _ids(found: "Iterable[re.Match[str] | str | None]") -> list[str]:
    ids = (one.group() if isinstance(one, re.Match) else one for one in found)
    return list(dict.fromkeys(one for one in ids if one))
