"""When to train, and what to say of a run: plain functions of what is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas import ModelEvent, ModelEventV1, Serving
from services.core.bundle import Manifest
from services.core.candidates import MOST_REASONS, candidate_of
from services.core.example import Example
from services.core.gate import GateOutcome
from services.core.gate.support import as_told
from services.trainer.settings import ScheduleSettings

_LONGEST_REASON = 1024
_LONGEST_BACKOFF = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The newest bundle of the store, whether it was promoted or not: how many verdicts it knew, and its time (UTC)."""

    verdicts: int
    at: datetime


def last_run(manifest: Manifest | None) -> LastRun | None:
    """What the newest bundle says of the run that made it."""
    if manifest is None:
        return None
    verdicts = manifest.settings.get("run.verdicts", 0)
    return LastRun(verdicts=int(verdicts), at=manifest.created_at)


def due(verdicts: int, *, last: LastRun | None, now: datetime, settings: ScheduleSettings) -> str:
    """Why a run should start now, or nothing."""
    if verdicts < settings.minimum_verdicts:
        return ""
    if last is None:
        return f"{verdicts} verdicts and no model yet"
    new = verdicts - last.verdicts if verdicts >= last.verdicts else verdicts  # fewer: the buffer was made anew
    if new >= settings.new_verdicts:
        return f"{new} new verdicts"
    if new > 0 and (now - last.at).total_seconds() >= settings.seconds:
        return f"{new} new verdicts since {last.at:%Y-%m-%d %H:%M}"
    return ""


def backoff(failures: int, *, settings: ScheduleSettings) -> float:
    """Seconds to wait after so many failed runs in a row."""
    return min(settings.backoff_seconds * 2.0 ** max(0, failures - 1), _LONGEST_BACKOFF) if failures else 0.0


def event_for(
    manifest: Manifest,
    *,
    own: Serving,
    champion: Serving | None,
    now: datetime,
    passed: ModelEvent = ModelEvent.PROMOTED,
) -> ModelEventV1:
    """What the topic is told of a judged bundle: that it serves now, or that the champion goes on.

    `passed` is what becomes of one that passed the gate; in shadow it serves no more than a rejected one.
    """
    event = passed if manifest.promoted else ModelEvent.REJECTED
    return ModelEventV1(
        model_name=manifest.model_name,
        event=event,
        candidate=candidate_of(
            manifest,
            digest=own.manifest_sha256,
            reasons=[reason.text or reason.rule for reason in as_told(manifest.gate)],
        ),
        serving=own if event is ModelEvent.PROMOTED else champion,
        occurred_at=now,
    )


def raised_since(begun: ModelEventV1, examples: Sequence[Example]) -> list[Example]:
    """Alerts raised and judged after the shadow began that models can read, and on whose verdict analysts agree."""
    since = (one for one in examples if min(one.alert.raised_at, one.decided_at) >= begun.occurred_at)
    return [one for one in since if one.has_current_context and not one.contested]


def after_shadow(begun: ModelEventV1, outcome: GateOutcome, *, own: Serving, now: datetime) -> ModelEventV1:
    """What the topic is told when a shadow ends; `begun` is the event that it began with."""
    found = [f"in shadow: {reason.text or reason.rule}"[:_LONGEST_REASON] for reason in as_told(outcome.reasons)]
    reasons = (*found, *begun.candidate.reasons)[:MOST_REASONS]
    return begun.model_copy(
        update={
            "event": ModelEvent.PROMOTED if outcome.promoted else ModelEvent.REJECTED,
            "candidate": begun.candidate.model_copy(update={"reasons": reasons}),
            "serving": own if outcome.promoted else begun.serving,
            "occurred_at": now,
        }
    )


def unannounced(newest: Manifest | None, latest: ModelEventV1 | None) -> bool:
    """Whether the newest bundle was published by a service that died before it could announce it.

    Only if nothing was announced since, and the model it was judged against still serves, does its judgement hold.
    """
    if newest is None:
        return False
    if latest is None:
        return newest.parent is None
    serving = latest.serving.version if latest.serving is not None else None
    return newest.created_at > latest.occurred_at and newest.parent == serving
