"""The table of MITRE ATT&CK's tactics and techniques, ids and names, and how it is made from what MITRE publishes.

`python -m services.siem.attack_table enterprise-attack.json` reads a STIX 2.1 bundle of MITRE's and writes
`attack_table.json` beside this module. Revoked and deprecated objects stay out.

© The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_suffix(".json")
NOTICE = (
    "© The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation."
)
_KINDS = {"x-mitre-tactic": "tactics", "attack-pattern": "techniques"}
"""STIX types, as ATT&CK uses them, and where their objects go in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackTable:
    """One version of ATT&CK: names by id, a sub-technique's name without its parent's."""

    version: str
    tactics: Mapping[str, str]
    techniques: Mapping[str, str]


@cache
def table() -> AttackTable:
    """The table that comes with Winnow, read once."""
    read = json.loads(PATH.read_text("utf-8"))
    return AttackTable(version=read["version"], tactics=read["tactics"], techniques=read["techniques"])


def from_stix(bundle: Mapping[str, Any]) -> AttackTable:
    """A bundle's tactics and techniques. Raises ValueError if there are none, or the bundle names no version."""
    names: dict[str, dict[str, str]] = {"tactics": {}, "techniques": {}}
    version = ""
    for each in bundle.get("objects", ()):
        if each.get("type") == "x-mitre-collection":
            version = each.get("x_mitre_version", "")
        if (kind := _KINDS.get(each.get("type", ""))) and not (each.get("revoked") or each.get("x_mitre_deprecated")):
            names[kind].update((id_, each["name"]) for id_ in _attack_ids(each))
    if not (version and all(names.values())):
        raise ValueError("not an ATT&CK bundle: it has no x-mitre-collection, no tactics or no techniques")
    return AttackTable(version=version, **names)


def refresh(bundle: Path, *, to: Path = PATH) -> None:
    """Write the table of a bundle's file. Raises as `from_stix`, before anything is written."""
    to.write_text(written(from_stix(json.loads(bundle.read_text("utf-8")))), "utf-8")


def written(of: AttackTable) -> str:
    """The table as JSON, ids in order, MITRE's notice first."""
    content = {
        "notice": NOTICE,
        "version": of.version,
        "tactics": dict(sorted(of.tactics.items())),
        "techniques": dict(sorted(of.techniques.items())),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _attack_ids(each: Mapping[str, Any]) -> Iterator[str]:
    for reference in each.get("external_references", ()):
        if reference.get("source_name") == "mitre-attack":
            yield reference["external_id"]


if __name__ == "__main__":
    refresh(Path(sys.argv[1]))
