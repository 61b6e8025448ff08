"""Sending the alerts or verdicts of a file to their topic, as a SIEM would."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.progress import track

from services.cli.output import DONE, PROBLEM, console, say
from services.runtime.errors import Unavailable
from services.runtime.format_header import format_headers
from services.runtime.settings import KafkaSettings
from services.siem.identity import message_key
from services.siem.reading import Read, Refusal

Items = Iterable[tuple[int, bytes]]
"""What is to be sent, a message each, with its number in the file."""


@dataclass(slots=True, kw_only=True)
class Unread:
    """Messages that were not read whole."""

    refused: int = 0
    """Nothing of them is readable."""
    partly: int = 0
    """Something is, for the sake of which they are sent."""

    def told(self) -> str:
        """What became of them, to follow how many messages were sent; '' where all were read."""
        sent = f", {self.partly} of them for a part: the rest will be dead-lettered" if self.partly else ""
        return sent + (f"; {self.refused} refused and not sent" if self.refused else "")


def send_items(items: Items, *, topic: str, read: Read, format_name: str | None, kafka: KafkaSettings) -> int:
    """Send each item to the topic as it is, keyed by its host; one that could not be read there is said and not sent.

    Returns the exit code: 1 when anything was refused.

    Raises:
        Unavailable: no broker answers, or it does not take a message.
    """
    from kafka.errors import KafkaError

    from services.runtime.kafka_python import producer

    headers, unread = format_headers(format_name), Unread()
    client = producer(kafka)
    try:
        readable = track(_readable(items, read, format_name, unread), "sending", console=console)
        sent = [client.send(topic, key=key, value=value, headers=headers) for key, value in readable]
        client.flush()
        for future in sent:
            future.get(timeout=30)
    except KafkaError as error:
        raise Unavailable(f"{topic} does not take the messages: {error}") from error
    finally:
        client.close()
    say(f"{len(sent)} sent to {topic}{unread.told()}")
    return PROBLEM if unread != Unread() else DONE


def _readable(items: Items, read: Read, format_name: str | None, unread: Unread) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each item of which something is readable; what is not is said, and counted in `unread`."""
    for number, value in items:
        outcomes = read(value, format_name=format_name, received_at=datetime.now(UTC))
        troubles = [one for one in outcomes if isinstance(one, Refusal)]
        known = [one for one in outcomes if not isinstance(one, Refusal)]
        for trouble in troubles:
            say(f"line {number}: {trouble.reason}: {trouble.detail}")
        if known:
            unread.partly += bool(troubles)
            yield message_key(known[0]), value
        else:
            unread.refused += 1
