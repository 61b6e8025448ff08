"""A reader independent of the services: it counts every topic from its beginning to its end.

An alert is lost when neither a score nor a dead letter has its source coordinates, and repeated when more than one has.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from schemas import DeadLetterV1, ScoreStatus, ScoreV1, SourceCoordinates
from services.runtime.kafka_python import consumer, partitions_of
from services.runtime.settings import KafkaSettings, TopicSettings

DEAD_LETTERED = "dead_lettered"


class Place(NamedTuple):
    """Where an alert stood."""

    topic: str
    partition: int
    offset: int
    item: int

    @classmethod
    def of(cls, origin: SourceCoordinates) -> "Place":
        """The place an answer names."""
        return cls(origin.topic, origin.partition, origin.offset, origin.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an alert got, and when the broker had it (epoch seconds)."""

    place: Place
    status: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the topics hold. `latencies`: when each answered alert was sent, and seconds until its first answer."""

    produced: int
    scored: int
    unscored: int
    dead_lettered: int
    lost: int
    repeated: int
    repeated_outside_kill: int
    latencies: tuple[tuple[datetime, float], ...]


def read_sent(kafka: KafkaSettings, topics: TopicSettings) -> dict[Place, float]:
    """Every alert of its topic with the time it was sent (epoch seconds)."""
    return {
        Place(topics.alerts, record.partition, record.offset, 0): record.timestamp / 1000
        for record in _records(kafka, topics.alerts)
    }


def read_answers(kafka: KafkaSettings, topics: TopicSettings) -> list[Answer]:
    """Every score and dead letter."""
    answers = []
    for record in _records(kafka, topics.scores):
        score = ScoreV1.from_bytes(record.value)
        answers.append(Answer(place=Place.of(score.origin), status=score.status.value, at=record.timestamp / 1000))
    for record in _records(kafka, topics.dead_letters):
        letter = DeadLetterV1.from_bytes(record.value)
        answers.append(Answer(place=Place.of(letter.origin), status=DEAD_LETTERED, at=record.timestamp / 1000))
    return answers


def _records(kafka: KafkaSettings, topic: str) -> Iterator[Any]:
    reader = consumer(kafka, group=None)
    try:
        partitions = partitions_of(reader, topic)
        reader.assign(partitions)
        reader.seek_to_beginning(*partitions)
        ends = reader.end_offsets(partitions)
        while any(reader.position(partition) < ends[partition] for partition in partitions):
            for records in reader.poll(timeout_ms=500).values():
                yield from records
    finally:
        reader.close()


def tally(sent: Mapping[Place, float], answers: Sequence[Answer], *, kills: Sequence[datetime]) -> Tally:
    """Count. A repeat belongs to a kill when the answer before it is older than the kill and it is younger."""
    first: dict[Place, Answer] = {}
    repeated = outside = 0
    for answer in sorted((answer for answer in answers if answer.place in sent), key=lambda answer: answer.at):
        earlier = first.setdefault(answer.place, answer)
        if earlier is not answer:
            repeated += 1
            outside += not any(earlier.at <= kill.timestamp() <= answer.at for kill in kills)
    statuses = Counter(answer.status for answer in first.values())
    return Tally(
        produced=len(sent),
        scored=statuses[ScoreStatus.SCORED.value],
        unscored=statuses[ScoreStatus.UNSCORED.value],
        dead_lettered=statuses[DEAD_LETTERED],
        lost=len(sent) - len(first),
        repeated=repeated,
        repeated_outside_kill=outside,
        latencies=tuple(
            (datetime.fromtimestamp(sent[place], UTC), max(0.0, answer.at - sent[place]))
            for place, answer in first.items()
        ),
    )
