"""Sending the alerts or verdicts of a file to their topic, as a SIEM would."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import track

from services.cli.lines import read_items
from services.cli.output import DONE, PROBLEM, console, say
from services.runtime.errors import Unavailable
from services.runtime.format_header import format_headers
from services.runtime.settings import ProcessSettings
from services.siem.identity import message_key
from services.siem.reading import Read, Refusal


def send_file(file: Path, *, topic: str, read: Read, format_name: str | None, settings: ProcessSettings) -> int:
    """Send each item to the topic as it is, keyed by its host; what could not be read there is said and not sent.

    Returns the exit code: 1 when anything was refused.

    Raises:
        Unavailable: no broker answers, or it does not take a message.
    """
    from kafka.errors import KafkaError

    from services.runtime.kafka_python import producer

    headers = format_headers(format_name)
    client = producer(settings.kafka)
    refused: list[str] = []
    try:
        items = track(_readable(file, read, format_name, refused), "sending", console=console)
        sent = [client.send(topic, key=key, value=value, headers=headers) for key, value in items]
        client.flush()
        for future in sent:
            future.get(timeout=30)
    except KafkaError as error:
        raise Unavailable(f"{topic} does not take the messages: {error}") from error
    finally:
        client.close()
    say(f"{len(sent)} sent to {topic}" + (f", {len(refused)} refused and not sent" if refused else ""))
    return PROBLEM if refused else DONE


def _readable(file: Path, read: Read, format_name: str | None, refused: list[str]) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each item; `refused` gathers what is not readable, and each is said."""
    for number, value in read_items(file):
        outcomes = read(value, format_name=format_name, received_at=datetime.now(UTC))
        troubles = [f"line {number}: {one.reason}: {one.detail}" for one in outcomes if isinstance(one, Refusal)]
        known = [one for one in outcomes if not isinstance(one, Refusal)]
        for trouble in troubles:
            say(trouble)
        refused += troubles
        if known:
            yield message_key(known[0]), value
