"""What wrong and malicious verdicts do: to the caps, a label check, the next model, and the gate.

A clean champion serves. From then on a share of the verdicts is poisoned, in training and in what the gate judges by.
A candidate learns from all, and is measured on later alerts whose verdicts are true. The model is TF-IDF with the
context and logistic regression, the strongest baseline, because a whole table is then minutes; the alerts are the
simulated SOC's, synthetic.

Run as `python -m benchmarks.poisoning [seconds of the world] [rate ...]`; results in `results/poisoning.json`.
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

from benchmarks.label_check import flagged
from benchmarks.poison import POISONS, TOKEN, Poisoned, back_door
from benchmarks.report import RESULTS, machine
from benchmarks.simulated import simulated_examples
from services.core.caps import Caps
from services.core.example import Example
from services.core.gate import GatePolicy
from services.core.metrics import Met, figures, judged_by
from services.core.splits import Split, SplitPolicy, split
from services.trainer.adversarial.edits import carrying
from services.trainer.baselines import TFIDF_CONTEXT, Baseline, fit_baseline
from services.trainer.judging import Court

RATES = (0.01, 0.05, 0.1, 0.2)
_SECONDS, _SEED = 150.0, 5
_OLD, _POISONED = 0.4, 0.8
"""What the champion learned from ends here, and what may be poisoned; the rest measures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One poison at one rate.

    Shares: `wrong` of the verdicts since the champion, `cut` of the wrong ones in the training part by the caps,
    `found` of the wrong ones that the check flags, `right_of_flagged` of the flagged that are wrong. Losses are against
    a candidate from the same verdicts without poison, on clean later alerts; `hidden` is the share of the attacks
    caught there that the token hides, for the back door.
    """

    poison: str
    rate: float
    wrong: float
    cut: float
    found: float
    right_of_flagged: float
    recall_lost: float
    average_precision_lost: float
    hidden: float | None
    promoted: bool
    refused_by: tuple[str, ...]


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


def measure(of: Scene, name: str, rate: float, *, reference: Mapping[str, float]) -> Row:
    """Poison, split, train, judge and measure."""
    done = POISONS[name](of.recent, round(rate * len(of.recent)), Random(_SEED))
    parts = _split((*of.old, *done.examples))
    candidate = _fitted(parts)
    reasons = _judged(parts, candidate, of.champion)
    found = flagged(parts.training)
    wrong = {one.alert.alert_id for one in parts.training} & done.wrong
    own = _figures(candidate, of.clean)
    return Row(
        poison=name,
        rate=rate,
        wrong=len(done.wrong) / len(of.recent),
        cut=_cut(of, done, parts),
        found=len(found & wrong) / max(len(wrong), 1),
        right_of_flagged=len(found & wrong) / max(len(found), 1),
        recall_lost=reference["recall"] - own["recall"],
        average_precision_lost=reference["average_precision"] - own["average_precision"],
        hidden=_hidden(candidate, of.clean) if POISONS[name] is back_door else None,
        promoted=not reasons,
        refused_by=reasons,
    )


def _split(examples: Sequence[Example], caps: Caps | None = None) -> Split:
    policy = SplitPolicy() if caps is None else SplitPolicy(caps=caps)
    return split(examples, policy=policy, seed=_SEED)


def _fitted(parts: Split) -> Baseline:
    return fit_baseline(TFIDF_CONTEXT, parts.training, validation=parts.validation)


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
    nobody = Met(rules=frozenset(), hosts=frozenset())
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


def main() -> None:
    """Measure and write `results/poisoning.json`."""
    given = [float(value) for value in sys.argv[1:]]
    of = scene(simulated_examples(seconds=given[0] if given else _SECONDS, seed=_SEED))
    parts = _split((*of.old, *of.recent))
    unpoisoned = _fitted(parts)
    reference = _figures(unpoisoned, of.clean)
    rates = given[1:] or RATES
    rows = [measure(of, name, rate, reference=reference) for name in POISONS for rate in rates]
    _tell(rows, reference, of, refused_unpoisoned=_judged(parts, unpoisoned, of.champion))


def _tell(rows: Sequence[Row], reference: Mapping[str, float], of: Scene, *, refused_unpoisoned: Sequence[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    content = {
        "name": "poisoning",
        "machine": machine(),
        "versions": {"python": platform.python_version(), "scikit-learn": version("scikit-learn")},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {"synthetic": True, "old": len(of.old), "recent": len(of.recent), "clean": len(of.clean)},
        "model": "TF-IDF with context, logistic regression",
        "unpoisoned": {
            **{name: reference[name] for name in ("recall", "average_precision")},
            "refused_by": list(refused_unpoisoned),
        },
        "lines": [asdict(row) for row in rows],
    }
    (RESULTS / "poisoning.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    table = Table(title=f"poisoning; unpoisoned: {content['unpoisoned']}")
    for heading in asdict(rows[0]):
        table.add_column(heading.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in asdict(row).values()))
    Console(width=180).print(table)


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:.3f}" if isinstance(value, float) else str("" if value is None else value)


if __name__ == "__main__":
    main()
