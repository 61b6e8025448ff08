"""What an alert takes of this processor: real alerts through a classifier's pieces, on one thread, without Kafka."""

from collections.abc import Iterable
from time import thread_time

from schemas import ScoreStatus, ScoreV1
from services.classifier.engine import Model
from services.classifier.errors import ModelUnusable
from services.classifier.handler import Incoming, Reading, handle
from services.classifier.scorer import Clock, Question, Work, score, score_known
from services.core.context import ContextTracker
from services.core.errors import DataError
from services.core.sizing import Costs
from services.siem.reading import Reader

CLIENT_SECONDS = 0.0013
"""What Faust and aiokafka take for an alert read, its score published and its offset committed, beside what is measured
here: `python -m benchmarks.scale_out` on two cores of an Intel Xeon, 0.8, 1.3 and 1.7 ms in three runs."""


def measure_costs(messages: Iterable[Incoming], model: Model, *, reader: Reader, clock: Clock) -> Costs:
    """The costs of these messages' alerts in their order, each text new to `model` the first time it comes.

    Raises:
        DataError: there is no alert that can be read.
        ModelUnusable: the model does not answer.
    """
    meter = _Meter(model, reader=reader, clock=clock)
    for incoming in messages:
        meter.take(incoming)
    return meter.costs()


class _Stopwatch:
    """This thread's processor seconds within its `with`s."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._began = thread_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += thread_time() - self._began


class _Meter:
    """Counts messages, alerts, texts and bytes, and clocks what is done for each."""

    def __init__(self, model: Model, *, reader: Reader, clock: Clock) -> None:
        self._model, self._reader, self._clock = model, reader, clock
        self._tracker = ContextTracker()
        self._for_alerts, self._first, self._again = _Stopwatch(), _Stopwatch(), _Stopwatch()
        self._alerts = self._texts = self._bytes_in = self._bytes_out = 0

    def take(self, incoming: Incoming) -> None:
        """Do with a message what a classifier does."""
        self._bytes_in += len(incoming.value or b"")
        with self._for_alerts:
            found = handle(incoming, reader=self._reader, now=self._clock())
        for reading in found:
            if isinstance(reading, Reading):
                self._answer(incoming, reading)

    def _answer(self, incoming: Incoming, reading: Reading) -> None:
        with self._for_alerts:
            question = Question(work=self._work(incoming, reading), model=self._model)
            is_known = self._model.known(question.text) is not None
        if not is_known:
            with self._first:  # encoded; its words and neighbours too, which are looked for once
                self._scored(question, score(question, clock=self._clock))
            with self._again:
                score_known(question, clock=self._clock)
            self._texts += 1
        with self._for_alerts:
            record = self._scored(question, score_known(question, clock=self._clock)).to_bytes()
        self._alerts += 1
        self._bytes_out += len(record)

    def _scored(self, question: Question, answer: ScoreV1 | None) -> ScoreV1:
        if answer is None or answer.status is not ScoreStatus.SCORED:
            told = answer.unscored_detail if answer is not None else "its texts do not fit the cache"
            raise ModelUnusable(f"{question.model.version} does not score these alerts: {told}")
        return answer

    def _work(self, incoming: Incoming, reading: Reading) -> Work:
        return Work(
            reading=reading,
            context=self._tracker.observe(reading.alert, received_at=incoming.produced_at),
            produced_at=incoming.produced_at,
            received_at=incoming.received_at,
            normalised_at=self._clock(),
        )

    def costs(self) -> Costs:
        """What it came to, an alert."""
        if not self._alerts:
            raise DataError("none of the messages holds an alert that can be read; `winnow alerts normalise` says why")
        return Costs(
            alert_seconds=self._for_alerts.seconds / self._alerts,
            client_seconds=CLIENT_SECONDS,
            text_seconds=(self._first.seconds - self._again.seconds) / max(self._texts, 1),
            new_share=self._texts / self._alerts,
            alert_bytes=self._bytes_in / self._alerts,
            score_bytes=self._bytes_out / self._alerts,
        )
