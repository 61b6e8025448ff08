"""Scores without Kafka: a file of alerts and a bundle, for `winnow score`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from schemas import ScoreV1, SourceCoordinates
from services.classifier.engine import Model
from services.classifier.handler import Reading
from services.classifier.scorer import Question, Work, score
from services.core.context import ContextTracker
from services.siem.reading import Reader
from services.siem.refusal import Refusal

FILE_TOPIC = "file"
"""What stands for the topic in the coordinates of a score that came from a file; the offset is the line, from 0."""


def score_lines(
    lines: Iterable[bytes], model: Model, *, reader: Reader, now: datetime, format_name: str | None = None
) -> Iterator[ScoreV1 | Refusal]:
    """Each line's alerts judged, or why they are refused (`index` is then the line, from 0), in the file's order.

    The context is what the file itself holds before an alert: the lines should be in the order of time. `now` (UTC)
    stands in for what only a stream knows.
    """
    tracker = ContextTracker(complete=True)
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        for index, found in enumerate(reader.read_alerts(line, format_name=format_name, received_at=now)):
            if isinstance(found, Refusal):
                yield Refusal(reason=found.reason, detail=found.detail, index=number)
                continue
            origin = SourceCoordinates(topic=FILE_TOPIC, partition=0, offset=number, index=index)
            reading = Reading(alert=found, origin=origin)
            # The alert's own time, as that is when a stream would have brought it.
            context = tracker.observe(found, received_at=found.observed_at)
            work = Work(
                reading=reading, context=context, produced_at=found.observed_at, received_at=now, normalised_at=now
            )
            yield score(Question(work=work, model=model), clock=lambda: now)
