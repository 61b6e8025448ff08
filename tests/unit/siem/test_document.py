"""Documents: whatever way a vendor writes a path, what is there is found, in an order that can be relied on."""

import json
from typing import Any

import pytest

from services.siem.document import MANY, Document
from services.siem.evidence import evidence_of
from services.siem.parsing import parsed


@pytest.mark.parametrize(
    "fields",
    [
        {"rule": {"mitre": {"id": "T1110"}}},
        {"rule.mitre.id": "T1110"},
        {"rule.mitre": {"id": "T1110"}},
        {"rule": {"mitre.id": "T1110"}},
        {"rule": [{"mitre": [{"id": ["T1110"]}]}]},
        {"rule": [[{"mitre.id": [["T1110"]]}]]},
    ],
)
def test_a_path_is_found_however_it_is_nested(fields: dict[str, Any]) -> None:
    """Nested, dotted, mixed, and with lists on the way, which are opened."""
    document = Document(fields)
    assert document.text("rule.mitre.id") == "T1110"
    assert document.has("rule.mitre.id=T1110")
    assert not document.has("rule.mitre.name")


@pytest.mark.parametrize(
    "fields",
    [
        {"a.b.c": "third", "a.b": {"c": "second"}, "a": {"b": {"c": "first"}}},
        {"a": {"b": {"c": "first"}}, "a.b": {"c": "second"}, "a.b.c": "third"},
        {"a": {"b.c": "second", "b": {"c": "first"}}, "a.b.c": "third"},
    ],
)
def test_where_several_keys_lead_to_a_path_the_shorter_comes_first(fields: dict[str, Any]) -> None:
    """The order of the document's keys, which JSON does not have, changes nothing."""
    assert Document(fields).texts("a.b.c") == ["first", "second", "third"]


@pytest.mark.parametrize("nothing", [None, "", [], [None, ""], [[]]])
def test_what_says_nothing_is_absent(nothing: object) -> None:
    """Nulls, empty texts and empty lists are as if they were not there; an empty object is there."""
    document = Document({"a": nothing, "b": {"c": nothing}})
    assert not document.has("a")
    assert not document.has("b.c")
    assert document.has("b")
    assert document.text("a", "b.c") == ""


def test_only_the_first_items_of_a_list_are_looked_up() -> None:
    """On every level, so that a list of lists has no more."""
    document = Document({"plain": list(range(MANY + 1)), "objects": [{"id": number} for number in range(MANY + 1)]})
    assert document.texts("plain") == document.texts("objects.id") == [str(number) for number in range(MANY)]


def test_a_part_is_a_document_of_its_own() -> None:
    """The first object at the path; an empty one where there is none."""
    document = Document({"data": ["text", {"alert": {"id": 7}}, {"alert": {"id": 8}}]})
    assert document.part("data").text("alert.id") == "7"
    assert document.part("missing") == Document({})


def test_evidence_is_the_same_for_a_list_longer_than_is_looked_up() -> None:
    """What is behind the list's first items is no other field's loss: it still shows as evidence."""
    items = [{f"name{number}": number} for number in range(MANY + 1)]
    evidence = evidence_of(Document({"items": items}), used=(), noise=(), leading=(f"items.name{MANY}",))
    assert next(iter(evidence.items())) == (f"items.name{MANY}", str(MANY))
    assert len(evidence) == 32


def test_long_keys_in_deep_nesting_do_not_multiply() -> None:
    """A megabyte of keys would make gigabytes of paths; what stands beside them is found as ever."""
    nested: object = {f"leaf{number}": number for number in range(2_000)}
    for _ in range(40):
        nested = {"k" * 10_000: nested}
    document = Document({"title": "t", "z": nested})
    assert document.text("title") == "t"
    assert sum(map(len, document.values)) < 100_000
    assert evidence_of(document, used=(), noise=(), leading=()) == {"title": "t"}


@pytest.mark.parametrize("escaped", [True, False])
def test_all_texts_and_keys_are_cleaned(escaped: bool) -> None:
    """On every level; a key that becomes another's double keeps the place of the first and the value of the last."""
    given = {"a": "x\x00\ny", "k\x7fey": [["\u2028"], {"in\tner": "\x85"}], "key": 1}
    content = parsed(json.dumps(given, ensure_ascii=escaped).encode())
    assert content == {"a": "x y", "key": 1}
    del given["key"]
    content = parsed(json.dumps(given, ensure_ascii=escaped).encode())
    assert content == {"a": "x y", "key": [[" "], {"in ner": " "}]}


@pytest.mark.parametrize(
    "fields",
    [
        {"case": {"alerts": [1, {"id": 2}, "x"]}},
        {"case.alerts": [1, {"id": 2}, "x"]},
        {"case": None, "case.alerts": [1, {"id": 2}, "x"]},
    ],
)
def test_a_list_is_found_however_the_path_is_written(fields: dict[str, object]) -> None:
    """Nested, dotted, or beside an empty parent."""
    document = Document(fields)
    assert document.items("nowhere", "case.alerts") == [1, {"id": 2}, "x"]
    assert document.parts("case.alerts") == [Document({"id": 2})]


def test_all_of_a_list_is_read() -> None:
    """Also what lies beyond the items that other readers look at."""
    numbers = list(range(MANY * 3))
    assert Document({"alerts": numbers}).items("alerts") == numbers


@pytest.mark.parametrize("value", [None, "text", 5, {"alerts": 1}, {}])
def test_what_is_no_list_has_no_items(value: object) -> None:
    """Nor is there an error."""
    assert Document({"alerts": value}).items("alerts", "alerts.alerts") == []
