"""What a publisher must do: the suite that the fake and Kafka both pass."""

from services.gateway.publisher import Outgoing, Publisher, Sent


class PublisherContract:
    """Subclasses have the fixtures `publisher`, whose limit is a million bytes, and `topic`."""

    def test_each_message_is_acknowledged(self, publisher: Publisher, topic: str) -> None:
        """As many outcomes as messages."""
        messages = [Outgoing(key=b"web-01", value=b"{}", headers=(("format", b"wazuh"),)) for _ in range(3)]
        assert publisher.publish(topic, messages) == [Sent.ACKNOWLEDGED] * 3

    def test_a_message_too_large_costs_only_itself(self, publisher: Publisher, topic: str) -> None:
        """The outcomes stand in the order of the messages."""
        messages = [Outgoing(key=b"k", value=b"x" * size) for size in (10, 3_000_000, 10)]
        assert publisher.publish(topic, messages) == [Sent.ACKNOWLEDGED, Sent.TOO_LARGE, Sent.ACKNOWLEDGED]

    def test_nothing_to_send_is_nothing(self, publisher: Publisher, topic: str) -> None:
        """No message, no outcome."""
        assert publisher.publish(topic, []) == []
