"""The five acts. Each lets the SOC work, does one thing to the system, and says what must be seen of it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from schemas import ModelEvent, ModelEventV1
from services.sandbox.demo.live import Live, of_main_model
from services.sandbox.demo.stage import Span, Stage
from services.sandbox.errors import DemoFailed

ACT_1 = "1 · no model yet"
ACT_2 = "2 · the first model"
ACT_3_OLD = "3 · the world changes, first model"
ACT_3_NEW = "3 · the world changes, second model"
ACT_4 = "4 · a careless analyst"
ACT_5 = "5 · killed under load"

CARELESS_SHARE = 0.6

_REASONS_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that must hold after an act, and what was found."""

    act: str
    name: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the play left behind for the report: measured spans, what the trainer announced, and the kill."""

    spans: Sequence[Span]
    events: Sequence[ModelEventV1]
    checks: Sequence[Check]
    killed_at: datetime
    crash: Span
    """From the kill until the restarted classifier had caught up: outside it nothing may be late or repeated."""


def play(stage: Stage) -> Played:
    """Play all acts.

    Raises:
        DemoFailed: an act could not be played to its end.
        ServiceFailed: a service ended by itself.
    """
    first = act_1(stage)
    second, first_runs = act_2(stage)
    old, new, second_runs = act_3(stage)
    careless, third = act_4(stage)
    new = replace(new, end=careless.start)
    crash, killed_at, caught_up = act_5(stage)
    events = (*first_runs, *second_runs, third)
    checks = [
        *_checks_of_1(stage, first),
        *_checks_of_2(first_runs),
        *_checks_of_3(stage, (second, old, new), second_runs),
        *_checks_of_4(stage, (new, careless), second_runs[-1], third),
        caught_up,
    ]
    spans = (first, second, old, new, careless, crash)
    return Played(spans=spans, events=events, checks=checks, killed_at=killed_at, crash=crash)


def act_1(stage: Stage) -> Span:
    """No model: every alert passes unscored, verdicts gather. A few messages nobody can read come along.

    The SIEM sends first what it has kept, so the act's alerts begin when the world did.
    """
    kept = f"the SIEM sends its last {stage.plan.backlog_seconds:g} s first"
    stage.teller.say(f"Act {ACT_1}: {kept}; every alert passes unscored, analysts' verdicts gather")
    stage.traffic.send_poison()
    stage.wait(stage.plan.learn_seconds, "gathering verdicts")
    return Span(name=ACT_1, start=stage.clock.start, end=datetime.now(UTC))


def act_2(stage: Stage) -> tuple[Span, Sequence[ModelEventV1]]:
    """The first model is trained, judged and swapped in."""
    stage.teller.say(f"Act {ACT_2}: trained on the verdicts, judged, exported, swapped in while alerts flow")
    runs = _until_one_serves(stage, "training the first model")
    return stage.measure(ACT_2, stage.plan.serve_seconds, "the first model serves"), runs


def act_3(stage: Stage) -> tuple[Span, Span, Sequence[ModelEventV1]]:
    """A new harmless cause and a new attack technique appear; the next model learns them.

    Each of the two is measured on all alerts it scores in the new world: the first also while the second is trained,
    and the second, whose span `play` extends, while the third is.
    """
    stage.teller.say(f"Act {ACT_3_OLD.split(',', maxsplit=1)[0]}: a new harmless cause and a new attack technique")
    stage.soc.change_world(datetime.now(UTC))
    stage.wait(stage.plan.settle_seconds, "the change reaches the topics")
    start = datetime.now(UTC)
    stage.wait(stage.plan.change_seconds, "the first model meets a new world")
    runs = _until_one_serves(stage, "training the second model")
    old = Span(name=ACT_3_OLD, start=start, end=datetime.now(UTC))
    return old, stage.measure(ACT_3_NEW, stage.plan.renewed_seconds, "the second model serves"), runs


def act_4(stage: Stage) -> tuple[Span, ModelEventV1]:
    """One analyst closes everything as a false positive, and gives most of the verdicts."""
    stage.teller.say(f"Act {ACT_4}: gives {CARELESS_SHARE:.0%} of all verdicts, every one false positive")
    stage.analysts.careless(CARELESS_SHARE)
    stage.wait(stage.plan.careless_seconds, "careless verdicts come in")
    event = _trained(stage, "training on poisoned verdicts")
    stage.analysts.careless(0.0)
    return stage.measure(ACT_4, stage.plan.guarded_seconds, "after the gate's decision"), event


def act_5(stage: Stage) -> tuple[Span, datetime, Check]:
    """The classifier is killed with SIGKILL under load and started again."""
    stage.teller.say(f"Act {ACT_5}: SIGKILL to the classifier, then a restart")
    stage.wait(stage.plan.crash_seconds, "under load")
    stage.system.kill("classifier")
    killed_at = datetime.now(UTC)  # after it is gone: what it answered until then was before the kill
    stage.ledger.mark("kill", killed_at)
    stage.system.start("classifier")
    ready = stage.system.wait_until_ready("classifier")
    stage.teller.say(f"the classifier was ready again after {ready:.1f} s")
    stage.wait(stage.plan.crash_seconds, "catching up")
    stage.traffic.stop_sending()
    caught_up = _drained(stage)
    return Span(name=ACT_5, start=killed_at, end=datetime.now(UTC)), killed_at, caught_up


def _drained(stage: Stage) -> Check:
    """Wait until every alert has its score; which ones never get one the witness counts."""
    try:
        stage.until(
            lambda: len(stage.ledger.scores) >= len(stage.ledger.alerts), doing=lambda: "draining", timeout_seconds=60
        )
    except DemoFailed as error:
        stage.teller.say(str(error))
    missing = len(stage.ledger.alerts) - len(stage.ledger.scores)
    text = f"{missing} of {len(stage.ledger.alerts):,} alerts without an answer a minute after the last was sent"
    return Check(act=ACT_5, name="the restarted classifier catches up", passed=missing == 0, text=text)


def _until_one_serves(stage: Stage, doing: str) -> Sequence[ModelEventV1]:
    """What came of each run, up to the first whose model serves: a refused one is followed by one on more verdicts."""
    runs = [_trained(stage, doing)]
    while runs[-1].event is not ModelEvent.PROMOTED and len(runs) < stage.plan.attempts:
        stage.wait(stage.plan.again_seconds, "refused: more verdicts gather for the next run")
        runs.append(_trained(stage, f"{doing} again"))
    return runs


def _trained(stage: Stage, doing: str) -> ModelEventV1:
    event = stage.train(doing)
    candidate = event.candidate
    stage.teller.say(_told(event))
    if event.event is ModelEvent.PROMOTED:
        stage.wait_for_swap(candidate.version)
        stage.wait(stage.plan.settle_seconds, "settling")
    return event


def _told(event: ModelEventV1) -> str:
    """What the gate decided, and the first of its reasons, the failed ones first; the report has them all at length."""
    reasons = event.candidate.reasons
    named = [reason.partition("; ")[0] for reason in reasons[:_REASONS_TOLD]]
    more = [f"{len(reasons) - len(named)} more in the report"] if len(reasons) > len(named) else []
    return f"{event.candidate.version} was {event.event}: {'; '.join(named + more)}"


def _measured(stage: Stage, span: Span) -> Live:
    """What the model that scored most of the span's alerts showed, against the truth."""
    _, found = of_main_model(stage.ledger.between(span.start, span.end))
    return found


