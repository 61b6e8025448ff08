"""MITRE ATT&CK ids out of ids and names, and the table of names out of MITRE's STIX bundle."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.siem import attack_table
from services.siem.attack import tactic_ids, technique_ids
from services.siem.attack_table import NOTICE, AttackTable, from_stix, refresh, table, written


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("TA0011", ["TA0011"]),
        ("ta0011 - Command and Control", ["TA0011"]),
        ("Command and Control", ["TA0011"]),
        ("command-and-control", ["TA0011"]),
        ("Command_And  Control", ["TA0011"]),
        ("CommandAndControl", ["TA0011"]),
        ("CSTA0006", []),
        ("Malware", []),
        ("", []),
    ],
)
def test_a_tactic_is_known_by_id_and_by_name(text: str, ids: list[str]) -> None:
    """In any spelling; a vendor's own category is not one."""
    assert tactic_ids([text]) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("T1059.001", ["T1059.001"]),
        ("PowerShell (t1059.001), T1003", ["T1059.001", "T1003"]),
        ("AML.T0051", ["AML.T0051"]),
        ("PowerShell", ["T1059.001"]),
        ("os credential dumping", ["T1003"]),
        ("Command and Scripting Interpreter: PowerShell", ["T1059.001"]),
        ("Account Discovery: Domain Account", ["T1087.002"]),
        ("Domain Account", []),
        ("CST0002", []),
        ("Something else", []),
    ],
)
def test_a_technique_is_known_by_id_and_by_name(text: str, ids: list[str]) -> None:
    """A name that two sub-techniques share is no guess, with their parent's in front it is none."""
    assert technique_ids([text]) == ids


def test_each_id_comes_once_in_the_order_named() -> None:
    """Vendors often write both id and name."""
    assert technique_ids(["T1204", "User Execution", "T1003"]) == ["T1204", "T1003"]


def test_the_table_is_whole_and_bears_mitres_notice() -> None:
    """Fourteen tactics, every technique with an id of its kind, and MITRE's words of permission."""
    shipped = json.loads(attack_table.PATH.read_text("utf-8"))
    assert shipped["notice"] == NOTICE
    assert len(table().tactics) == 14
    assert len(table().techniques) > 600
    assert all(technique_ids([id_]) == [id_] for id_ in table().techniques)
    assert attack_table.PATH.read_text("utf-8") == written(table())


STIX: dict[str, Any] = {
    "type": "bundle",
    "objects": [
        {"type": "x-mitre-collection", "x_mitre_version": "99.1"},
        {
            "type": "x-mitre-tactic",
            "name": "Execution",
            "x_mitre_shortname": "execution",
            "external_references": [{"source_name": "mitre-attack", "external_id": "TA0002"}],
        },
        {
            "type": "attack-pattern",
            "name": "PowerShell",
            "x_mitre_is_subtechnique": True,
            "external_references": [
                {"source_name": "mitre-attack", "external_id": "T1059.001"},
                {"source_name": "a paper", "url": "https://paper.example.org"},
            ],
        },
        {
            "type": "attack-pattern",
            "name": "Old",
            "revoked": True,
            "external_references": [{"source_name": "mitre-attack", "external_id": "T1086"}],
        },
        {
            "type": "attack-pattern",
            "name": "Older",
            "x_mitre_deprecated": True,
            "external_references": [{"source_name": "mitre-attack", "external_id": "T1043"}],
        },
        {"type": "relationship"},
    ],
}


def test_a_stix_bundle_gives_the_table() -> None:
    """Only what is in force, by MITRE's ids."""
    read = from_stix(STIX)
    assert read == AttackTable(version="99.1", tactics={"TA0002": "Execution"}, techniques={"T1059.001": "PowerShell"})
    assert json.loads(written(read))["version"] == "99.1"


def test_a_bundles_file_is_written_as_the_table(tmp_path: Path) -> None:
    """As Winnow reads it; a file that is no bundle changes nothing."""
    bundle, target = tmp_path / "enterprise-attack.json", tmp_path / "table.json"
    bundle.write_text(json.dumps(STIX), "utf-8")
    refresh(bundle, to=target)
    assert target.read_text("utf-8") == written(from_stix(STIX))
    bundle.write_text("{}", "utf-8")
    with pytest.raises(ValueError, match="not an ATT&CK bundle"):
        refresh(bundle, to=target)
    assert target.read_text("utf-8") == written(from_stix(STIX))


@pytest.mark.parametrize("missing", ["x-mitre-collection", "x-mitre-tactic", "attack-pattern"])
def test_what_is_no_attack_bundle_is_refused(missing: str) -> None:
    """A table without tactics would silently lose them in every alert."""
    objects = [each for each in STIX["objects"] if each["type"] != missing]
    with pytest.raises(ValueError, match="not an ATT&CK bundle"):
        from_stix({"objects": objects})


def test_the_table_is_not_read_before_it_is_needed() -> None:
    """Importing all formats reads no file."""
    code = "import services.siem.reading, services.siem.attack_table as a; print(a.table.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "0\n"
