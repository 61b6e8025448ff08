"""Answers laid out for counting many times over, as a bootstrap does.

What is counted lies in columns with a place for each group, so that a resampling only weighs groups.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import itemgetter, mul

from services.core.bundle import LABELS
from services.core.calibration import BINS, bin_of
from services.core.judged import Judged
from services.core.ranking import Ranking, Tally
from services.core.thresholds import BETA, f_beta

SAVED_AT_99 = "saved_at_99"
SAVED_AT = {SAVED_AT_99: 0.99, "saved_at_999": 0.999}
"""Figures of alerts saved, and the recall each is taken at."""
MISS_COST = 50.0
"""What a missed attack costs, in false alarms, where nobody says otherwise."""


class Column:
    """Values summed by group; most groups have none, so only those that do are kept."""

    def __init__(self, groups: Iterable[int], values: Iterable[float]) -> None:
        sums: dict[int, float] = {}
        for group, value in zip(groups, values, strict=True):
            sums[group] = sums.get(group, 0.0) + value
        self.sums = sums
        self._pick = picker(list(sums))
        self._values = list(sums.values())

    def weighed(self, group_weights: Sequence[int]) -> float:
        """The sum with every group counted as often as its weight says."""
        total: float = sum(map(mul, self._pick(group_weights), self._values))
        return total


def picker(places: Sequence[int]) -> Callable[[Sequence[int]], Sequence[int]]:
    """What takes these places of a sequence; `itemgetter` does it fast, but knows no empty and no single choice."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: [values[place] for place in places]


class Counts:
    """For some of the rows, by group: attacks shown, alerts shown, attacks."""

    def __init__(self, groups: Sequence[int], rows: Sequence[tuple[bool, bool]], chosen: Sequence[bool]) -> None:
        """Count the `chosen` of `rows`, each (shown, attack)."""
        kept, of = list(compress(rows, chosen)), list(compress(groups, chosen))
        self.hits = _count(of, (shown and attack for shown, attack in kept))
        self.shown = _count(of, (shown for shown, _ in kept))
        self.attacks = _count(of, (attack for _, attack in kept))
        self._recalls = {group: hits / attacks for group, (hits, attacks) in self.recalls().items()}

    def totals(self) -> tuple[int, int, int]:
        """Attacks shown, alerts shown, attacks."""
        hits, shown, attacks = (sum(column.sums.values()) for column in (self.hits, self.shown, self.attacks))
        return round(hits), round(shown), round(attacks)

    def f_beta(self, group_weights: Sequence[int], *, beta: float = 1.0) -> float:
        """F-beta of what is shown."""
        hits, shown, attacks = (column.weighed(group_weights) for column in (self.hits, self.shown, self.attacks))
        return f_beta(hits, said=shown, true=attacks, beta=beta)

    def recall(self, group_weights: Sequence[int]) -> float:
        """Share of the attacks shown; 0 without an attack."""
        attacks = self.attacks.weighed(group_weights)
        return self.hits.weighed(group_weights) / attacks if attacks else 0.0

    def cost(self, group_weights: Sequence[int], *, miss_cost: float) -> float:
        """What misses and false alarms cost together, a false alarm being 1."""
        hits = self.hits.weighed(group_weights)
        missed, alarms = self.attacks.weighed(group_weights) - hits, self.shown.weighed(group_weights) - hits
        return miss_cost * missed + alarms

    def recalls(self) -> dict[int, tuple[int, int]]:
        """Attacks shown and attacks, of every group that holds an attack."""
        hits = self.hits.sums
        return {group: (round(hits.get(group, 0)), round(attacks)) for group, attacks in self.attacks.sums.items()}

    def group_recall(self, group_weights: Sequence[int]) -> float:
        """Recall averaged over groups that hold an attack; 0 without one."""
        total = sum(group_weights[group] for group in self._recalls)
        caught = sum(group_weights[group] * recall for group, recall in self._recalls.items())
        return caught / total if total else 0.0


def _count(groups: Sequence[int], flags: Iterable[bool]) -> Column:
    kept = list(compress(groups, flags))
    return Column(kept, [1.0] * len(kept))


