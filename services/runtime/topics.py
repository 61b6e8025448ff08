"""The topics of the contract on a cluster: made where they are missing, and held against what they should be."""

from collections.abc import Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from schemas import topics as contract
from schemas.topics import Topic
from services.runtime.errors import Unavailable
from services.runtime.kafka_python import admin
from services.runtime.settings import KafkaSettings, TopicSettings


def planned_topics(names: TopicSettings) -> tuple[Topic, ...]:
    """The topics of the contract under the names that are set."""
    chosen = {
        contract.ALERTS: names.alerts,
        contract.FEEDBACK: names.feedback,
        contract.SCORES: names.scores,
        contract.MODELS: names.models,
        contract.DEAD_LETTERS: names.dead_letters,
    }
    return tuple(topic.model_copy(update={"name": chosen[topic.name]}) for topic in contract.topics())


def create_topics(
    settings: KafkaSettings, topics: tuple[Topic, ...], *, extra_config: Mapping[str, Mapping[str, str]] | None = None
) -> list[str]:
    """Make the topics that do not exist and return their names; those that exist are left as they are.

    `extra_config` adds Kafka's own settings to a topic, by its name.

    Raises:
        Unavailable: no broker answers, or the cluster refuses (rights, replication).
    """
    client = admin(settings)
    try:
        present = set(client.list_topics())
        missing = {
            topic.name: _options(topic, settings, (extra_config or {}).get(topic.name, {}))
            for topic in topics
            if topic.name not in present
        }
        if missing:
            client.create_topics(missing, wait_for_metadata=True)
    except KafkaError as error:
        raise Unavailable(f"the topics cannot be made: {error}") from error
    finally:
        client.close()
    return list(missing)


def _options(topic: Topic, settings: KafkaSettings, extra_config: Mapping[str, str]) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": settings.replication_factor,
        "configs": {**topic.kafka_config, **extra_config},
    }


def check_topics(settings: KafkaSettings, topics: tuple[Topic, ...]) -> list[str]:
    """What is not as it should be, a sentence each; none when all is well.

    Raises:
        Unavailable: no broker answers.
    """
    client = admin(settings)
    try:
        return _problems(client, topics)
    except KafkaError as error:
        raise Unavailable(f"the topics cannot be read: {error}") from error
    finally:
        client.close()


def _problems(client: KafkaAdminClient, topics: tuple[Topic, ...]) -> list[str]:
    present = set(client.list_topics())
    missing = [topic.name for topic in topics if topic.name not in present]
    problems = [f"{name} does not exist; `winnow topics create` makes it" for name in missing]
    for topic in topics:
        if topic.name in present:
            problems += _differences(client, topic)
    return problems


def _differences(client: KafkaAdminClient, topic: Topic) -> list[str]:
    described = client.describe_topics([topic.name])[0]
    partitions = len(described["partitions"])
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=None)
    found = client.describe_configs([resource], config_filter="all")
    values = next(iter(found.values()))[topic.name]
    problems = []
    if partitions < topic.partitions:
        problems.append(f"{topic.name} has {partitions} partitions, planned are {topic.partitions}")
    for key, wanted in topic.kafka_config.items():
        value = values[key]["value"] if key in values else None
        if str(value) != wanted:
            problems.append(f"{topic.name} has {key}={value}, planned is {wanted}")
    return problems
