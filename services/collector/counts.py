"""The collector's metrics, from what a batch changed."""

from collections import Counter
from collections.abc import Iterable, Mapping

from prometheus_client import Counter as PrometheusCounter

from schemas import DeadLetterV1
from services.core.audit import audit_weight
from services.core.labels import TRAINABLE
from services.runtime.buffer import Judged, Stored
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import CollectorMetrics

NO_MODEL = "none"
"""The label of alerts that passed unscored."""
AUDITED = "audited"
"""What stands for `shown` of alerts that may close and were shown by lot."""


class Counts:
    """Counts what was stored, once it is. Counters begin at zero with each start, as Prometheus expects.

    `alarms` has one for each topic that is read: scores outnumber verdicts so much that in one window they would hide
    that every verdict is refused.
    """

    def __init__(self, metrics: CollectorMetrics, *, alarms: Mapping[str, DeadLetterAlarm]) -> None:
        self._metrics = metrics
        self._alarms = alarms
        self._models: set[str] = set()
        self._auditing: set[str] = set()
        self._show_alarms()

    def stored(self, stored: Stored) -> None:
        """Count what a batch changed."""
        self._metrics.stored_scores.inc(len(stored.scores))
        for verdict, number in Counter((one.verdict, one.origin) for one in stored.verdicts).items():
            self._metrics.verdicts.labels(*verdict).inc(number)
        judgements = stored.judged | stored.withdrawn
        self._show({score.model_version or "" for score in stored.scores} | {one.model_version for one in judgements})
        self._show_audit(
            {score.model_version or "" for score in stored.scores if score.decision is not None}
            | {one.model_version for one in judgements if one.audit_probability}
        )
        _add(self._metrics.judged, stored.judged)
        _add(self._metrics.withdrawn, stored.withdrawn)
        _weigh(self._metrics.audited_weight, stored.judged)
        _weigh(self._metrics.audited_weight_withdrawn, stored.withdrawn)

    def refused(self, letters: Iterable[DeadLetterV1], *, refused: Iterable[tuple[str, bool]]) -> None:
        """Count dead letters, and see whether they are too many; `refused` has each message's topic, and whether."""
        for letter in letters:
            self._metrics.dead_letters.labels(letter.reason).inc()
        for topic, one in refused:
            self._alarms[topic].saw(refused=one)
        self._show_alarms()

    def _show_alarms(self) -> None:
        for topic, alarm in self._alarms.items():
            self._metrics.dead_letter_share.labels(topic).set(alarm.share)
            self._metrics.dead_letter_alarm.labels(topic).set(alarm.ringing)

    def _show(self, versions: set[str]) -> None:
        """Show all of a model's counters from the start, at zero.

        Prometheus' `increase` cannot see a counter's first value, and its subtraction skips what only one side has.
        """
        for version in versions - self._models:
            for shown in (True, False):
                for verdict in TRAINABLE:
                    self._show_one(Judged(model_version=version, shown=shown, verdict=verdict))
        self._models |= versions

    def _show_audit(self, versions: set[str]) -> None:
        """The same of models that decide; others have no audit, and no recall that could be estimated from one."""
        for version in versions - self._auditing:
            for verdict in TRAINABLE:
                self._show_one(Judged(model_version=version, shown=True, verdict=verdict, audit_probability=1.0))
                self._metrics.audited_weight.labels(version or NO_MODEL, verdict.value)
                self._metrics.audited_weight_withdrawn.labels(version or NO_MODEL, verdict.value)
        self._auditing |= versions

    def _show_one(self, judged: Judged) -> None:
        self._metrics.judged.labels(*_labels(judged))
        self._metrics.withdrawn.labels(*_labels(judged))


def _add(counter: PrometheusCounter, judgements: Counter[Judged]) -> None:
    for judged, number in judgements.items():
        counter.labels(*_labels(judged)).inc(number)


def _weigh(counter: PrometheusCounter, judgements: Counter[Judged]) -> None:
    """Add what the audited among them stand for."""
    for judged, number in judgements.items():
        if judged.audit_probability:
            weight = number * audit_weight(judged.audit_probability)
            counter.labels(judged.model_version or NO_MODEL, judged.verdict.value).inc(weight)


def _labels(judged: Judged) -> tuple[str, str, str]:
    """Audited alerts are counted apart: they were shown by lot, not for their score."""
    shown = AUDITED if judged.audit_probability else str(judged.shown).lower()
    return judged.model_version or NO_MODEL, shown, judged.verdict.value
