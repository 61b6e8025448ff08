"""What the quality benchmark found: tables of everybody's figures, lines with Winnow's beside the best baseline's."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.quality.alone import Told
from benchmarks.quality.contenders import OURS, WINNOW
from benchmarks.quality.edits import Withstood
from benchmarks.quality.left_out import Outcome
from benchmarks.report import Line
from services.core.bundle import Estimate
from services.core.detection import Detection

FIGURES = ("average_precision", "f1", "saved", "recall", "stream_saved", "stream_recall")


def lines(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """Winnow's figures on each scenario, each beside the best baseline's."""
    ours = [outcome for outcome in outcomes if outcome.contender == WINNOW]
    for outcome in ours:
        rivals = [one for one in outcomes if one.scenario == outcome.scenario and one.contender not in OURS]
        for name in FIGURES:
            best = {rival.contender: getattr(rival, name) for rival in rivals}
            interval = outcome.interval if name == "average_precision" else None
            title = f"AIT without {outcome.scenario}: {name.replace('_', ' ')}"
            yield _beside_best(title, getattr(outcome, name), best, interval=interval)
        worst = min(outcome.steps, key=_recall)
        yield Line(
            name=f"AIT without {outcome.scenario}: worst step, {worst.group}", value=_recall(worst), unit="recall"
        )


def _beside(name: str, value: float, best: float, *, interval: tuple[float, float] | None = None) -> Line:
    low, high = interval or (None, None)
    ratio = value / best if best else None
    return Line(name=name, value=value, unit="", reference=best, ratio=ratio, low=low, high=high)


def _beside_best(
    name: str, value: float, rivals: Mapping[str, float], *, interval: tuple[float, float] | None = None
) -> Line:
    """The best of the rivals by this very figure, by name: it need not be the best by another."""
    best = max(rivals, key=lambda rival: rivals[rival])
    return _beside(f"{name} (reference: {best})", value, rivals[best], interval=interval)


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


def alone_lines(every: Sequence[Told]) -> Iterator[Line]:
    """Winnow's figures on one task, each beside the best baseline's."""
    for ours in (told for told in every if told.contender == WINNOW):
        for name in ("accuracy", "average_precision"):
            mine: Estimate = getattr(ours, name)
            rivals = {told.contender: getattr(told, name).value for told in every if told.contender != WINNOW}
            title = f"{ours.task}: {name.replace('_', ' ')}"
            yield _beside_best(title, mine.value, rivals, interval=(mine.low, mine.high))


def show_alone(every: Sequence[Told]) -> None:
    """Every contender's figures on one task, with their intervals."""
    table = Table("task", "contender", "accuracy", "average precision")
    for told in every:
        table.add_row(told.task, told.contender, *map(_within, (told.accuracy, told.average_precision)))
    Console().print(table)


def _within(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} ({estimate.low:.3f} to {estimate.high:.3f})"


def edit_lines(every: Sequence[Withstood]) -> Iterator[Line]:
    """Winnow's recall under the worst edits beside that without any."""
    for ours in (one for one in every if one.contender == WINNOW):
        name = f"{ours.task}, {ours.augmented:.0%} edited copies: recall under the worst edits"
        worst, before = ours.attacked.recall, ours.attacked.recall_before.value
        yield _beside(name, worst.value, before, interval=(worst.low, worst.high))


def show_edits(every: Sequence[Withstood]) -> None:
    """Every contender's recall without edits, under the worst sequence, and the edit that hides most by itself."""
    table = Table("task", "edited copies", "contender", "attacks", "recall", "under the worst edits", "worst alone")
    for one in every:
        name, alone = min(one.attacked.edits.items(), key=lambda edit: edit[1].recall.value)
        table.add_row(
            one.task,
            f"{one.augmented:.0%}",
            one.contender,
            str(len(one.attacked.before)),
            f"{one.attacked.recall_before.value:.3f}",
            _within(one.attacked.recall),
            f"{name} {alone.recall.value:.3f}",
        )
    Console().print(table)


def noise_lines(found: Mapping[str, Mapping[str, float]]) -> Iterator[Line]:
    """Winnow's average precision with each kind of noise beside the best baseline's with the same."""
    for noise, contenders in found.items():
        rivals = {contender: value for contender, value in contenders.items() if contender not in OURS}
        yield _beside_best(f"AIT, {noise}: average precision", contenders[WINNOW], rivals)


def show_noise(found: Mapping[str, Mapping[str, float]]) -> None:
    """Every contender's average precision with each kind of noise."""
    table = Table("contender", *found)
    for contender in next(iter(found.values())):
        table.add_row(contender, *(f"{found[noise][contender]:.4f}" for noise in found))
    Console().print(table)
