"""Measure and write `results/quality.json`.

Run as `python -m benchmarks.quality [part ...]`, a part being a scenario to leave out, a task, `edits` or `noise`; all
without.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from benchmarks.quality import telling
from benchmarks.quality.alone import TASKS, told_apart
from benchmarks.quality.contenders import fit_all, fit_to_streams
from benchmarks.quality.edits import EDITED, withstood
from benchmarks.quality.left_out import Fit, LeftOut, Outcome
from benchmarks.quality.noise import NOISES, average_precisions
from benchmarks.quality.scenarios import SCENARIOS, Scenario, scenario
from benchmarks.report import Line, report
from services.trainer.settings import TrainingSettings

_LIBRARIES = ("torch", "transformers", "peft", "scikit-learn", "numpy")
EDITS, NOISE = "edits", "noise"


def main() -> None:
    """The parts named, or all of them."""
    every = (*SCENARIOS, *TASKS, EDITS, NOISE)
    parts = sys.argv[1:] or every
    if unknown := set(parts) - {*every}:
        sys.exit(f"no part {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    fit = partial(fit_all, settings=TrainingSettings())
    found: list[Line] = []
    for name in (name for name in TASKS if name in parts):
        told = told_apart(name, TASKS[name](), fit)
        telling.show_alone(told)
        found += telling.alone_lines(told)
    if EDITS in parts:
        plain = partial(fit_all, settings=TrainingSettings(augment=0.0))  # copies are made there, for baselines too
        edited = [one for task in EDITED for one in withstood(task, TASKS[task](), plain)]
        telling.show_edits(edited)
        found += telling.edit_lines(edited)
    if {*SCENARIOS, NOISE} & {*parts}:
        fit = partial(fit_to_streams, settings=TrainingSettings())
        found += _streams(parts, {name: scenario(name) for name in SCENARIOS}, fit)
    report("quality", found, libraries=_LIBRARIES)


def _streams(parts: Sequence[str], scenarios: Mapping[str, Scenario], fit: Fit) -> Iterator[Line]:
    protocol, outcomes = LeftOut(scenarios, fit), list[Outcome]()
    for name in (name for name in SCENARIOS if name in parts):
        outcomes += protocol.outcomes_of(name)
        telling.show(outcomes)
    yield from telling.lines(outcomes)
    if NOISE in parts:
        noises = {}
        for name, spoil in NOISES.items():
            noises[name] = average_precisions(scenarios, fit, spoil)
            telling.show_noise(noises)
        yield from telling.noise_lines(noises)


if __name__ == "__main__":
    main()
