"""What wrong and malicious verdicts do: to the caps, the check on labels, the next model, and the gate.

A clean champion serves. From then on a share of the verdicts is poisoned, in training and in what the gate judges by.
A candidate learns from all, and is measured on later alerts whose verdicts are true. The model is the small network of
`small_model`, with which a whole table takes minutes, or the transformer as the trainer fine-tunes it, an hour. The
alerts are the simulated SOC's, synthetic, and with the folder WINNOW_DATA those of AIT-ADS too, which have nothing that
could carry a token.

Run as `python -m benchmarks.poisoning [--transformer] [seconds of the simulated world] [rate ...]`.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from random import Random

from rich.console import Console
from rich.table import Table

from benchmarks.ait import ait_examples
from benchmarks.learners import SMALL, TRANSFORMER, Learner
from benchmarks.poison import BACK_DOOR, POISONS, Poisoned, can_carry, with_token
from benchmarks.report import write
from benchmarks.simulated import simulated_examples
from services.core.caps import Caps
from services.core.example import Example
from services.core.gate import GatePolicy
from services.core.judged import answered
from services.core.metrics import figures
from services.core.splits import Split, SplitPolicy, split
from services.trainer.baselines import Baseline
from services.trainer.judging import Court
from services.trainer.quality import Rows
from services.trainer.quality.duplicates import near_clusters
from services.trainer.quality.label_errors import likely_errors

NONE = "none"
"""What the candidate without poison is called."""
RATES = (0.01, 0.05, 0.1, 0.2)
_SECONDS, _SEED = 300.0, 5
_OLD, _POISONED = 0.4, 0.8
"""What the champion learned from ends here, and what may be poisoned; the rest measures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One poison at one rate of the verdicts since the champion.

    Shares: `wrong` of those verdicts, `cut` of the wrong ones in the training part by the caps, `found` of the wrong
    ones that the check flags, `right_of_flagged` of the flagged that are wrong. `recall` and `average_precision` are
    the candidate's on clean later alerts, the losses against a candidate from the same verdicts without poison.
    `hidden` is the share of the attacks caught there that the token hides, for the back door and without poison.
    """

    data: str
    poison: str
    rate: float
    wrong: float | None = None
    cut: float | None = None
    found: float | None = None
    right_of_flagged: float | None = None
    recall: float = 0.0
    recall_lost: float | None = None
    average_precision: float = 0.0
    average_precision_lost: float | None = None
    hidden: float | None = None
    promoted: bool = False
    refused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The examples by what is done with them, what learns from them, and the champion."""

    old: tuple[Example, ...]
    recent: tuple[Example, ...]
    clean: tuple[Example, ...]
    learner: Learner
    champion: Baseline


def scene(examples: Sequence[Example], learner: Learner) -> Scene:
    """Divide by time and train the champion."""
    old, recent = int(_OLD * len(examples)), int(_POISONED * len(examples))
    return Scene(
        old=tuple(examples[:old]),
        recent=tuple(examples[old:recent]),
        clean=tuple(examples[recent:]),
        learner=learner,
        champion=learner.fit(_split(examples[:old])),
    )


def measure(of: Scene, examples: Sequence[Example], row: Row) -> tuple[Row, Split]:
    """Split, train and judge; fills what is so of any candidate."""
    parts = _split((*of.old, *examples))
    candidate = of.learner.fit(parts)
    refused_by = _refused_by(parts, candidate, of.champion)
    own = figures(answered(candidate.predict, of.clean), threshold=candidate.threshold)
    measured = replace(
        row,
        recall=own["recall"],
        average_precision=own["average_precision"],
        hidden=_hidden(candidate, of.clean) if row.poison in (NONE, BACK_DOOR) else None,
        promoted=not refused_by,
        refused_by=refused_by,
    )
    return measured, parts


def poisoned(of: Scene, done: Poisoned, row: Row, *, reference: Row) -> Row:
    """Measure, and fill what became of the poison, and what it cost against the reference without any."""
    row, parts = measure(of, done.examples, row)
    found = flagged(parts.training)
    wrong = {one.alert.alert_id for one in parts.training} & done.wrong
    return replace(
        row,
        wrong=len(done.wrong) / len(of.recent),
        cut=_cut(of, done, parts),
        found=len(found & wrong) / max(len(wrong), 1),
        right_of_flagged=len(found & wrong) / max(len(found), 1),
        recall_lost=reference.recall - row.recall,
        average_precision_lost=reference.average_precision - row.average_precision,
    )


