"""The messages, read from where the database stands.

The offsets that count are the ones stored with the rows. Kafka's own are committed afterwards, for tools that show lag;
nothing is ever read from them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import IllegalStateError, KafkaError
from kafka.structs import OffsetAndMetadata

from services.collector.handler import Incoming
from services.runtime.buffer import Place, Position
from services.runtime.errors import Unavailable
from services.runtime.format_header import format_of
from services.runtime.kafka_python import go_on_joining

_POLL_MS = 500
_ANSWER_MS = 5000

TopicIds = Callable[[Sequence[str]], Mapping[str, str]]
"""Kafka's own ids of topics by name; a topic that was deleted and made anew has another."""


class _Reassigned(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Notes that the group was shared out anew; no more, as the library swallows what a listener raises."""

    def __init__(self) -> None:
        self.pending = False

    def on_partitions_revoked(self, revoked: object) -> None:
        """Note nothing: between two polls everything read is stored."""

    def on_partitions_assigned(self, assigned: object) -> None:  # noqa: ARG002 - the library's signature
        """Note that the places must be found."""
        self.pending = True


class Source:
    """A consumer of the group that reads on where the database stands. All methods may raise Unavailable."""

    def __init__(
        self,
        consumer: KafkaConsumer,
        *,
        topics: Sequence[str],
        positions: Callable[[], Mapping[Place, Position]],
        topic_ids: TopicIds,
        batch_messages: int,
    ) -> None:
        self._consumer = consumer
        self._topics = list(topics)
        self._positions = positions
        self._topic_ids = topic_ids
        self._batch = batch_messages
        self._ids: Mapping[str, str] = {}
        self._done: dict[TopicPartition, int] = {}
        self._reassigned = _Reassigned()
        consumer.subscribe(self._topics, listener=self._reassigned)

    def poll(self) -> list[Incoming]:
        """The next messages, in order for each partition; none when none came within half a second."""
        go_on_joining(self._consumer)
        try:
            records = self._consumer.poll(timeout_ms=_POLL_MS, max_records=self._batch)
            if self._reassigned.pending:
                self._place()
                return []  # what came was read from some other place, and comes again
        except IllegalStateError:
            raise  # a closed consumer is a mistake of ours, and trying again would hide it
        except KafkaError as error:
            raise Unavailable(f"Kafka does not answer: {type(error).__name__}") from error
        return [_incoming(record) for part in records.values() for record in part]

    @property
    def placed(self) -> bool:
        """Whether the group gave out partitions and their places are found."""
        return bool(self._ids) and not self._reassigned.pending

    def _place(self) -> None:
        self._ids = self._topic_ids(self._topics)
        stored = self._positions()
        found = []
        for partition in self._consumer.assignment():
            position = stored.get((partition.topic, partition.partition))
            if position is None or position.topic_id != self._ids.get(partition.topic, ""):
                self._consumer.seek_to_beginning(partition)
            else:
                self._consumer.seek(partition, position.next_offset)
                found.append(position)
        self._done = {}
        if found:
            self.tell(found)  # what an earlier collector stored and was killed before it could tell
        self._reassigned.pending = False

    def after(self, messages: Sequence[Incoming]) -> list[Position]:
        """Where reading goes on once these messages are stored."""
        offsets = {(one.topic, one.partition): one.offset for one in messages}
        return [
            Position(topic=topic, partition=partition, next_offset=offset + 1, topic_id=self._ids.get(topic, ""))
            for (topic, partition), offset in offsets.items()
        ]

    def tell(self, positions: Sequence[Position]) -> None:
        """Let Kafka know how far is stored, without waiting: it only informs."""
        done = {TopicPartition(one.topic, one.partition): one.next_offset for one in positions}
        self._done |= done
        self._consumer.commit_async({place: OffsetAndMetadata(offset, "", -1) for place, offset in done.items()})

    def lag(self) -> dict[Place, int]:
        """How many messages wait in each assigned partition.

        The ends are asked for, not taken from what was fetched: a consumer that silently stopped fetching would see no
        lag in its own figures.
        """
        assigned = list(self._consumer.assignment())
        try:
            ends = self._consumer.end_offsets(assigned, timeout_ms=_ANSWER_MS)
            begins = self._consumer.beginning_offsets(
                [one for one in assigned if one not in self._done], timeout_ms=_ANSWER_MS
            )
        except KafkaError as error:
            raise Unavailable(f"Kafka does not tell its offsets: {type(error).__name__}") from error
        self._done = {**begins, **self._done}
        return {(place.topic, place.partition): max(0, end - self._done.get(place, end)) for place, end in ends.items()}


def _incoming(record: Any) -> Incoming:  # noqa: ANN401 - kafka-python has no types
    return Incoming(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=-1 if record.timestamp is None else record.timestamp,
        value=record.value,
        format_name=format_of(record.headers),
    )
