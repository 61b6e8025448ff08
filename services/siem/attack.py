"""MITRE ATT&CK ids out of what vendors write: ids in any spelling, and names of tactics and techniques."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from services.siem.attack_table import table

_TACTIC = re.compile(r"TA[0-9]{4}(?![0-9])")
_TECHNIQUE = re.compile(r"(?<![A-Z0-9])(?:AML\.)?T[0-9]{4}(?:\.[0-9]{3})?(?![0-9])")
_LONGEST = 256
"""Characters of a name, or of a text whose ids are remembered."""
_SEPARATORS = re.compile(r"[\s_-]+")


def tactic_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the tactics named, by id or by name (`Initial Access`, `initial-access`, `InitialAccess`), each once."""
    return _each_once(_tactic(text[:_LONGEST]) for text in texts)


def technique_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the techniques named, each once.

    By id anywhere in a text (`T1059.001`, `PowerShell (t1059.001)`), else by name: a text that is a technique's
    (`PowerShell`), or a sub-technique's after its parent's (`Command and Scripting Interpreter: PowerShell`). A name
    that several have (`Domain Account`) says nothing.
    """
    return _each_once(one for text in texts for one in (_techniques if len(text) <= _LONGEST else _found)(text))


@lru_cache(maxsize=1024)
def _tactic(text: str) -> str:
    found = _TACTIC.match(text.upper())
    return found.group() if found else _ids_of_tactics().get(_plain(text), "")


def _found(text: str) -> tuple[str, ...]:
    return tuple(_TECHNIQUE.findall(text.upper())) or (_ids_of_techniques().get(_plain(text), ""),)


_techniques = lru_cache(maxsize=4096)(_found)
"""Remembered where a text is short: rules name the same techniques again and again."""


@cache
def _ids_of_tactics() -> Mapping[str, str]:
    return {_plain(name): id_ for id_, name in table().tactics.items()}


@cache
def _ids_of_techniques() -> Mapping[str, str]:
    """Ids by plain name; the parent's name in front makes a sub-technique's unique."""
    names = table().techniques
    times = Counter(map(_plain, names.values()))
    alone = {_plain(name): id_ for id_, name in names.items() if times[_plain(name)] == 1}
    return alone | {_plain(f"{names.get(id_[:5])}: {name}"): id_ for id_, name in names.items() if "." in id_}


def _plain(name: str) -> str:
    """A name in lower case, without what vendors put between words."""
    return _SEPARATORS.sub("", name.lower())


def _each_once(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(id_ for id_ in ids if id_))
