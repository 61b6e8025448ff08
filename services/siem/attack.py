"""MITRE ATT&CK ids out of what vendors write: ids in any spelling, and names of tactics.

Tactic names and ids are those of ATT&CK Enterprise v17.
© The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
"""

import re
from collections.abc import Iterable

TACTICS = {
    "initial access": "TA0001",
    "execution": "TA0002",
    "persistence": "TA0003",
    "privilege escalation": "TA0004",
    "defense evasion": "TA0005",
    "credential access": "TA0006",
    "discovery": "TA0007",
    "lateral movement": "TA0008",
    "collection": "TA0009",
    "exfiltration": "TA0010",
    "command and control": "TA0011",
    "impact": "TA0040",
    "resource development": "TA0042",
    "reconnaissance": "TA0043",
}
"""Names in lower case with single spaces."""

_TACTIC = re.compile(r"TA[0-9]{4}(?![0-9])")
_GAPS = re.compile(r"[\s_-]+")
_TECHNIQUE = re.compile(r"(?:AML\.)?T[0-9]{4}(?:\.[0-9]{3})?(?![0-9])")


def tactic_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the tactics named, by id or by name (`Command and Control`, `command-and-control`), each once."""
    return _ids(map(_tactic, texts))


def technique_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the techniques named by id (`T1059.001`, `t1059.001 - PowerShell`), each once."""
    return _ids(_TECHNIQUE.match(text.upper()) for text in texts)


def _tactic(text: str) -> "re.Match[str] | str | None":
    name = text.lower()
    return TACTICS.get(name) or _TACTIC.match(text.upper()) or TACTICS.get(_GAPS.sub(" ", name))


def _ids(found: "Iterable[re.Match[str] | str | None]") -> list[str]:
    ids = [one if isinstance(one, str) else one.group() for one in found if one]
    return list(dict.fromkeys(ids))
