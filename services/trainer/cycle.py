"""One turn of the trainer: snapshot, run, publish, announce.

Killed at any line it does no harm: a half-made run folder is thrown away, a half-published bundle does not exist, and
one published but not announced is announced by the next start if its judgement still holds.
"""

import logging
from pathlib import Path

from schemas import Serving
from services.core.bundle import MANIFEST, Manifest, sha256, version_name
from services.core.errors import BundleError
from services.trainer.errors import RunFailed, Superseded
from services.trainer.handler import event_for, unannounced
from services.trainer.plan import BUNDLE, SNAPSHOT, RunPlan, RunResult, write_snapshot
from services.trainer.ports import Parts
from services.trainer.settings import TrainingSettings
from services.trainer.workspace import fetch_champion

log = logging.getLogger(__name__)


class Cycle:
    """Makes one model after another. Every method may raise RuntimeFailure where its surroundings do not answer."""

    def __init__(self, parts: Parts, settings: TrainingSettings) -> None:
        self._parts, self._settings = parts, settings

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
        self._parts.store.publish(plan.version, folder / BUNDLE)
        manifest = self._parts.store.manifest(plan.version)
        self._announce(manifest, champion=plan.champion)
        return manifest

    def finish(self) -> None:
        """Announce what a killed trainer published and could not announce."""
        newest, event = self.newest(), self._parts.events.latest()
        if newest is not None and unannounced(newest, event):
            log.warning("announcing what was published before", extra={"model_version": newest.version})
            self._announce(newest, champion=event.serving if event is not None else None)

    def newest(self) -> Manifest | None:
        """The manifest of the newest bundle this build can read."""
        for version in reversed(self._parts.store.versions()):
            try:
                return self._parts.store.manifest(version)
            except BundleError:
                log.warning("a bundle of the store cannot be read", extra={"model_version": version})
        return None

    def _prepare(self) -> tuple[Path, RunPlan]:
        """Fix and hash what the run learns from and is judged against."""
        parts = self._parts
        verdicts, now, champion = parts.buffer.human_verdicts(), parts.clock(), self._serving()
        fresh = parts.workspace.begin()
        snapshot = write_snapshot(parts.buffer.examples(), fresh / SNAPSHOT)
        if champion is not None:
            fetch_champion(champion.uri, fresh)
        plan = RunPlan(
            model_name=parts.store.model_name,
            version=version_name(now, snapshot),
            created_at=now,
            snapshot_sha256=snapshot,
            verdicts=verdicts,
            champion=champion,
            training=self._settings,
        )
        return parts.workspace.settle(fresh, plan), plan

    def _serving(self) -> Serving | None:
        event = self._parts.events.latest()
        return event.serving if event is not None else None

    def _announce(self, manifest: Manifest, *, champion: Serving | None) -> None:
        """Say what came of a bundle; a rejected one leaves in service the champion it was judged against."""
        store, version = self._parts.store, manifest.version
        own = Serving(version=version, uri=store.uri(version), manifest_sha256=sha256(store.read(version, MANIFEST)))
        event = event_for(manifest, own=own, champion=champion, now=self._parts.clock())
        self._parts.events.announce(event)
        outcome = event.event.value
        self._parts.metrics.runs.labels(outcome).inc()
        log.info("announced", extra={"model_version": version, "outcome": outcome, "reasons": event.candidate.reasons})

    def _record(self, result: RunResult) -> None:
        metrics = self._parts.metrics
        metrics.seconds.set(result.seconds)
        metrics.holdout.clear()
        for name, value in result.metrics.items():
            metrics.holdout.labels(result.version, name).set(value)
