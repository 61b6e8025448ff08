"""The classifier's own connections to Kafka, beside Faust's."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.classifier.settings import ClassifierSettings
from services.runtime import aiokafka_clients
from services.runtime.errors import Unavailable

_RETRY_SECONDS = 0.5


class Connections:
    """Makes them from the settings. All may raise Unavailable once no broker has answered for the set time."""

    def __init__(self, settings: ClassifierSettings) -> None:
        self._kafka = settings.kafka
        self._topics = settings.topics
        self._group = settings.classifier.group
        self._patience = settings.classifier.start_timeout_seconds

    async def producer(self) -> AIOKafkaProducer:
        """A started producer."""
        producer = aiokafka_clients.producer(self._kafka)
        await aiokafka_clients.start(producer, self._kafka, within_seconds=self._patience)
        return producer

    def model_topic(self) -> AIOKafkaConsumer:
        """A consumer of the whole model topic, not started yet."""
        return aiokafka_clients.loose(self._kafka, self._topics.models)

    @asynccontextmanager
    async def onlooker(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A started consumer that reads nothing and asks how far the topics and our offsets reach.

        Raises:
            Unavailable: topics that are needed do not exist either.
        """
        consumer = aiokafka_clients.onlooker(self._kafka, group=self._group)
        try:
            await aiokafka_clients.start(consumer, self._kafka, within_seconds=self._patience)
            await self._require_topics(consumer)
            yield consumer
        finally:
            await consumer.stop()

    @asynccontextmanager
    async def past(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A started consumer without a group that reads nothing yet."""
        consumer = aiokafka_clients.loose(self._kafka)
        try:
            await aiokafka_clients.start(consumer, self._kafka, within_seconds=self._patience)
            yield consumer
        finally:
            await consumer.stop()

    async def _require_topics(self, consumer: AIOKafkaConsumer) -> None:
        names = self._topics
        needed = {names.alerts, names.scores, names.models, names.dead_letters}
        deadline = time.monotonic() + self._patience
        while missing := needed - await consumer.topics():
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"topics that do not exist: {', '.join(sorted(missing))}; make them with `winnow topics create`"
                )
            await asyncio.sleep(_RETRY_SECONDS)
