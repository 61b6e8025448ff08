"""`report.json`: what the demo measured. Figures about alerts come from the witness or from the simulator's truth."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as installed
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from schemas import ModelEventV1
from services.core.bundle import MANIFEST, GateReason, Manifest, read_manifest
from services.core.gate.support import as_told
from services.runtime.cores import usable_cores
from services.sandbox.demo.acts import Check, Played
from services.sandbox.demo.ledger import Ledger
from services.sandbox.demo.live import Latency, Live, Scored, latency, measured, of_main_model, scored_by
from services.sandbox.demo.plan import DemoPlan
from services.sandbox.demo.rivals import rivals_on
from services.sandbox.demo.stage import Span
from services.sandbox.demo.witness import Tally

SYNTHETIC = (
    "The alerts, the analysts and the attacks are simulated. These figures show that the loop works; "
    "they say nothing about how well it would sort the alerts of a real SOC."
)
MAXIMUM_P99_SECONDS = 0.5
MAXIMUM_REPEATED_SHARE = 0.02
AROUND_SWAP = timedelta(seconds=5)
_LIBRARIES = (
    "faust-streaming",
    "kafka-python",
    "torch",
    "transformers",
    "peft",
    "onnxruntime",
    "pydantic",
    "winnow-soc",
)


class Part(BaseModel):
    """A part of the report: frozen."""

    model_config = ConfigDict(frozen=True)


class Alerts(Part):
    """What became of the alerts, counted on the topics."""

    produced: int
    scored: int
    unscored: int
    dead_lettered: int
    lost: int
    repeated: int
    repeated_outside_kill: int


class Swap(Part):
    """A model's way into service: latency of the alerts sent within five seconds of its first score."""

    version: str
    latency_seconds: Latency


class Model(Part):
    """A candidate, its holdout figures, and those of the baselines on the same held-out alerts.

    `live` is measured on all alerts it scored before the kill, none where it never served; `live_baselines`, from the
    second on that served, on the same alerts, each fitted on the model's own data.
    """

    version: str
    decision: str
    reasons: Sequence[GateReason]
    """Every rule with its outcome, what failed first."""
    holdout: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]]
    train_seconds: float
    examples_per_second: float
    training_examples: int
    live: Live
    live_baselines: Mapping[str, Live] = {}


class Act(Part):
    """A measured span of alerts against the truth, and which model scored most of them."""

    name: str
    model_version: str | None
    live: Live
    latency_seconds: Latency


class Verdict(Part):
    """One check: what must hold, whether it did, and what was found."""

    act: str
    name: str
    passed: bool
    text: str


class DemoReport(Part):
    """The whole report. `latency_seconds` is of every alert that was not underway during the crash of act 5."""

    synthetic: str
    passed: bool
    checks: Sequence[Verdict]
    alerts: Alerts
    latency_seconds: Latency
    swaps: Sequence[Swap]
    models: Sequence[Model]
    acts: Sequence[Act]
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    seed: int
    rate: float
    finished_at: datetime


def failed_first(checks: Sequence[Verdict]) -> list[Verdict]:
    """The checks in the order a person wants to see them."""
    return sorted(checks, key=lambda check: check.passed)


def build_report(
    *, plan: DemoPlan, played: Played, ledger: Ledger, counted: Tally, folder: Path, busy_before: float
) -> DemoReport:
    """Put together what was measured, and check what must hold of the whole.

    `busy_before` is the share of the processors that other work took before anything was started.
    """
    acts = _acts(played, ledger, counted)
    before_the_kill = ledger.between(played.spans[0].start, played.crash.start)
    models = _models(played.events, before_the_kill, folder)
    calm = [seconds for at, seconds in counted.latencies if not _in_crash(at, seconds, played.crash)]
    alerts = Alerts(**{name: getattr(counted, name) for name in Alerts.model_fields})
    swaps = [_swap(moment.detail, moment.at, counted) for moment in ledger.moments if moment.what == "swap"]
    checks = [
        *played.checks,
        *_whole(alerts, latency(calm), swaps),
        *(_against_rivals(models) if plan.judge_quality else ()),
    ]
    return DemoReport(
        synthetic=SYNTHETIC,
        passed=all(check.passed for check in checks),
        checks=[Verdict(**asdict(check)) for check in checks],
        alerts=alerts,
        latency_seconds=latency(calm),
        swaps=swaps,
        models=models,
        acts=acts,
        machine=_machine() | {"busy_before": round(busy_before, 2)},
        versions={"python": platform.python_version(), **{name: installed(name) for name in _LIBRARIES}},
        seed=plan.seed,
        rate=plan.rate,
        finished_at=datetime.now(UTC),
    )


def _in_crash(at: datetime, seconds: float, crash: Span) -> bool:
    """Whether an alert sent at `at` was still underway when the kill came, or was sent before all had caught up."""
    return at <= crash.end and at + timedelta(seconds=seconds) >= crash.start


