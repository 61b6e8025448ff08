"""What lies in a topic now, read without a group: all of it, or its end. Nothing is committed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from services.runtime.errors import Unavailable
from services.runtime.kafka_python import consumer, partitions_of
from services.runtime.settings import KafkaSettings

_SECONDS = 30.0
"""How long the broker has to answer."""


def everything(settings: KafkaSettings, topic: str) -> Iterator[Any]:
    """Every record from the topic's beginning to where it ends now, oldest first within a partition; none without it.

    Raises:
        Unavailable: no broker answers, or it does not hand out the whole topic in time.
    """
    with _reader(settings, topic) as (client, partitions):
        yield from _until_end(client, client.beginning_offsets(partitions)) if partitions else ()


def newest(settings: KafkaSettings, topic: str, *, count: int) -> list[Any]:
    """The topic's newest records, oldest first; fewer where it has no more.

    Raises:
        Unavailable: as above, or there is no such topic.
    """
    with _reader(settings, topic) as (client, partitions):
        if not partitions:
            raise Unavailable(f"there is no topic {topic}; `winnow topics create` makes it")
        begins, ends = client.beginning_offsets(partitions), client.end_offsets(partitions)
        records = list(_until_end(client, {each: max(begins[each], ends[each] - count) for each in partitions}))
    return sorted(records, key=lambda record: (record.timestamp, record.partition, record.offset))[-count:]


@contextmanager
def _reader(settings: KafkaSettings, topic: str) -> Iterator[tuple[KafkaConsumer, list[TopicPartition]]]:
    client = consumer(settings, group=None)
    try:
        partitions = partitions_of(client, topic)
        client.assign(partitions)
        yield client, partitions
    except KafkaError as error:
        raise Unavailable(f"{topic} cannot be read: {type(error).__name__}") from error
    finally:
        client.close()


def _until_end(client: KafkaConsumer, begins: Mapping[TopicPartition, int]) -> Iterator[Any]:
    for partition, offset in begins.items():
        client.seek(partition, offset)
    ends = client.end_offsets(list(begins))
    silent = 0.0
    while any(client.position(partition) < end for partition, end in ends.items()):
        polled = client.poll(timeout_ms=1000)
        silent = 0.0 if polled else silent + 1.0
        if silent >= _SECONDS:
            topic = next(iter(begins)).topic
            raise Unavailable(f"{topic} was not handed out within {_SECONDS:.0f} s")
        for records in polled.values():
            yield from records
