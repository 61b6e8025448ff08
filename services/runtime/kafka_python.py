"""kafka-python clients from the settings, with the guarantees Winnow needs: acknowledged by all, committed by hand."""

from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from services.runtime.errors import Unavailable
from services.runtime.kafka_options import REMEDY, client_options
from services.runtime.settings import KafkaSettings


def producer(settings: KafkaSettings, **options: Any) -> KafkaProducer:  # noqa: ANN401 - the library's own options
    """A producer whose sends count only when every in-sync replica has them.

    Raises:
        Unavailable: no broker answers.
    """
    return _connected(KafkaProducer, settings, acks="all", enable_idempotence=True, linger_ms=5, **options)


def consumer(settings: KafkaSettings, *topics: str, group: str | None, **options: Any) -> KafkaConsumer:  # noqa: ANN401
    """A consumer that begins at the earliest offset and commits nothing by itself; without a group it has no offsets.

    Raises:
        Unavailable: no broker answers.
    """
    if group:
        options["session_timeout_ms"] = int(settings.session_timeout_seconds * 1000)
        options["heartbeat_interval_ms"] = min(3000, int(settings.session_timeout_seconds * 1000) // 4)
    made: KafkaConsumer = _connected(
        KafkaConsumer,
        settings,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **options,
    )
    if topics:
        made.subscribe(list(topics))
    return made


def partitions_of(client: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """A topic's partitions, in their order; none where it does not exist."""
    return [TopicPartition(topic, number) for number in sorted(client.partitions_for_topic(topic) or ())]


def go_on_joining(consumer: KafkaConsumer) -> None:
    """See that a share of the partitions that came between two polls is taken; call it before each poll.

    kafka-python 3.0.12 joins anew when a topic's partitions change, yet forgets it when the broker's answer outlasts
    the poll: the share is never taken, no heartbeat sent, and nothing read again (`ConsumerCoordinator.need_rejoin`
    compares snapshots, and the answer has made them equal).
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - there is no public way to remind it
    if coordinator.rejoining:  # changes within a poll only
        coordinator.request_rejoin()


def admin(settings: KafkaSettings) -> KafkaAdminClient:
    """An administration client.

    Raises:
        Unavailable: no broker answers.
    """
    return _connected(KafkaAdminClient, settings)


def _connected(kind: Any, settings: KafkaSettings, **options: Any) -> Any:  # noqa: ANN401 - kafka-python has no types
    try:
        patience = {"bootstrap_timeout_ms": int(settings.bootstrap_seconds * 1000)}
        return kind(**client_options(settings), **patience | options)
    except KafkaError as error:
        raise Unavailable(
            f"no Kafka broker answers at {settings.bootstrap_servers} ({type(error).__name__}); {REMEDY}"
        ) from error