def _acts(played: Played, ledger: Ledger, counted: Tally) -> list[Act]:
    acts = []
    for span in played.spans:
        version, found = of_main_model(ledger.between(span.start, span.end))
        within = [seconds for at, seconds in counted.latencies if span.start <= at < span.end]
        acts.append(
            Act(
                name=span.name,
                model_version=version,
                live=found,
                latency_seconds=latency(within),
            )
        )
    return acts


def _swap(version: str, at: datetime, counted: Tally) -> Swap:
    around = [seconds for sent, seconds in counted.latencies if abs(sent - at) <= AROUND_SWAP]
    return Swap(version=version, latency_seconds=latency(around))


def _model(event: ModelEventV1, pairs: Sequence[Scored], folder: Path) -> Model:
    version = event.candidate.version
    manifest = manifest_of(folder, version)
    figures = {name: figure.value for name, figure in manifest.metrics.items()}
    return Model(
        version=version,
        decision=event.event.value,
        reasons=as_told(manifest.gate),
        holdout={name: value for name, value in figures.items() if "." not in name}
        | {"support": manifest.data.holdout},
        baselines=_baselines(figures),
        train_seconds=float(manifest.settings.get("run.train_seconds", 0.0)),
        examples_per_second=float(manifest.settings.get("run.examples_per_second", 0.0)),
        training_examples=manifest.data.training,
        live=measured(scored_by(version, pairs)),
    )


def _models(events: Sequence[ModelEventV1], pairs: Sequence[Scored], folder: Path) -> list[Model]:
    """All candidates; those that served after another did, beside baselines."""
    models = [_model(event, pairs, folder) for event in events]
    later = [model.version for model in models if model.live.support][1:]
    return [_beside_rivals(model, pairs, folder) if model.version in later else model for model in models]


def _beside_rivals(model: Model, pairs: Sequence[Scored], folder: Path) -> Model:
    """The model with what the baselines would have shown of the alerts it scored."""
    rivals = rivals_on(scored_by(model.version, pairs), model.version, folder)
    return model.model_copy(update={"live_baselines": rivals})


def _baselines(figures: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Metrics named `baseline.<name>.<metric>`, by name."""
    found: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        kind, _, rest = name.partition(".")
        if kind == "baseline":
            baseline, _, metric = rest.partition(".")
            found.setdefault(baseline, {})[metric] = value
    return found


def manifest_of(folder: Path, version: str) -> Manifest:
    """A bundle's manifest in the demo's own store."""
    return read_manifest((folder / "models" / "alerts" / version / MANIFEST).read_bytes())


def _whole(alerts: Alerts, calm: Latency, swaps: Sequence[Swap]) -> list[Check]:
    """What must hold from the first alert to the last."""
    share = alerts.repeated / max(alerts.produced, 1)
    worst_swap = max((swap.latency_seconds.p99 for swap in swaps), default=0.0)
    return [
        Check(
            act="all",
            name="no alert is lost",
            passed=alerts.lost == 0,
            text=f"{alerts.lost} of {alerts.produced:,} lost",
        ),
        Check(
            act="all",
            name="repeats only after the kill, and few",
            passed=alerts.repeated_outside_kill == 0 and share < MAXIMUM_REPEATED_SHARE,
            text=f"{alerts.repeated} repeated ({share:.2%}), {alerts.repeated_outside_kill} away from the kill",
        ),
        Check(
            act="all",
            name="p99 from produced to scored stays under half a second",
            passed=calm.p99 < MAXIMUM_P99_SECONDS and worst_swap < MAXIMUM_P99_SECONDS,
            text=f"p99 {calm.p99 * 1000:.0f} ms; within five seconds of a swap {worst_swap * 1000:.0f} ms at worst",
        ),
    ]


def _against_rivals(models: Sequence[Model]) -> list[Check]:
    """Each model that stands beside baselines, on all alerts it scored."""
    named = [(f"while model {number} served", model) for number, model in enumerate(models, start=1)]
    return [check for act, model in named if model.live_baselines for check in _against(act, model)]


def _against(act: str, model: Model) -> Iterator[Check]:
    """Live F1 and, whatever the thresholds, average precision above every baseline's."""
    for name, figure in (("F1", "f1"), ("average precision", "average_precision")):
        own = getattr(model.live, figure)
        rivals = {rival: getattr(found, figure) for rival, found in model.live_baselines.items()}
        found = ", ".join(f"{rival} {value:.3f}" for rival, value in rivals.items())
        yield Check(
            act=act,
            name=f"live {name} above every baseline's",
            passed=own > max(rivals.values()),
            text=f"model {own:.3f} on {model.live.support:,} alerts; {found}",
        )


def _machine() -> dict[str, str | int | float]:
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.processor() or platform.machine(),
        "cores": usable_cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
    }
