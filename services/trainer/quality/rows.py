"""Labelled alerts with their rendered texts, each rendered once for all checks and steps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from services.core.caps import lot
from services.core.example import Example
from services.core.text import render_alert
from services.trainer.features import buckets

Bucket = tuple[str, tuple[str, ...]]
"""A text, and the context beside it in coarse steps."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Examples by (time, alert id), and the text of each, as the model reads it."""

    examples: tuple[Example, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Self:
        """Put examples in order and render them; any order gives the same rows."""
        ordered = sorted(examples, key=lambda one: (one.alert.observed_at, one.alert.alert_id, one.decided_at))
        return cls(examples=tuple(ordered), texts=tuple(render_alert(one.alert) for one in ordered))

    def __len__(self) -> int:
        return len(self.examples)

    def at(self, places: Sequence[int]) -> "Rows":
        """Some of the rows."""
        return Rows(
            examples=tuple(self.examples[place] for place in places), texts=tuple(self.texts[place] for place in places)
        )

    def latest(self, limit: int) -> "Rows":
        """The last `limit` rows in time."""
        return self if len(self) <= limit else self.at(range(len(self) - limit, len(self)))

    def sample(self, limit: int, *, texts: int, seed: int) -> "Rows":
        """All rows, or of more than `limit` rows or `texts` distinct texts those the lot falls on.

        The lot falls on texts, and then on the rows that have them, by seed and name alone.
        """
        if len(self) <= limit and len(self.by_text) <= texts:
            return self
        chosen = set(sorted(self.by_text, key=lambda text: lot(text, seed=seed))[:texts])
        places = [place for place, text in enumerate(self.texts) if text in chosen]
        places.sort(key=lambda place: lot(self.examples[place].alert.alert_id, seed=seed))
        return self.at(sorted(places[:limit]))

    def ids(self, places: Sequence[int]) -> list[str]:
        """The alert ids at these places."""
        return [self.examples[place].alert.alert_id for place in places]

    @cached_property
    def by_text(self) -> Mapping[str, list[int]]:
        """The places of each distinct text."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(self.texts):
            found[text].append(place)
        return found

    @cached_property
    def by_bucket(self) -> Mapping[Bucket, list[int]]:
        """The places of each distinct text with the context beside it in steps of a half, as the baseline sees it."""
        found: dict[Bucket, list[int]] = defaultdict(list)
        for place, (example, text) in enumerate(zip(self.examples, self.texts, strict=True)):
            found[text, tuple(buckets(example))].append(place)
        return found
