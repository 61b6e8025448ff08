"""The topics are those of the architecture."""

from importlib import resources

import schemas
from schemas import DeadLetterReason
from schemas import topics as described
from schemas.topics import topics

# name: (contract, written by, read by, kept)
ARCHITECTURE = {
    "siem.alerts": (None, {"SIEM"}, {"classifier"}, None),
    "siem.feedback": ("FeedbackV1", {"SIEM", "analyst"}, {"collector"}, None),
    "winnow.scores": ("ScoreV1", {"classifier"}, {"SIEM", "collector"}, 7),
    "winnow.models": ("ModelEventV1", {"trainer", "winnow models"}, {"classifier"}, "compact"),
    "winnow.dead-letters": ("DeadLetterV1", {"classifier", "collector"}, {"operators"}, 30),
}


def test_every_topic_is_as_the_architecture_has_it() -> None:
    """Contract, writers, readers, and how long it is kept; the SIEM's own topics are kept as the SIEM likes."""
    assert [topic.name for topic in topics()] == list(ARCHITECTURE)
    for topic in topics():
        contract, written_by, read_by, kept = ARCHITECTURE[topic.name]
        assert topic.contract == contract
        assert (set(topic.written_by), set(topic.read_by)) == (written_by, read_by)
        assert topic.cleanup == ("compact" if kept == "compact" else "delete")
        assert kept is None or topic.retention_days == (None if kept == "compact" else kept)


def test_every_contract_named_exists() -> None:
    """By the name it is imported by; every contract but the one that only travels within others has its topic."""
    named = {topic.contract for topic in topics() if topic.contract}
    assert named == {contract.__name__ for contract in schemas.CONTRACTS} - {"AlertV1"}


def test_every_topic_says_what_it_carries_and_how_it_is_keyed() -> None:
    """The file is what people read who connect a SIEM."""
    assert all(topic.carries and topic.key for topic in topics())
    assert (resources.files(schemas) / "topics.yaml").is_file()


def test_the_names_used_in_code_are_the_files() -> None:
    """Services name topics by these constants."""
    constants = {described.ALERTS, described.FEEDBACK, described.SCORES, described.MODELS, described.DEAD_LETTERS}
    assert constants == {topic.name for topic in topics()}


def test_kafka_is_told_how_a_topic_is_kept() -> None:
    """Retention in milliseconds; a compacted topic has none."""
    config = {topic.name: topic.kafka_config for topic in topics()}
    assert config["winnow.scores"] == {"cleanup.policy": "delete", "retention.ms": "604800000"}
    assert config["winnow.models"] == {"cleanup.policy": "compact"}


def test_a_dead_letters_reason_can_label_a_metric() -> None:
    """A short, closed list of plain words."""
    assert all(reason.value.replace("_", "").isalpha() for reason in DeadLetterReason)
