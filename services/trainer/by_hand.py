"""Training and evaluating by hand (`winnow train`, `winnow evaluate`): from a buffer or a file, without a service."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from schemas import FeedbackV1
from services.core.achieved import achieved
from services.core.bundle import version_name
from services.core.errors import DataError
from services.core.example import Example
from services.core.judged import answered
from services.core.metrics import Evaluation, evaluate
from services.core.robustness import UnderAttack
from services.core.sheet import MISS_COST
from services.core.surges import Sighting
from services.runtime.buffer import open_buffer, open_writer
from services.runtime.buffer.batches import Batch, ReadVerdict
from services.runtime.cores import usable_cores
from services.runtime.settings import BufferSettings
from services.runtime.store import read_from
from services.trainer.adversarial.sample import sampled
from services.trainer.adversarial.search import under_attack
from services.trainer.child import run_in_process
from services.trainer.graphs import OnnxModel
from services.trainer.plan import RECENT, SNAPSHOT, RunPlan, RunResult, write_recent, write_snapshot
from services.trainer.progress import Progress
from services.trainer.settings import TrainerSettings
from services.trainer.workspace import Workspace

_ROWS = 5000


def examples_of(feedback: Iterable[FeedbackV1]) -> list[Example]:
    """Labelled history as examples, by the buffer's own rules: in a buffer that is thrown away after.

    Each verdict must carry its alert, once at least; contexts come from replaying all alerts in time order.

    Raises:
        DataError: no verdict of a person came with its alert.
    """
    with TemporaryDirectory(prefix="winnow-") as folder:
        settings = BufferSettings(url=SecretStr(f"sqlite:///{folder}/history.db"))
        writer = open_writer(settings)
        rows = [ReadVerdict(feedback=one) for one in feedback]
        for at in range(0, len(rows), _ROWS):
            writer.store(Batch(verdicts=rows[at : at + _ROWS]))
        writer.close()
        buffer = open_buffer(settings)
        examples = buffer.examples()
        buffer.close()
    if not examples:
        raise DataError("no verdict of a person that can train came with its alert")
    return examples


def train(
    examples: Sequence[Example],
    out: Path,
    *,
    recent: Sequence[Sighting] = (),
    settings: TrainerSettings,
    report: Callable[[Progress], None],
    stop: threading.Event | None = None,
) -> tuple[Path, RunResult]:
    """One run on these examples in a folder of its own below `out`; returns that folder. Nothing is published.

    `recent` is what was scored of late.

    The bundle is in the folder's `bundle`, and the candidate is judged as a first model.

    Raises:
        RunFailed: the run's process crashed.
    """
    workspace = Workspace(out, keep=settings.trainer.keep_runs)
    fresh, now = workspace.begin(), datetime.now(UTC)
    snapshot = write_snapshot(examples, fresh / SNAPSHOT)
    seen = write_recent(recent, fresh / RECENT)
    plan = RunPlan(
        model_name=settings.store.model_name,
        version=version_name(now, snapshot),
        created_at=now,
        snapshot_sha256=snapshot,
        recent_sha256=seen,
        verdicts=len(examples),
        champion=None,
        training=settings.training,
    )
    folder = workspace.settle(fresh, plan)
    result = run_in_process(
        folder,
        plan,
        report=report,
        logs=settings.log,
        timeout_seconds=settings.trainer.timeout_seconds,
        stop=stop or threading.Event(),
    )
    return folder, result


def open_bundle(uri: str, *, threads: int | None = None) -> OnnxModel:
    """A bundle, verified and run as it would serve; as many texts are encoded at a time as there are processors.

    Raises:
        StoreError: there is no bundle at the uri.
        BundleError: it is damaged, or of versions this build does not have.
    """
    return OnnxModel.load(lambda name: read_from(uri, name), threads=threads or usable_cores())


def evaluate_bundle(
    model: OnnxModel, examples: Sequence[Example], *, seed: int = 0, miss_cost: float = MISS_COST
) -> Evaluation:
    """A bundle's figures on labelled alerts, those of its decisions among them.

    A missed attack costs `miss_cost` false alarms.

    Which rules and hosts it had met in training is not known here, so all count as unseen.

    Raises:
        DataError: there is no example.
    """
    judged = answered(model.probabilities, examples)
    evaluation = evaluate(judged, threshold=model.threshold, seed=seed, miss_cost=miss_cost)
    return replace(evaluation, metrics=evaluation.metrics | achieved(judged, decisions=model.manifest.decisions))


def attack_bundle(model: OnnxModel, examples: Sequence[Example], *, limit: int, seed: int = 0) -> UnderAttack:
    """What attackers' edits do to a bundle, on up to `limit` of these attacks."""
    return under_attack(model.probabilities, sampled(examples, limit=limit, seed=seed), threshold=model.threshold)
