"""What a stream of alerts needs: cores, classifiers, partitions, Kafka's bytes.

A classifier reads, looks around an alert, asks the head and publishes on one thread, and encodes texts it has not seen
before on others. What an alert takes of a processor adds up; as that one thread ends at some hundred alerts a second,
a large stream takes many classifiers, and a core each is the division that needs no other thought.
"""

from dataclasses import dataclass
from math import ceil

SECONDS_A_DAY = 86_400
RATES = (10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0)
"""Alerts a second that a sizing table has."""
_FEWEST = 4
"""Partitions. Twice as many as classifiers otherwise: each then reads as many as the others, now and when there are
twice as many of them; and to add partitions later moves alerts, and what is known around them, to others."""
BUSY = 0.6
"""The share of a core that is planned for: the rest is for bursts, rebalances and whoever else is there."""
RUNNING = 1.6
"""How much more of a processor a new text takes in a running classifier than by itself (`python -m
benchmarks.scale_out`, two cores of an Intel Xeon: 1.66). A busy neighbour makes up 0.04 of it; what else does was not
found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one alert takes. Seconds are of one core's processor time.

    `alert_seconds` are taken by every alert and `text_seconds` by a text that was not seen before, as `new_share` of
    the alerts bring one, both measured one after the other; `client_seconds` by Kafka's clients in a running
    classifier. Bytes are a message's.
    """

    alert_seconds: float
    client_seconds: float
    text_seconds: float
    new_share: float
    alert_bytes: float
    score_bytes: float

    @property
    def seconds(self) -> float:
        """Processor seconds an alert, on average, in a running classifier."""
        return self.alert_seconds + self.client_seconds + self.new_share * self.text_seconds * RUNNING

    @property
    def rate_of_a_core(self) -> float:
        """Alerts a second that keep one core busy."""
        return 1.0 / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What so many alerts a second need. A classifier is one with one core.

    Kafka takes in alerts and scores, `replicas` times each; a day of them is what it keeps for each day of retention.
    """

    rate: float
    classifiers: int
    partitions: int
    megabytes_a_second: float
    gigabytes_a_day: float


def need(costs: Costs, *, rate: float, busy: float = BUSY, replicas: int = 3) -> Need:
    """What so many alerts a second need, where a core is to be busy for a share of `busy`."""
    classifiers = max(1, ceil(rate * costs.seconds / busy))
    bytes_a_second = rate * (costs.alert_bytes + costs.score_bytes) * replicas
    return Need(
        rate=rate,
        classifiers=classifiers,
        partitions=max(_FEWEST, 2 * classifiers),
        megabytes_a_second=bytes_a_second / 1e6,
        gigabytes_a_day=bytes_a_second * SECONDS_A_DAY / 1e9,
    )


def needs(costs: Costs, *, replicas: int = 3) -> list[Need]:
    """A table, a row for each of `RATES`."""
    return [need(costs, rate=rate, replicas=replicas) for rate in RATES]