class Ranked:
    """What figures on attacks need of a model's answers: their order, and what is shown from the threshold on."""

    def __init__(self, judged: Iterable[Judged], *, threshold: float) -> None:
        self.rows = sorted(judged, key=lambda row: (-row.score, row.group, row.label))
        self.names = sorted({row.group for row in self.rows})
        places = {name: place for place, name in enumerate(self.names)}
        self.groups = [places[row.group] for row in self.rows]
        self.ranking = Ranking([row.score for row in self.rows], [row.is_attack for row in self.rows])
        self._shown = [(row.score >= threshold, row.is_attack) for row in self.rows]
        self._weigh = picker(self.groups)
        self.all = self.counts([True] * len(self.rows))

    @property
    def ones(self) -> list[int]:
        """Every group counted once."""
        return [1] * len(self.names)

    def counts(self, chosen: Sequence[bool]) -> Counts:
        """What is shown and caught of the chosen rows."""
        return Counts(self.groups, self._shown, chosen)

    def figures(self, group_weights: Sequence[int]) -> dict[str, float]:
        """Average precision, F1, F2, recall and alerts saved, with every group counted as often as its weight says."""
        tally = self.tally(group_weights)
        return {
            "average_precision": tally.average_precision(),
            "f1": self.all.f_beta(group_weights),
            "f2": self.all.f_beta(group_weights, beta=BETA),
            "recall": self.all.recall(group_weights),
            SAVED_AT_99: tally.saved(SAVED_AT[SAVED_AT_99]),
        }

    def tally(self, group_weights: Sequence[int]) -> Tally:
        """The ranking with every group counted as often as its weight says."""
        return self.ranking.counted(self._weigh(group_weights))


class Sheet(Ranked):
    """A model's answers with all that its figures need."""

    def __init__(self, judged: Iterable[Judged], *, threshold: float, miss_cost: float = MISS_COST) -> None:
        super().__init__(judged, threshold=threshold)
        self._miss_cost = miss_cost
        self.seen = self.counts([row.seen for row in self.rows])
        self.unseen = self.counts([not row.seen for row in self.rows])
        self._sizes = Column(self.groups, [1.0] * len(self.rows))
        cells = [len(LABELS) * row.truth + row.said for row in self.rows]
        self._cells = self._columns(cells, len(LABELS) ** 2, [1.0] * len(cells))
        gaps = [row.score - row.is_attack for row in self.rows]
        self._gaps = self._columns([bin_of(row.score) for row in self.rows], BINS, gaps)

    def _columns(self, kinds: Sequence[int], size: int, values: Sequence[float]) -> list[Column]:
        """A column for each kind of row."""
        chosen = ([kind == wanted for kind in kinds] for wanted in range(size))
        return [Column(compress(self.groups, flags), compress(values, flags)) for flags in chosen]

    def statistics(self, group_weights: Sequence[int]) -> dict[str, float]:
        """The figures that are no proportions, with every group counted as often as its weight says."""
        tally, size = self.tally(group_weights), max(self._sizes.weighed(group_weights), 1.0)
        return {
            "f1": self.all.f_beta(group_weights),
            "f1_seen": self.seen.f_beta(group_weights),
            "f1_unseen": self.unseen.f_beta(group_weights),
            "roc_auc": tally.roc_auc(),
            "average_precision": tally.average_precision(),
            **{name: tally.saved(recall) for name, recall in SAVED_AT.items()},
            "macro_f1": macro_f1(self.confusion(group_weights)),
            "calibration_error": self.calibration_error(group_weights),
            "group_recall": self.all.group_recall(group_weights),
            "expected_cost": 1000 * self.all.cost(group_weights, miss_cost=self._miss_cost) / size,
        }

    def calibration_error(self, group_weights: Sequence[int]) -> float:
        """Mean gap between stated probability and share of attacks, over ten bins (Naeini et al., AAAI 2015)."""
        gaps = sum(abs(gap.weighed(group_weights)) for gap in self._gaps)
        return gaps / max(self._sizes.weighed(group_weights), 1.0)

    def confusion(self, group_weights: Sequence[int]) -> list[list[int]]:
        """Counts of truth (rows) against the likeliest verdict (columns)."""
        size = len(LABELS)
        counts = [round(cell.weighed(group_weights)) for cell in self._cells]
        return [counts[row * size : (row + 1) * size] for row in range(size)]


def macro_f1(confusion: Sequence[Sequence[int]]) -> float:
    """F1 averaged over the verdicts that occur, as truth or as answer."""
    scores = []
    for place, row in enumerate(confusion):
        true, said = sum(row), sum(other[place] for other in confusion)
        if true or said:
            scores.append(f_beta(row[place], said=said, true=true))
    return sum(scores) / max(len(scores), 1)
