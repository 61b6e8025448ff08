"""The simulated analysts: they answer late, err at a stated rate, or never answer.

They start from the simulator's truth. What they say is what the services learn from, never what these are judged by.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from schemas import FeedbackV1, Verdict
from services.sandbox.soc.alert import SimulatedAlert
from services.sandbox.soc.native.elastic import SPACE

NAMES = ("mara", "oskar", "priya", "tomas", "yuki")
CARELESS = "rex"
VERDICTS = (Verdict.TRUE_POSITIVE, Verdict.BENIGN_POSITIVE, Verdict.FALSE_POSITIVE)

_SECOND_OPINION = 0.3
"""Share of answered alerts that a second analyst judges as well."""
_CARELESS_DELAY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVerdict:
    """A verdict an analyst will give at `due_at` (UTC), in the form that `format` names (the Kafka header's value)."""

    due_at: datetime
    format: str
    key: bytes
    value: bytes
    alert_id: str
    verdict: Verdict
    analyst: str


class Analysts:
    """Five analysts, and later a careless sixth.

    `error_rate` of their verdicts are wrong, `silence` of the alerts they see stay without an answer, an answer takes
    `mean_delay_seconds` (exponential). Alerts not shown to them are looked at only with `audit_share`.
    """

    def __init__(
        self,
        *,
        seed: int,
        error_rate: float = 0.03,
        silence: float = 0.2,
        mean_delay_seconds: float = 4.0,
        audit_share: float = 0.25,
    ) -> None:
        self._rng = Random(seed)  # noqa: S311 - a simulation, no secret
        self._error_rate = error_rate
        self._silence = silence
        self._mean_delay_seconds = mean_delay_seconds
        self._audit_share = audit_share
        self._careless_share = 0.0

    def careless(self, share: float) -> None:
        """From now on this share of all verdicts comes from one more analyst, and each of his says false_positive.

        Raises:
            ValueError: the share is not in [0, 1).
        """
        if not 0.0 <= share < 1.0:
            raise ValueError(f"a share of all verdicts lies in [0, 1), not {share}")
        self._careless_share = share

    def answer(self, alert: SimulatedAlert, *, shown: bool, now: datetime) -> tuple[PlannedVerdict, ...]:
        """The verdicts this alert will get: none, one, or two of different analysts (three with the careless one)."""
        likely = (1.0 - self._silence) * (1.0 if shown else self._audit_share)
        careless, kept = self._shares(likely)
        planned = []
        if self._rng.random() < careless:
            planned.append(self._verdict(alert, Verdict.FALSE_POSITIVE, CARELESS, now, _CARELESS_DELAY_SECONDS))
        if self._rng.random() < likely * kept:
            who = self._rng.sample(NAMES, 2 if self._rng.random() < _SECOND_OPINION else 1)
            planned += [self._verdict(alert, self._judged(alert), name, now, self._mean_delay_seconds) for name in who]
        return tuple(planned)

    def _shares(self, likely: float) -> tuple[float, float]:
        """How likely the careless one answers, and which part of their answers his colleagues still give.

        He answers once at most, so where they would answer too often for his share, they find the alert closed.
        """
        share, theirs = self._careless_share, likely * (1.0 + _SECOND_OPINION)
        if not share or not theirs:
            return 0.0, 1.0
        his = min(1.0, theirs * share / (1.0 - share))
        return his, his * (1.0 - share) / share / theirs

    def _judged(self, alert: SimulatedAlert) -> Verdict:
        if self._rng.random() >= self._error_rate:
            return alert.truth
        return self._rng.choice([verdict for verdict in VERDICTS if verdict is not alert.truth])

    def _verdict(
        self, alert: SimulatedAlert, verdict: Verdict, analyst: str, now: datetime, mean_delay_seconds: float
    ) -> PlannedVerdict:
        due_at = now + timedelta(seconds=self._rng.expovariate(1.0 / mean_delay_seconds))
        native = alert.format == "elastic"
        write = _closed_in_elastic if native else _feedback
        return PlannedVerdict(
            due_at=due_at,
            format="elastic" if native else "winnow",
            key=alert.alert_id.encode(),
            value=write(alert, verdict, analyst, due_at),
            alert_id=alert.alert_id,
            verdict=verdict,
            analyst=analyst,
        )


def _feedback(alert: SimulatedAlert, verdict: Verdict, analyst: str, decided_at: datetime) -> bytes:
    """An analyst files attacks under their incident, and nothing else."""
    incident = alert.incident if verdict is alert.truth is Verdict.TRUE_POSITIVE else ""
    return FeedbackV1(
        alert_id=alert.alert_id, verdict=verdict, analyst=analyst, decided_at=decided_at, incident=incident
    ).to_bytes()


def _closed_in_elastic(alert: SimulatedAlert, verdict: Verdict, analyst: str, decided_at: datetime) -> bytes:
    """The workflow fields of the alert's document, as Elastic 9.2 and later set them when an analyst closes it."""
    fields = {
        "kibana.alert.uuid": alert.alert_id.rpartition(":")[2],
        "kibana.space_ids": [SPACE],
        "kibana.alert.workflow_status": "closed",
        "kibana.alert.workflow_reason": verdict.value,
        "kibana.alert.workflow_status_updated_at": decided_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "kibana.alert.workflow_user": analyst,
    }
    return json.dumps(fields, separators=(",", ":")).encode()
