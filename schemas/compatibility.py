"""Whether a reader of one version of a contract can read what a writer of another version writes.

Readers ignore fields they do not know, and read a name they do not know in a list of names as its last member. So
adding either is harmless; taking away, loosening a bound or changing a type is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_MOST = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_LEAST = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_SAME = ("const", "pattern", "format")
_WITHIN = ("items", "additionalProperties", "propertyNames")
_READ_BY = {"integer": ("integer", "number")}
"""Types whose values a reader of another type reads as well."""


def breaking_changes(released: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """What readers of `released` could not read in messages of `current`, each with where it is; empty if nothing.

    Both are JSON Schemas as pydantic writes them (`$defs`, `anyOf` for what may be null).
    """
    return list(_Comparison(released=released, current=current).changes(released, current, "$"))


def unreadable_before(released: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """What readers of `current` could not read in messages of `released`, which lack the fields added since."""
    return list(_Comparison(released=current, current=released, may_lack=True).changes(current, released, "$"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """Two whole schemas, in which references are looked up; `may_lack` is for messages older than their reader."""

    released: Schema
    current: Schema
    may_lack: bool = False

    def changes(self, released: Schema, current: Schema, where: str) -> Iterator[str]:
        """Each way the current schema allows, against the released ways of the same type."""
        before = _alternatives(released, self.released)
        for after in _alternatives(current, self.current):
            readable = [
                one for one in before if _type(one) in (None, *_READ_BY.get(_type(after) or "", (_type(after),)))
            ]
            if not readable:
                yield f"{where}: may now be {_type(after) or 'anything'}"
                continue
            yield from min((list(self._of_one_type(one, after, where)) for one in readable), key=len)

    def _of_one_type(self, released: Schema, current: Schema, where: str) -> Iterator[str]:
        yield from _bounds(released, current, where)
        yield from self._fields(released, current, where)
        for name in _WITHIN:
            if isinstance(released.get(name), Mapping):
                inner = current.get(name)
                yield from self.changes(released[name], inner if isinstance(inner, Mapping) else {}, f"{where}.{name}")

    def _fields(self, released: Schema, current: Schema, where: str) -> Iterator[str]:
        required, always = released.get("required", ()), current.get("required", ())
        for name, before in released.get("properties", {}).items():
            after = current.get("properties", {}).get(name)
            if after is None:
                if name in required or not self.may_lack:
                    yield f"{where}.{name}: removed"
                continue
            if name in required and name not in always:
                yield f"{where}.{name}: no longer always there"
            yield from self.changes(before, after, f"{where}.{name}")


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """The schemas any of which a value may follow, references looked up; an enum of several types stays one."""
    if "$ref" in schema:
        return _alternatives(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        return [one for each in schema["anyOf"] for one in _alternatives(each, root)]
    return [schema]


def _type(schema: Schema) -> str | None:
    found = schema.get("type")
    return found if isinstance(found, str) else None


def _bounds(released: Schema, current: Schema, where: str) -> Iterator[str]:
    for name in _MOST:
        if name in released and (name not in current or current[name] > released[name]):
            yield f"{where}: {name} was {released[name]}, is {current.get(name, 'gone')}"
    for name in _LEAST:
        if name in released and (name not in current or current[name] < released[name]):
            yield f"{where}: {name} was {released[name]}, is {current.get(name, 'gone')}"
    for name in _SAME:
        if name in released and current.get(name) != released[name]:
            yield f"{where}: {name} was {released[name]}, is {current.get(name, 'gone')}"
