"""What a benchmark sees of a topic: the records that come from now on, how many there are, how fast they came."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from services.runtime.kafka_python import consumer, partitions_of
from services.runtime.settings import KafkaSettings

_SECONDS = 600.0
"""How long anything may take."""


@contextmanager
def from_now_on(kafka: KafkaSettings, topic: str) -> Iterator[KafkaConsumer]:
    """A reader of the records that come from now on."""
    reader = consumer(kafka, group=None)
    partitions = partitions_of(reader, topic)
    reader.assign(partitions)
    reader.seek_to_end(*partitions)
    for partition in partitions:
        reader.position(partition)  # else it seeks when it first reads
    try:
        yield reader
    finally:
        reader.close()


def written(reader: KafkaConsumer) -> int:
    """How many records lie after the reader's place."""
    places: dict[TopicPartition, int] = {each: reader.position(each) for each in reader.assignment()}
    ends: Mapping[TopicPartition, int] = reader.end_offsets(list(places))
    return sum(ends.values()) - sum(places.values())


def let_write(reader: KafkaConsumer, count: int) -> None:
    """Wait until so many are written, without reading them meanwhile.

    A reader takes its share of the two cores, and who reads is not what is measured: the records have times.
    """
    deadline = time.monotonic() + _SECONDS
    while (there := written(reader)) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{there} of {count} records came")
        time.sleep(0.5)


def read(reader: KafkaConsumer, count: int) -> list[Any]:
    """The next `count` records."""
    found: list[Any] = []
    deadline = time.monotonic() + _SECONDS
    while len(found) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(found)} of {count} records came")
        found += [record for batch in reader.poll(timeout_ms=200).values() for record in batch]
    return found


def read_until_silent(reader: KafkaConsumer, *, seconds: float) -> list[Any]:
    """All records until none comes for so long."""
    found: list[Any] = []
    last = time.monotonic()
    while time.monotonic() - last < seconds:
        batches = reader.poll(timeout_ms=500).values()
        found += [record for batch in batches for record in batch]
        last = time.monotonic() if batches else last
    return found


def rate_of(records: Iterable[Any]) -> float:
    """Records a second from the first tenth on, by their times, in any order."""
    ordered: list[float] = sorted(record.timestamp / 1000 for record in records)
    begin = len(ordered) // 10
    return (len(ordered) - 1 - begin) / (ordered[-1] - ordered[begin])
