"""Each kind of breaking change is seen, and nothing else is called one."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas.compatibility import breaking_changes, unreadable_before

Schema = dict[str, Any]
Change = Callable[[Schema], object]

RELEASED: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 64},
        "port": {"type": "integer", "minimum": 0, "maximum": 65535, "default": 0},
        "share": {"type": "number", "minimum": 0.0, "maximum": 1.0, "default": 0.0},
        "ids": {"type": "array", "maxItems": 16, "items": {"type": "string", "pattern": "^T[0-9]+$"}, "default": []},
        "extra": {
            "type": "object",
            "maxProperties": 8,
            "propertyNames": {"maxLength": 32},
            "additionalProperties": {"type": "string", "maxLength": 10},
            "default": {},
        },
        "level": {"$ref": "#/$defs/Level"},
        "host": {"$ref": "#/$defs/Host"},
        "model": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}], "default": None},
        "seen": {"type": "string", "format": "date-time"},
        "version": {"type": "integer", "const": 1, "default": 1},
    },
    "required": ["id", "level", "host", "seen"],
    "$defs": {
        "Level": {"type": "string", "enum": ["low", "high"]},
        "Host": {
            "type": "object",
            "properties": {"name": {"type": "string", "maxLength": 10}, "ip": {"type": "string"}},
            "required": ["name"],
        },
    },
}


def set_in(*path: str, to: object) -> Change:
    """Set a value at a path."""

    def change(schema: Schema) -> None:
        for step in path[:-1]:
            schema = schema[step]
        schema[path[-1]] = to

    return change


def cut(*path: str) -> Change:
    """Remove what is at a path."""

    def change(schema: Schema) -> None:
        for step in path[:-1]:
            schema = schema[step]
        del schema[path[-1]]

    return change


def after(change: Change) -> list[str]:
    """What breaks after a change."""
    current = copy.deepcopy(RELEASED)
    change(current)
    return breaking_changes(RELEASED, current)


P = "properties"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        pytest.param(cut(P, "seen"), "$.seen: removed", id="a required field is removed"),
        pytest.param(cut(P, "port"), "$.port: removed", id="an optional field is removed"),
        pytest.param(set_in("required", to=["id", "level", "host"]), "$.seen", id="a required field becomes optional"),
        pytest.param(set_in("$defs", "Host", "required", to=[]), "$.host.name", id="the same within a reference"),
        pytest.param(cut("required"), "$.id", id="nothing is required any more"),
        pytest.param(set_in(P, "id", "type", to="integer"), "$.id: may now be integer", id="a type changes"),
        pytest.param(set_in(P, "port", "type", to="number"), "$.port", id="an integer becomes any number"),
        pytest.param(set_in(P, "port", to={}), "$.port: may now be anything", id="a type is dropped"),
        pytest.param(set_in(P, "host", to={"type": "string"}), "$.host", id="an object becomes a string"),
        pytest.param(
            set_in(P, "seen", to={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}),
            "$.seen: may now be null",
            id="null becomes possible",
        ),
        pytest.param(set_in(P, "id", "maxLength", to=65), "$.id: maxLength", id="a string may be longer"),
        pytest.param(cut(P, "id", "maxLength"), "$.id: maxLength", id="a string may be endless"),
        pytest.param(set_in(P, "id", "minLength", to=0), "$.id: minLength", id="a string may be empty"),
        pytest.param(set_in(P, "port", "maximum", to=70000), "$.port: maximum", id="a number may be larger"),
        pytest.param(set_in(P, "port", "minimum", to=-1), "$.port: minimum", id="a number may be smaller"),
        pytest.param(cut(P, "share", "minimum"), "$.share: minimum", id="a lower bound is dropped"),
        pytest.param(set_in(P, "ids", "maxItems", to=17), "$.ids: maxItems", id="a list may be longer"),
        pytest.param(cut(P, "ids", "items"), "$.ids.items", id="a list may hold anything"),
        pytest.param(set_in(P, "ids", "items", "pattern", to="^.*$"), "$.ids.items: pattern", id="a pattern changes"),
        pytest.param(cut(P, "ids", "items", "pattern"), "$.ids.items: pattern", id="a pattern is dropped"),
        pytest.param(set_in(P, "extra", "maxProperties", to=9), "$.extra", id="a mapping may be larger"),
        pytest.param(cut(P, "extra", "propertyNames"), "$.extra.propertyNames", id="keys may be longer"),
        pytest.param(
            set_in(P, "extra", "additionalProperties", "maxLength", to=11),
            "$.extra.additionalProperties",
            id="values may be longer",
        ),
        pytest.param(
            set_in(P, "model", "anyOf", to=[{"type": "string", "maxLength": 10}]),
            "$.model: maxLength",
            id="the other way of a field that may be null is widened",
        ),
        pytest.param(set_in("$defs", "Host", P, "name", "maxLength", to=11), "$.host.name", id="widened by reference"),
        pytest.param(set_in(P, "seen", "format", to="date"), "$.seen: format", id="a format changes"),
        pytest.param(set_in(P, "version", "const", to=2), "$.version: const", id="the version changes"),
        pytest.param(set_in("$defs", "Level", "type", to="integer"), "$.level", id="a list of names becomes numbers"),
    ],
)
def test_a_breaking_change_is_seen_where_it_is(change: Change, where: str) -> None:
    """One finding, and it says where."""
    found = after(change)
    assert found
    assert all(finding.startswith("$.") for finding in found)
    assert found[0].startswith(where)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(copy.deepcopy, id="nothing"),
        pytest.param(set_in(P, "added", to={"type": "object", "default": {}}), id="a new optional field"),
        pytest.param(
            lambda schema: (set_in(P, "added", to={})(schema), schema["required"].append("added")),
            id="a new required field, for old readers",
        ),
        pytest.param(set_in("$defs", "Level", "enum", to=["low", "high", "critical"]), id="a new name in a list"),
        pytest.param(set_in("$defs", "Level", "enum", to=["low"]), id="a name no longer written"),
        pytest.param(set_in(P, "id", "maxLength", to=10), id="a narrower bound"),
        pytest.param(set_in(P, "share", "type", to="integer"), id="a number becomes an integer"),
        pytest.param(set_in(P, "model", to={"type": "string", "maxLength": 9}), id="null no longer written"),
        pytest.param(set_in("required", to=["id", "level", "host", "seen", "port"]), id="always there from now on"),
        pytest.param(set_in("description", to="said better"), id="another description"),
        pytest.param(set_in(P, "host", to=RELEASED["$defs"]["Host"]), id="a reference written out"),
    ],
)
def test_a_harmless_change_is_not_called_breaking(change: Change) -> None:
    """Readers ignore what they do not know, and narrower is still within what they read."""
    assert after(change) == []


def test_new_readers_do_without_what_was_added_unless_it_is_required() -> None:
    """A field required from now on is absent from what was written before; an optional one may be."""
    current = copy.deepcopy(RELEASED)
    current["properties"]["added"] = {"type": "string"}
    assert breaking_changes(RELEASED, current) == []
    assert unreadable_before(RELEASED, current) == []
    current["required"].append("added")
    assert breaking_changes(RELEASED, current) == []
    assert unreadable_before(RELEASED, current) == ["$.added: removed"]
