"""Apache Kafka itself, one node in KRaft mode, run from its published jars on a packaged Java runtime.

`jars` finds and verifies the jars, `config` renders the properties and keeps the ports, `java` is
how its programs are run, `readiness` asks whether the broker answers, `embedded` puts them together.
"""

from services.sandbox.broker.embedded import EmbeddedKafka

__all__ = ["EmbeddedKafka"]
