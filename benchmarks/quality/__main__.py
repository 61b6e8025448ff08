"""Measure and write `results/quality.json`. Run as `python -m benchmarks.quality [scenario ...]`."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks.quality.contenders import WINNOW, fit_all
from benchmarks.quality.left_out import LeftOut, Outcome
from benchmarks.quality.scenarios import SCENARIOS, scenario
from benchmarks.report import Line, report
from services.core.detection import Detection
from services.trainer.settings import TrainingSettings

_LIBRARIES = ("torch", "transformers", "peft", "scikit-learn", "numpy")
FIGURES = ("average_precision", "f1", "saved", "recall", "stream_saved", "stream_recall")


def lines(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """Winnow's figures on each scenario, each beside the best baseline's."""
    ours = [outcome for outcome in outcomes if outcome.contender == WINNOW]
    for outcome in ours:
        rivals = [one for one in outcomes if one.scenario == outcome.scenario and one.contender != WINNOW]
        for name in FIGURES:
            value, best = getattr(outcome, name), max(getattr(rival, name) for rival in rivals)
            low, high = outcome.interval if name == "average_precision" else (None, None)
            yield Line(
                name=f"AIT without {outcome.scenario}: {name.replace('_', ' ')}",
                value=value,
                unit="",
                reference=best,
                ratio=value / best if best else None,
                low=low,
                high=high,
            )
        worst = min(outcome.steps, key=_recall)
        yield Line(
            name=f"AIT without {outcome.scenario}: worst step, {worst.group}", value=_recall(worst), unit="recall"
        )


def _recall(step: Detection) -> float:
    return step.shown / step.alerts


def show(outcomes: Sequence[Outcome]) -> None:
    """Every contender's figures, and how each attack step fared with Winnow's threshold."""
    console = Console()
    table = Table("scenario", "contender", *(name.replace("_", " ") for name in FIGURES))
    for outcome in outcomes:
        table.add_row(outcome.scenario, outcome.contender, *(f"{getattr(outcome, name):.4f}" for name in FIGURES))
    console.print(table)
    of_steps = Table("step", "alerts", "recall", "first shown", "after seconds")
    for step in (step for outcome in outcomes if outcome.contender == WINNOW for step in outcome.steps):
        first = "never" if step.first is None else str(step.first)
        of_steps.add_row(step.group, str(step.alerts), f"{_recall(step):.3f}", first, f"{step.seconds or 0:.0f}")
    console.print(of_steps)


def main() -> None:
    """The scenarios named, or all of them."""
    left_out = sys.argv[1:] or SCENARIOS
    protocol = LeftOut({name: scenario(name) for name in SCENARIOS}, partial(fit_all, settings=TrainingSettings()))
    outcomes = []
    for name in left_out:
        outcomes += protocol.outcomes_of(name)
        show(outcomes)
    report("quality", list(lines(outcomes)), libraries=_LIBRARIES)


if __name__ == "__main__":
    main()
