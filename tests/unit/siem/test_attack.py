"""ATT&CK ids out of what vendors write."""

import pytest

from services.siem.attack import TACTICS, tactic_ids, technique_ids


@pytest.mark.parametrize("name", TACTICS)
def test_a_tactic_is_known_in_every_spelling(name: str) -> None:
    """In words, in words run together, with hyphens and underscores, and by its id."""
    camel = "".join(word.capitalize() for word in name.split())
    spellings = (name, name.title(), camel, name.replace(" ", "-"), name.upper().replace(" ", "_"), TACTICS[name])
    assert tactic_ids(spellings) == [TACTICS[name]]


@pytest.mark.parametrize("text", ["", "Malware", "PreAttack", "TA00011", "access"])
def test_what_names_no_tactic_is_none(text: str) -> None:
    """Categories of vendors among them."""
    assert tactic_ids([text]) == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("T1059.001", ["T1059.001"]),
        ("t1059 - Scripting", ["T1059"]),
        ("PowerShell (T1059.001)", ["T1059.001"]),
        ("attack.t1110", ["T1110"]),
        ("T1110 T1078 T1110", ["T1110", "T1078"]),
        ('["T1110","AML.T0051"]', ["T1110", "AML.T0051"]),
        ("T10591", []),
        ("PART1059", []),
        ("T105", []),
    ],
)
def test_techniques_are_found_within_a_text(text: str, ids: list[str]) -> None:
    """In any spelling, each once; longer words and numbers are none."""
    assert technique_ids([text]) == ids
