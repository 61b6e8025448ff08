"""What happens in the pipeline, told to Prometheus."""

from datetime import datetime

from schemas import DeadLetterReason, ScoreStatus, ScoreV1, UnscoredReason
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import ClassifierMetrics

_SOURCES = 64
_OTHER = "other"


class Observations:
    """The pipeline's events as metrics; `topic` is where the alerts come from, `alarm` the one of that topic.

    The labels' values stay few, whatever the alerts say.
    """

    def __init__(self, metrics: ClassifierMetrics, *, alarm: DeadLetterAlarm, topic: str) -> None:
        self._metrics = metrics
        self._alarm = alarm
        self._sources: set[str] = set()
        self._stages = {name: metrics.stage.labels(name) for name in ("normalise", "encode", "judge", "publish")}
        self._cache = {hit: metrics.cache.labels("hit" if hit else "miss") for hit in (True, False)}
        self._share, self._ringing = metrics.dead_letter_share.labels(topic), metrics.dead_letter_alarm.labels(topic)
        for reason in UnscoredReason:
            metrics.unscored.labels(reason.value)  # at zero: Prometheus' `rate` cannot see a counter's first value

    def message(self, *, refused: bool) -> None:
        """A message was read."""
        self._alarm.saw(refused=refused)
        self._share.set(self._alarm.share)
        self._ringing.set(self._alarm.ringing)

    def alert(self, source: str) -> None:
        """An alert was read; `source` is the sender's word, so only the first few names get a label of their own."""
        if len(self._sources) < _SOURCES:
            self._sources.add(source)
        self._metrics.alerts.labels(source if source in self._sources else _OTHER).inc()

    def looked_up(self, *, hit: bool) -> None:
        """The cache was asked for a vector."""
        self._cache[hit].inc()

    def run(self, *, texts: int, waiting: int) -> None:
        """The encoder begins a run over some texts, while other alerts wait for it."""
        self._metrics.batch_size.observe(texts)
        self._metrics.queue_depth.set(waiting)

    def published(self, score: ScoreV1, *, acknowledged_at: datetime) -> None:
        """The broker has a score."""
        self._count(score)
        times = score.times
        self._metrics.latency.observe(_seconds(times.produced_at, acknowledged_at))
        self._stage("normalise", times.received_at, times.normalised_at)
        if times.encoded_at is not None:
            self._stage("encode", times.normalised_at, times.encoded_at)
            self._stage("judge", times.encoded_at, times.scored_at)
        self._stage("publish", times.scored_at, acknowledged_at)

    def dead_lettered(self, reason: DeadLetterReason) -> None:
        """The broker has a dead letter."""
        self._metrics.dead_letters.labels(reason.value).inc()

    def _count(self, score: ScoreV1) -> None:
        if score.status is ScoreStatus.UNSCORED and score.unscored_reason is not None:
            self._metrics.unscored.labels(score.unscored_reason.value).inc()
        elif score.probabilities is not None:
            verdicts = score.probabilities.model_dump()
            likeliest = max(verdicts, key=verdicts.__getitem__)
            self._metrics.scores.labels(likeliest, score.model_version, str(score.shown).lower()).inc()
        if score.surge:
            self._metrics.surges.inc()
        if score.decision is not None:
            self._metrics.decisions.labels("audited" if score.audited else score.decision.value).inc()

    def _stage(self, name: str, begin: datetime, end: datetime) -> None:
        self._stages[name].observe(_seconds(begin, end))


def _seconds(begin: datetime, end: datetime) -> float:
    """The time between, not less than zero: clocks of two machines, or a producer's own timestamp, may disagree."""
    return max(0.0, (end - begin).total_seconds())
