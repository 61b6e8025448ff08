"""Measure and write `results/quality.json`.

Run as `python -m benchmarks.quality [part ...]`, a part being a scenario to leave out, a task, or `noise`; all without.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from benchmarks.quality.alone import TASKS, told_apart
from benchmarks.quality.contenders import fit_all
from benchmarks.quality.left_out import Fit, LeftOut, Outcome
from benchmarks.quality.noise import NOISES, average_precisions
from benchmarks.quality.scenarios import SCENARIOS, Scenario, scenario
from benchmarks.quality.telling import alone_lines, lines, noise_lines, show, show_alone, show_noise
from benchmarks.report import Line, report
from services.trainer.settings import TrainingSettings

_LIBRARIES = ("torch", "transformers", "peft", "scikit-learn", "numpy")
NOISE = "noise"


def main() -> None:
    """The parts named, or all of them."""
    parts = sys.argv[1:] or (*SCENARIOS, *TASKS, NOISE)
    if unknown := set(parts) - {*SCENARIOS, *TASKS, NOISE}:
        sys.exit(f"no part {', '.join(sorted(unknown))}; there are {', '.join((*SCENARIOS, *TASKS, NOISE))}")
    fit = partial(fit_all, settings=TrainingSettings())
    found: list[Line] = []
    for name in (name for name in TASKS if name in parts):
        told = told_apart(name, TASKS[name](), fit)
        show_alone(told)
        found += alone_lines(told)
    if {*SCENARIOS, NOISE} & {*parts}:
        found += _streams(parts, {name: scenario(name) for name in SCENARIOS}, fit)
    report("quality", found, libraries=_LIBRARIES)


def _streams(parts: Sequence[str], scenarios: Mapping[str, Scenario], fit: Fit) -> Iterator[Line]:
    protocol, outcomes = LeftOut(scenarios, fit), list[Outcome]()
    for name in (name for name in SCENARIOS if name in parts):
        outcomes += protocol.outcomes_of(name)
        show(outcomes)
    yield from lines(outcomes)
    if NOISE in parts:
        noises = {}
        for name, spoil in NOISES.items():
            noises[name] = average_precisions(scenarios, fit, spoil)
            show_noise(noises)
        yield from noise_lines(noises)


if __name__ == "__main__":
    main()
