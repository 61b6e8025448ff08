"""Drafts: a contract's fields by dotted name while they are gathered, and nested when the contract takes them."""

from collections.abc import Mapping
from functools import lru_cache

from schemas import Entities
from services.siem.document import Document
from services.siem.shape import Paths

Draft = dict[str, object]
TEXT_FIELDS = (
    "title",
    "description",
    "instance",
    "tenant",
    "rule.id",
    "rule.name",
    "attack.actor",
    "severity_original",
)
ENTITY_FIELDS = tuple(f"entities.{part}.{name}" for part, of in Entities() for name in type(of).model_fields)
"""The fields of AlertV1 that text from anywhere can fill."""


def moved(document: Document, fields: Mapping[str, Paths]) -> tuple[Draft, set[str]]:
    """What merely moves: the draft, and the vendor's paths that were used for it."""
    draft: Draft = {}
    used: set[str] = set()
    values = document.values
    for name, paths in fields.items():
        for path in paths:
            if path in values and (text := document.text(path)):
                draft[name] = text
                used.add(path)
                break
    return draft, used


def nested(draft: Draft) -> Draft:
    """`{"entities.host.name": …}` as `{"entities": {"host": {"name": …}}}`; a null means that nothing was found."""
    whole: Draft = {}
    for name, value in draft.items():
        parents, last = _split(name)
        place = whole
        for parent in parents:
            inner = place.setdefault(parent, {})
            place = inner if isinstance(inner, dict) else {}
        if value is not None:
            place[last] = value
    return whole


@lru_cache(maxsize=1024)
def _split(name: str) -> tuple[tuple[str, ...], str]:
    *parents, last = name.split(".")
    return tuple(parents), last
