"""What wrong and malicious verdicts do: to the caps, a label check, the next model, and the gate.

A clean champion serves. From then on a share of the verdicts is poisoned, in training and in what the gate judges by.
A candidate learns from all, and is measured on later alerts whose verdicts are true. The model is the small network of
`small_model`, not the fine-tuned transformer, because a whole table is then minutes. The alerts are the simulated
SOC's, synthetic, and with the folder WINNOW_DATA those of AIT-ADS too, which have nothing that could carry a token.

Run as `python -m benchmarks.poisoning [seconds of the simulated world] [rate ...]`.
"""

import json
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from random import Random

from rich.console import Console
from rich.table import Table

from benchmarks.ait import ait_examples
from benchmarks.label_check import flagged
from benchmarks.poison import BACK_DOOR, POISONS, TOKEN, Poisoned
from benchmarks.report import RESULTS, machine
from benchmarks.simulated import simulated_examples
from benchmarks.small_model import NAME, fit
from services.core.caps import Caps
from services.core.example import Example
from services.core.gate import GatePolicy
from services.core.metrics import Met, figures, judged_by
from services.core.splits import Split, SplitPolicy, split
from services.trainer.adversarial.edits import carrying
from services.trainer.baselines import Baseline
from services.trainer.judging import Court

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
    recall: float | None = None
    recall_lost: float | None = None
    average_precision: float | None = None
    average_precision_lost: float | None = None
    hidden: float | None = None
    promoted: bool = False
    refused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The examples by what is done with them, and the champion."""

    old: tuple[Example, ...]
    recent: tuple[Example, ...]
    clean: tuple[Example, ...]
    champion: Baseline


def scene(examples: Sequence[Example]) -> Scene:
    """Divide by time and train the champion."""
    old, recent = int(_OLD * len(examples)), int(_POISONED * len(examples))
    parts = _split(examples[:old])
    return Scene(
        old=tuple(examples[:old]),
        recent=tuple(examples[old:recent]),
        clean=tuple(examples[recent:]),
        champion=_fitted(parts),
    )


def measure(of: Scene, done: Poisoned, row: Row, *, reference: Mapping[str, float]) -> Row:
    """Split, train, judge and measure; fills the row."""
    parts = _split((*of.old, *done.examples))
    candidate = _fitted(parts)
    reasons = _judged(parts, candidate, of.champion)
    found = flagged(parts.training)
    wrong = {one.alert.alert_id for one in parts.training} & done.wrong
    own = _figures(candidate, of.clean)
    return replace(
        row,
        wrong=len(done.wrong) / len(of.recent),
        cut=_cut(of, done, parts),
        found=len(found & wrong) / max(len(wrong), 1),
        right_of_flagged=len(found & wrong) / max(len(found), 1),
        recall=own["recall"],
        recall_lost=reference["recall"] - own["recall"],
        average_precision=own["average_precision"],
        average_precision_lost=reference["average_precision"] - own["average_precision"],
        hidden=_hidden(candidate, of.clean) if row.poison == BACK_DOOR else None,
        promoted=not reasons,
        refused_by=reasons,
    )


def _split(examples: Sequence[Example], caps: Caps | None = None) -> Split:
    policy = SplitPolicy() if caps is None else SplitPolicy(caps=caps)
    return split(examples, policy=policy, seed=_SEED)


def _fitted(parts: Split) -> Baseline:
    return fit(parts.training, validation=parts.validation)


def _judged(parts: Split, candidate: Baseline, champion: Baseline) -> tuple[str, ...]:
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


def _figures(model: Baseline, examples: Sequence[Example]) -> dict[str, float]:
    nobody = Met()
    judged = judged_by(examples, model.probabilities(examples), met=nobody)
    return figures(judged, threshold=model.threshold)


def _hidden(model: Baseline, examples: Sequence[Example]) -> float:
    """Share of the attacks caught, among those that can carry the token, that are not caught with it."""
    attacks = [one for one in examples if one.is_attack and carrying(one.alert, TOKEN) != one.alert]
    caught = [one for one in attacks if _shown(model, one)]
    with_token = [replace(one, alert=carrying(one.alert, TOKEN)) for one in caught]
    return sum(not _shown(model, one) for one in with_token) / max(len(caught), 1)


def _shown(model: Baseline, example: Example) -> bool:
    return model.probabilities([example])[0][0] >= model.threshold


def table(data: str, examples: Sequence[Example], rates: Sequence[float]) -> list[Row]:
    """All poisons at all rates, a row each, after the row of a candidate without poison."""
    of = scene(examples)
    parts = _split((*of.old, *of.recent))
    unpoisoned = _fitted(parts)
    reference = _figures(unpoisoned, of.clean)
    hidden = _hidden(unpoisoned, of.clean)
    rows = [_unpoisoned(data, reference, hidden, refused_by=_judged(parts, unpoisoned, of.champion))]
    for name in POISONS:
        for rate in rates:
            done = POISONS[name](of.recent, round(rate * len(of.recent)), Random(_SEED))
            if done.examples != of.recent:
                rows.append(measure(of, done, Row(data=data, poison=name, rate=rate), reference=reference))
    return rows


def _unpoisoned(data: str, reference: Mapping[str, float], hidden: float, *, refused_by: tuple[str, ...]) -> Row:
    return Row(
        data=data,
        poison="none",
        rate=0.0,
        recall=reference["recall"],
        average_precision=reference["average_precision"],
        hidden=hidden,
        promoted=not refused_by,
        refused_by=refused_by,
    )


def main() -> None:
    """Measure and write `results/poisoning.json`."""
    given = [float(value) for value in sys.argv[1:]]
    rates = given[1:] or RATES
    rows = table("simulated", simulated_examples(seconds=given[0] if given else _SECONDS, seed=_SEED), rates)
    if examples := ait_examples(seed=_SEED):
        rows += table("AIT-ADS", examples, rates)
    _tell(rows)


def _tell(rows: Sequence[Row]) -> None:
    RESULTS.mkdir(exist_ok=True)
    content = {
        "name": "poisoning",
        "machine": machine(),
        "versions": {"python": platform.python_version(), "scikit-learn": version("scikit-learn")},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": NAME,
        "lines": [asdict(row) for row in rows],
    }
    (RESULTS / "poisoning.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
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