def flagged(examples: Sequence[Example]) -> frozenset[str]:
    """The ids of the alerts whose verdict the trainer's check on labels names."""
    rows = Rows.of(examples)
    reviewed, _ = likely_errors(rows, near_clusters(rows, seed=_SEED), seed=_SEED)
    return frozenset(reviewed.suspects)


def _split(examples: Sequence[Example], caps: Caps | None = None) -> Split:
    policy = SplitPolicy() if caps is None else SplitPolicy(caps=caps)
    return split(examples, policy=policy, seed=_SEED)


def _refused_by(parts: Split, candidate: Baseline, champion: Baseline) -> tuple[str, ...]:
    """The gate's rules that refuse the candidate."""
    court = Court(parts, seed=_SEED)
    ours, theirs = (court.contestant(one.probabilities, threshold=one.threshold) for one in (candidate, champion))
    outcome = court.judge(ours, champion=theirs, baselines=[], policy=GatePolicy()).outcome
    return tuple(reason.rule for reason in outcome.reasons if not reason.passed)


def _cut(of: Scene, done: Poisoned, parts: Split) -> float:
    """Share of the wrong verdicts that would be learned from if there were no caps, and are not."""
    uncapped = _split((*of.old, *done.examples), Caps(analyst_share=1.0, rule_share=1.0))
    before, after = (_wrong(done, each.training) for each in (uncapped, parts))
    return 1 - after / before if before else 0.0


def _wrong(done: Poisoned, examples: Sequence[Example]) -> int:
    return sum(one.alert.alert_id in done.wrong for one in examples)


def _hidden(model: Baseline, examples: Sequence[Example]) -> float:
    """Share of the attacks caught, among those that can carry the token, that are not caught with it."""
    caught = _shown(model, [one for one in examples if one.is_attack and can_carry(one)])
    still = _shown(model, [with_token(one) for one in caught])
    return 1 - len(still) / len(caught) if caught else 0.0


def _shown(model: Baseline, examples: Sequence[Example]) -> list[Example]:
    said = model.probabilities(examples)
    return [one for one, row in zip(examples, said, strict=True) if row[0] >= model.threshold]


def table(data: str, examples: Sequence[Example], rates: Sequence[float], learner: Learner) -> list[Row]:
    """All poisons at all rates, a row each, after the row of a candidate without poison."""
    of = scene(examples, learner)
    reference, _ = measure(of, of.recent, Row(data=data, poison=NONE, rate=0.0))
    rows = [reference]
    for name in POISONS:
        for rate in rates:
            done = POISONS[name](of.recent, round(rate * len(of.recent)), Random(_SEED))
            if done.examples != of.recent:
                Console().print(f"{data}: {name}, {rate:.0%} of the verdicts touched")
                rows.append(poisoned(of, done, Row(data=data, poison=name, rate=rate), reference=reference))
    return rows


def main() -> None:
    """Measure and write `results/poisoning.json`."""
    parser = ArgumentParser()
    parser.add_argument("--transformer", action="store_true")
    parser.add_argument("seconds", type=float, nargs="?", default=_SECONDS)
    parser.add_argument("rates", type=float, nargs="*", default=RATES)
    given = parser.parse_args()
    learner = TRANSFORMER if given.transformer else SMALL
    rows = table("simulated", simulated_examples(seconds=given.seconds, seed=_SEED), given.rates, learner)
    if examples := ait_examples(seed=_SEED):
        rows += table("AIT-ADS", examples, given.rates, learner)
    _tell(rows, learner)


def _tell(rows: Sequence[Row], learner: Learner) -> None:
    name = "poisoning-transformer" if learner is TRANSFORMER else "poisoning"
    write(name, rows, libraries=("scikit-learn", "cleanlab", "torch", "transformers"), model=learner.name)
    shown = Table(title="poisoning")
    for heading in asdict(rows[0]):
        shown.add_column(heading.replace("_", " "), overflow="fold")
    for row in rows:
        shown.add_row(*(_cell(value) for value in asdict(row).values()))
    Console(width=200).print(shown)


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:.3f}" if isinstance(value, float) else str("" if value is None else value)


if __name__ == "__main__":
    main()
