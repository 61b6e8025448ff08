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

_BY_LETTERS = {name.replace(" ", ""): tactic for name, tactic in TACTICS.items()}
_TACTIC = re.compile(r"TA[0-9]{4}(?![0-9])")
_TECHNIQUE = re.compile(r"(?<![A-Z0-9])(?:AML\.)?T[0-9]{4}(?:\.[0-9]{3})?(?![0-9])")


def tactic_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the tactics named, by id or by name (`Initial Access`, `initial-access`, `InitialAccess`), each once."""
    found = (_TACTIC.match(text.upper()) or _BY_LETTERS.get(re.sub(r"[\s_-]+", "", text.lower())) for text in texts)
    ids = (one.group() if isinstance(one, re.Match) else one for one in found)
    return list(dict.fromkeys(one for one in ids if one))


def technique_ids(texts: Iterable[str]) -> list[str]:
    """Ids of the techniques named anywhere in the texts (`t1059.001`, `PowerShell (T1059.001)`), each once."""
    return list(dict.fromkeys(found for text in texts for found in _TECHNIQUE.findall(text.upper())))
