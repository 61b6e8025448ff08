"""Files of alerts and verdicts: JSON lines or one JSON array, and sending them to a topic."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.progress import track

from services.cli.output import PROBLEM, USAGE, console, fail
from services.runtime.errors import Unavailable
from services.runtime.settings import ProcessSettings

FORMAT_HEADER = "format"
"""Name of the Kafka header that names a message's format."""


def read_items(file: Path) -> Iterator[tuple[int, bytes]]:
    """Each alert or verdict of a file with its number, counted from 1: a line each, or an item of one JSON array."""
    if not file.is_file():
        fail(f"{file} is not a file", code=USAGE)
    with file.open("rb") as opened:
        first = opened.read(1)
        opened.seek(0)
        if first == b"[":
            yield from _items_of_array(opened.read(), file)
            return
        yield from ((number, raw.strip()) for number, raw in enumerate(opened, start=1) if raw.strip())


def _items_of_array(data: bytes, file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        items = json.loads(data)
    except ValueError as error:
        fail(f"{file} begins like a JSON array but is none: {error}", code=PROBLEM)
    yield from ((number, json.dumps(item).encode()) for number, item in enumerate(items, start=1))


def send_file(file: Path, *, topic: str, format_name: str | None, settings: ProcessSettings) -> int:
    """Send each item to the topic as it is; returns how many the broker has acknowledged.

    Raises:
        Unavailable: no broker answers, or it does not take a message.
    """
    from kafka.errors import KafkaError

    from services.runtime.kafka_python import producer

    headers = [(FORMAT_HEADER, format_name.encode())] if format_name else []
    client = producer(settings.kafka)
    try:
        items = track(read_items(file), "sending", console=console)
        sent = [client.send(topic, value=value, headers=headers) for _, value in items]
        client.flush()
        for future in sent:
            future.get(timeout=30)
    except KafkaError as error:
        raise Unavailable(f"{topic} does not take the messages: {error}") from error
    finally:
        client.close()
    return len(sent)
