"""Dead letters, out to their topic and acknowledged."""

from collections.abc import Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas import DeadLetterV1
from services.runtime.dead_letters import dead_letter_key
from services.runtime.errors import Unavailable

_ACKNOWLEDGED_WITHIN = 30.0


class DeadLetterPublisher:
    """The dead-letter topic. Without `bodies` dead letters carry no bytes of their messages."""

    def __init__(self, producer: KafkaProducer, *, topic: str, bodies: bool = True) -> None:
        self._producer = producer
        self._topic = topic
        self._bodies = bodies

    def publish(self, letters: Sequence[DeadLetterV1]) -> None:
        """Send them and wait until every in-sync replica has them.

        Raises:
            Unavailable: not all were acknowledged; some may be there all the same.
        """
        try:
            sent = [
                self._producer.send(self._topic, key=dead_letter_key(letter.origin), value=self._value(letter))
                for letter in letters
            ]
            for future in sent:
                future.get(timeout=_ACKNOWLEDGED_WITHIN)
        except KafkaError as error:
            raise Unavailable(f"dead letters are not acknowledged: {type(error).__name__}") from error

    def _value(self, letter: DeadLetterV1) -> bytes:
        return (letter if self._bodies else letter.model_copy(update={"body": b""})).to_bytes()
