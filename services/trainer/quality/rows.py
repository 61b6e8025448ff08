"""Labelled alerts with their rendered texts, each rendered once for all checks and steps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import intern
from typing import Self

from services.core.caps import lot
from services.core.dividing import in_order
from services.core.example import Example
from services.core.text import render_alert
from services.trainer.features import buckets

Bucket = tuple[str, int, tuple[str, ...]]
"""What a model sees of a row: its text, and the context beside it, by its version and in coarse steps."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Examples by (time, alert id), and the text of each, as the model reads it."""

    examples: tuple[Example, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Self:
        """Put examples in order and render them; any order gives the same rows."""
        ordered = tuple(in_order(examples))
        return cls(examples=ordered, texts=tuple(render_alert(one.alert) for one in ordered))

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

    def ids(self, places: Iterable[int]) -> list[str]:
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
    def buckets(self) -> tuple[Bucket, ...]:
        """Each row's text with its context in steps of a half, as the baseline sees it.

        Counts that fade are never equal to the last digit.
        """
        return tuple(
            (text, example.context.version, tuple(map(intern, buckets(example))))  # few words, on many thousand rows
            for example, text in zip(self.examples, self.texts, strict=True)
        )

    @cached_property
    def by_bucket(self) -> Mapping[Bucket, list[int]]:
        """The places of each distinct bucket."""
        found: dict[Bucket, list[int]] = defaultdict(list)
        for place, bucket in enumerate(self.buckets):
            found[bucket].append(place)
        return found

    @cached_property
    def unexplained(self) -> tuple[int, ...]:
        """Places whose bucket has mostly the opposite verdict: nothing that a model sees tells them apart."""
        return tuple(self.against_most(self.by_bucket.values()))

    def against_most(self, groups: Iterable[Sequence[int]]) -> list[int]:
        """Of each group the places of those that are an attack where most are not, or the reverse.

        In a tie the harmless ones: what is costlier to overlook is taken for right. Contested alerts have a finding of
        their own and count for neither.
        """
        found = []
        for places in groups:
            settled = [place for place in places if not self.examples[place].contested]
            counts = Counter(self.examples[place].is_attack for place in settled)
            if len(counts) > 1:
                most = counts[True] >= counts[False]
                found += [place for place in settled if self.examples[place].is_attack is not most]
        return sorted(found)
