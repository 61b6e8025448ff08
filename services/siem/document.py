"""Document: one vendor object, read by dotted paths whatever way the vendor writes them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from services.siem.gathering import MANY, MOST_PATHS, CrowdedError, Gathered, Values, gathered

__all__ = ["MANY", "CrowdedError", "Document", "Values", "number_of", "text_of", "time_of"]

_EPOCH = re.compile(r"[0-9]{9,16}(\.[0-9]*)?")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]*)?")
_MILLISECONDS_FROM = 1e11  # as seconds that is the year 5138
_LARGE = 2_000
"""More fields and items than an everyday alert has, which has a few hundred."""


@dataclass(frozen=True)
class Document:
    """A clean JSON object (see `parsing`).

    A path such as `rule.mitre.id` finds `{"rule": {"mitre": {"id": …}}}`, `{"rule.mitre.id": …}` and every mix of
    them, and looks into lists on its way: in Elasticsearch a field and a list of it are the same. Values that say
    nothing (null, an empty string) count as absent.
    """

    fields: dict[str, object]

    @cached_property
    def values(self) -> Values:
        """Whatever is at each path: scalars and objects, lists opened, nulls and empty strings left out.

        Raises:
            CrowdedError: there are too many paths; so does whatever asks for a path.
        """
        if self.is_crowded:
            raise CrowdedError(f"more than {MOST_PATHS} fields")
        return self._gathered.values

    @property
    def size(self) -> int:
        """How many fields and items there are, as far as they were looked at."""
        return self._gathered.size

    @property
    def is_crowded(self) -> bool:
        """Whether there are too many paths, so that it cannot be read."""
        return self._gathered.is_crowded

    @property
    def is_large(self) -> bool:
        """Whether this is no everyday alert; `values` may then lack what is far back in a list or behind long keys."""
        return not self._gathered.is_whole or self._gathered.size > _LARGE

    @cached_property
    def _gathered(self) -> Gathered:
        """Gathered once, for an alert is asked for a hundred paths and more."""
        return gathered(self.fields)

    def has(self, mark: str) -> bool:
        """Whether the document has a mark: `path`, or `path=value`. A path may lead to an object."""
        path, equals, value = mark.partition("=")
        return value in self.texts(path) if equals else path in self.values

    def text(self, *paths: str) -> str:
        """The first text at any of the paths, or ''."""
        for path in paths:
            for value in self.values.get(path, ()):
                if text := text_of(value):
                    return text
        return ""

    def texts(self, *paths: str) -> list[str]:
        """All different texts at the paths, in order."""
        found = [text for path in paths for value in self.values.get(path, ()) if (text := text_of(value))]
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def number(self, *paths: str) -> int | None:
        """The first whole number at any of the paths; vendors write numbers as text too (`"443"`, `"3.000000"`)."""
        numbers = map(number_of, self.texts(*paths))
        return next((number for number in numbers if number is not None), None)

    def time(self, *paths: str) -> datetime | None:
        """The first readable time at any of the paths (UTC): ISO 8601, or seconds or milliseconds since 1970."""
        return next((time for text in self.texts(*paths) if (time := time_of(text))), None)

    def part(self, path: str) -> "Document":
        """The first object at the path as a document of its own; an empty one if there is none."""
        parts = (node for node in self.values.get(path, ()) if isinstance(node, dict))
        return Document(next(parts, {}))

    def items(self, *paths: str) -> list[object]:
        """Every item of the lists at the paths: all of them, unlike the other readers."""
        lists = (_node(self.fields, path) for path in paths)
        return [item for each in lists if isinstance(each, list) for item in each]

    def parts(self, *paths: str) -> list["Document"]:
        """Every object in the lists at the paths as a document of its own."""
        return [Document(item) for item in self.items(*paths) if isinstance(item, dict)]


def text_of(value: object) -> str:
    """A scalar as text, anything else as ''.

    A whole number that came as a float loses its fraction: `4.2e14` is an id like any other.
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else ""


def number_of(text: str) -> int | None:
    """A whole number as vendors write it; None if it is none."""
    if len(text) <= 15 and text.isascii() and text.isdecimal():
        return int(text)  # nearly all are
    return int(float(text)) if _NUMBER.fullmatch(text) else None


def time_of(text: str) -> datetime | None:
    """A time as vendors write it, in UTC, which is also assumed where no zone is given; None if it cannot be read."""
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, UTC)
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _node(node: object, path: str) -> object:
    """What is at the path, lists unopened; None if there is nothing."""
    if not path or not isinstance(node, dict):
        return None if path else node
    keys = (key for key in node if key == path or path.startswith(f"{key}."))
    found = (_node(node[key], path[len(key) + 1 :]) for key in sorted(keys))
    return next((each for each in found if each is not None), None)
