"""A candidate's threshold beside a model in service that shows more attacks."""

from collections.abc import Sequence

from services.core.example import Example
from services.core.splits import SplitPolicy, split
from services.trainer.contenders import threshold_as_wary
from services.trainer.judging import Court
from tests.learning import learnable


def _told(examples: Sequence[Example], *, missed: int) -> list[tuple[float, float, float]]:
    """Attacks rank above the rest, but for every so manieth."""
    said = []
    for place, example in enumerate(examples):
        score = (0.3 if place % missed == 0 else 0.9) if example.is_attack else 0.1
        said.append((score, 1 - score, 0.0))
    return said


def test_a_candidate_shows_as_many_attacks_as_the_champion_does() -> None:
    """Where the champion shows all, down to the last attack; where it shows none, only the likeliest."""
    parts = split(learnable(300), policy=SplitPolicy(), seed=1)
    court = Court(parts, seed=1)

    def candidate(examples: Sequence[Example]) -> list[tuple[float, float, float]]:
        return _told(examples, missed=3)

    def champion(examples: Sequence[Example]) -> list[tuple[float, float, float]]:
        return [(0.5, 0.5, 0.0)] * len(examples)

    ours, theirs = court.tuning(candidate), court.tuning(champion)
    all_shown = threshold_as_wary(ours, theirs, at=0.4)
    none_shown = threshold_as_wary(ours, theirs, at=0.6)
    assert 0.1 < all_shown < 0.3
    assert 0.3 < none_shown < 0.9
