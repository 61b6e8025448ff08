"""One turn of the trainer: snapshot, run, publish, announce.

Killed at any line it does no harm: a half-made run folder is thrown away, a half-published bundle does not exist, and
one published but not announced is announced by the next start if its judgement still holds. What is in shadow is known
from the topic.
"""

import logging
from datetime import timedelta
from pathlib import Path

from schemas import ModelEvent, ModelEventV1, Serving
from services.core.bundle import MANIFEST, Manifest, read_manifest, version_name
from services.core.errors import BundleError
from services.trainer.errors import RunFailed, Superseded
from services.trainer.handler import after_shadow, event_for, raised_since, unannounced
from services.trainer.plan import BUNDLE, RECENT, SNAPSHOT, RunPlan, RunResult, write_recent, write_snapshot
from services.trainer.ports import Parts
from services.trainer.settings import TrainingSettings
from services.trainer.workspace import fetch_champion

log = logging.getLogger(__name__)

_CLOCKS_APART = timedelta(minutes=1)
"""How far a bundle may be ahead of this trainer's clock and still be the newest."""


class Cycle:
    """Makes one model after another. Every method may raise RuntimeFailure where its surroundings do not answer."""

    def __init__(self, parts: Parts, settings: TrainingSettings, *, shadow_seconds: float = 0.0) -> None:
        self._parts, self._settings, self._shadow_seconds = parts, settings, shadow_seconds
        self._shadowed: ModelEventV1 | None = None

    def train(self) -> Manifest:
        """Make a model now, publish and announce it, and return its manifest.

        Raises:
            RunFailed: the run left no bundle; its reason is said.
            Superseded: another model went into service meanwhile.
        """
        folder, plan = self._prepare()
        result = self._parts.launch(folder, plan)
        self._record(result)
        if result.failure:
            raise RunFailed(result.failure)
        if self._serving() != plan.champion:
            raise Superseded(f"{plan.version} was judged against a model that serves no longer")
        digest = self._parts.store.publish(plan.version, folder / BUNDLE)
        manifest = read_manifest((folder / BUNDLE / MANIFEST).read_bytes(), expected_sha256=digest)
        self._announce(manifest, self._parts.store.serving(plan.version, digest=digest), champion=plan.champion)
        return manifest

    def finish(self) -> None:
        """Announce what a killed trainer published and could not announce, and go on with what it had in shadow."""
        newest, event = self.newest(), self._parts.events.latest()
        self._shadowed = event if event is not None and event.event is ModelEvent.SHADOWED else None
        if newest is not None and unannounced(newest, event):
            log.warning("announcing what was published before", extra={"model_version": newest.version})
            own = self._parts.store.serving(newest.version)
            self._announce(newest, own, champion=event.serving if event is not None else None)

    def watch(self) -> bool:
        """Whether a candidate is in shadow; once its time is over it is judged again, and promoted or rejected.

        What is decided by hand ends the shadow at once, and so does the loss of the candidate.
        """
        begun = self._shadowed
        if begun is None or not self._goes_on(begun):
            self._shadowed = None
            return False
        if (self._parts.clock() - begun.occurred_at).total_seconds() >= self._shadow_seconds:
            self._conclude(begun)
            self._shadowed = None
        return True

    def _goes_on(self, begun: ModelEventV1) -> bool:
        version = begun.candidate.version
        if self._parts.events.latest() == begun and version in self._parts.store.versions():
            return True
        log.warning("decided by hand or gone from the store, the shadow ends", extra={"model_version": version})
        return False

    def _conclude(self, begun: ModelEventV1) -> None:
        parts, candidate = self._parts, begun.candidate
        own = parts.store.serving(candidate.version, digest=candidate.manifest_sha256)
        outcome = parts.judge_in_shadow(own, begun.serving, raised_since(begun, parts.buffer.examples()))
        if self._goes_on(begun):  # judging takes minutes, and somebody may have decided meanwhile
            self._tell(after_shadow(begun, outcome, own=own, now=parts.clock()))

    def newest(self) -> Manifest | None:
        """The manifest of the newest bundle this build can read; one of a time that is not yet is passed over.

        It was made while a clock was ahead, and would stay the newest until then, whatever is trained meanwhile.
        """
        latest = self._parts.clock() + _CLOCKS_APART
        for version in reversed(self._parts.store.versions()):
            try:
                manifest = self._parts.store.manifest(version)
            except BundleError:
                log.warning("a bundle of the store cannot be read", extra={"model_version": version})
                continue
            if manifest.created_at <= latest:
                return manifest
            log.warning("a bundle of the store was made in the future", extra={"model_version": version})
        return None

    def _prepare(self) -> tuple[Path, RunPlan]:
        """Fix and hash what the run learns from and is judged against."""
        parts = self._parts
        verdicts, now, champion = parts.buffer.human_verdicts(), parts.clock(), self._serving()
        fresh = parts.workspace.begin()
        snapshot = write_snapshot(parts.buffer.examples(), fresh / SNAPSHOT)
        recent = write_recent(parts.buffer.recent(), fresh / RECENT)
        if champion is not None:
            fetch_champion(champion.uri, fresh)
        plan = RunPlan(
            model_name=parts.store.model_name,
            version=version_name(now, snapshot),
            created_at=now,
            snapshot_sha256=snapshot,
            recent_sha256=recent,
            verdicts=verdicts,
            champion=champion,
            training=self._settings,
        )
        return parts.workspace.settle(fresh, plan), plan

    def _serving(self) -> Serving | None:
        event = self._parts.events.latest()
        return event.serving if event is not None else None

    def _announce(self, manifest: Manifest, own: Serving, *, champion: Serving | None) -> None:
        """Say what came of a bundle; a rejected one leaves in service the champion it was judged against."""
        passed = ModelEvent.SHADOWED if self._shadow_seconds else ModelEvent.PROMOTED
        event = event_for(manifest, own=own, champion=champion, now=self._parts.clock(), passed=passed)
        self._tell(event)
        self._shadowed = event if event.event is ModelEvent.SHADOWED else None

    def _tell(self, event: ModelEventV1) -> None:
        self._parts.events.announce(event)
        outcome, candidate = event.event.value, event.candidate
        self._parts.metrics.runs.labels(outcome).inc()
        log.info(
            "announced", extra={"model_version": candidate.version, "outcome": outcome, "reasons": candidate.reasons}
        )

    def _record(self, result: RunResult) -> None:
        metrics = self._parts.metrics
        metrics.seconds.set(result.seconds)
        metrics.holdout.clear()
        for name, value in result.metrics.items():
            metrics.holdout.labels(result.version, name).set(value)