def _checks_of_1(stage: Stage, span: Span) -> list[Check]:
    scores = [score for _, score in stage.ledger.between(span.start, span.end)]
    shown = sum(score.shown and score.status == "unscored" for score in scores)
    passed = bool(scores) and shown == len(scores)
    text = f"{shown:,} of {len(scores):,} alerts passed unscored and shown"
    return [Check(act=ACT_1, name="nothing is held back without a model", passed=passed, text=text)]


def _checks_of_2(runs: Sequence[ModelEventV1]) -> list[Check]:
    return [_promoted(ACT_2, runs)]


def _promoted(act: str, runs: Sequence[ModelEventV1]) -> Check:
    passed = runs[-1].event is ModelEvent.PROMOTED
    return Check(act=act, name="the model passes the gate and serves", passed=passed, text=" · ".join(map(_told, runs)))


def _checks_of_3(stage: Stage, spans: tuple[Span, Span, Span], runs: Sequence[ModelEventV1]) -> list[Check]:
    if not stage.plan.judge_quality:
        return [_promoted(ACT_3_NEW, runs)]
    before, old, new = (_measured(stage, span) for span in spans)
    return [
        Check(
            act=ACT_3_OLD,
            name="live precision and recall fall when the world changes",
            passed=old.precision < before.precision and old.recall < before.recall,
            text=f"precision {before.precision:.3f} → {old.precision:.3f}, "
            f"recall {before.recall:.3f} → {old.recall:.3f}",
        ),
        _promoted(ACT_3_NEW, runs),
        Check(
            act=ACT_3_NEW,
            name="the second model is better than the first in the new world",
            passed=new.f1 > old.f1,
            text=f"live F1 {old.f1:.3f} → {new.f1:.3f}",
        ),
    ]


def _checks_of_4(stage: Stage, spans: tuple[Span, Span], champion: ModelEventV1, event: ModelEventV1) -> list[Check]:
    """Either the candidate is rejected and the champion serves on, or the poison did no harm to recall."""
    before, after = (_measured(stage, span) for span in spans)
    if event.event is not ModelEvent.PROMOTED:
        kept = event.serving is not None and champion.serving is not None and event.serving == champion.serving
        return [Check(act=ACT_4, name="the champion keeps serving", passed=kept, text=_told(event))]
    text = f"promoted with the poison kept out; live recall {before.recall:.3f} → {after.recall:.3f}"
    held = not stage.plan.judge_quality or after.recall >= before.recall - 0.05
    return [Check(act=ACT_4, name="the poison does no harm", passed=held, text=text)]
