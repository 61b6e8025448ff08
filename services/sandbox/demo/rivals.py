"""The baselines on live alerts: fitted on exactly what the serving model learned from, judged by the same truth.

Their thresholds are chosen as the model's was: where a champion had to be followed, by the attacks that it showed.
"""

from collections.abc import Sequence
from pathlib import Path

from schemas import ScoreV1, Verdict
from services.core.example import Example
from services.core.splits import split
from services.runtime.cores import usable_cores
from services.sandbox.demo.live import Live, Scored, live
from services.sandbox.soc import SimulatedAlert
from services.trainer.baselines import Baseline, fit_baselines
from services.trainer.contenders import chooser, load_champion
from services.trainer.judging import Court
from services.trainer.plan import CHAMPION, PLAN, SNAPSHOT, RunPlan, read_snapshot
from services.trainer.quality import Rows, clean


def rivals_on(scored: Sequence[Scored], version: str, folder: Path) -> dict[str, Live]:
    """What the baselines would have shown of the alerts that the named version scored, by name."""
    examples = [_example(alert, score) for alert, score in scored]
    truths = [example.label is Verdict.TRUE_POSITIVE for example in examples]
    return {baseline.name: _shown(baseline, examples, truths) for baseline in _fitted(version, folder)}


def _shown(baseline: Baseline, examples: Sequence[Example], truths: Sequence[bool]) -> Live:
    scores = [row[0] for row in baseline.probabilities(examples)]
    return live([(truth, score >= baseline.threshold, score) for truth, score in zip(truths, scores, strict=True)])


def _example(alert: SimulatedAlert, score: ScoreV1) -> Example:
    return Example(
        alert=score.alert, context=score.context, label=alert.truth, decided_at=alert.at, analysts=("the simulator",)
    )


def _fitted(version: str, folder: Path) -> list[Baseline]:
    """The baselines on the parts the version was trained and tuned on."""
    run = _run_of(version, folder)
    plan = RunPlan.model_validate_json((run / PLAN).read_bytes())
    examples = read_snapshot(run / SNAPSHOT, expected_sha256=plan.snapshot_sha256)
    cleaned = clean(Rows.of(examples), seed=plan.training.seed)
    parts = split(cleaned.examples, policy=plan.training.split, seed=plan.training.seed)
    champion = load_champion(run / CHAMPION, plan.champion, threads=usable_cores())
    court = Court(parts, seed=plan.training.seed)
    choose = chooser(court, champion, margin=plan.training.gate.recall_margin)
    return fit_baselines(parts.training, validation=parts.tuning, choose=choose)


def _run_of(version: str, folder: Path) -> Path:
    plans = (folder / "runs").glob(f"*/{PLAN}")
    return next(path.parent for path in plans if RunPlan.model_validate_json(path.read_bytes()).version == version)
