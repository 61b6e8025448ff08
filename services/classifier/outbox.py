"""Scores and dead letters on their topics, in the form their readers expect."""

from schemas import DeadLetterV1, ScoreV1
from services.classifier.observations import Observations
from services.classifier.publisher import Oversized, Publisher, Record
from services.classifier.scorer import Clock
from services.runtime.dead_letters import dead_letter_key
from services.runtime.settings import TopicSettings

CONTRACT_HEADER = "contract"


class Outbox:
    """Publishes; returns when the broker has it. Without `bodies` dead letters carry no bytes of their messages."""

    def __init__(
        self,
        publisher: Publisher,
        *,
        topics: TopicSettings,
        observations: Observations,
        clock: Clock,
        bodies: bool = True,
    ) -> None:
        self._publisher = publisher
        self._topics = topics
        self._observations = observations
        self._clock = clock
        self._bodies = bodies

    async def score(self, score: ScoreV1) -> None:
        """Publish a score under its alert's id.

        Raises:
            Oversized: the topic does not take it.
        """
        key = score.alert.alert_id.encode(errors="replace")
        await self._publisher.publish(_record(self._topics.scores, key, score))
        self._observations.published(score, acknowledged_at=self._clock())

    async def dead_letter(self, letter: DeadLetterV1) -> None:
        """Publish a dead letter, with fewer of the original's bytes where the topic takes no more.

        Raises:
            Oversized: the topic does not even take it without them.
        """
        if not self._bodies:
            letter = letter.model_copy(update={"body": b""})
        try:
            key = dead_letter_key(letter.origin)
            await self._publisher.publish(_record(self._topics.dead_letters, key, letter))
        except Oversized:
            if not letter.body:
                raise
            await self.dead_letter(letter.model_copy(update={"body": letter.body[: len(letter.body) // 2]}))
        else:
            self._observations.dead_lettered(letter.reason)


def _record(topic: str, key: bytes, message: ScoreV1 | DeadLetterV1) -> Record:
    contract = type(message).__name__.encode()
    return Record(topic=topic, key=key, value=message.to_bytes(), headers=((CONTRACT_HEADER, contract),))
