"""What the simulated SOC sends, and the truth about it that no service ever sees."""

from dataclasses import dataclass
from datetime import datetime

from schemas import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAlert:
    """One synthetic alert in its vendor's own JSON, with what really was behind it.

    `at` is its own time (UTC). `format` is the Kafka header's value (wazuh, suricata, elastic), `key` the host's name.
    `alert_id` is the id AlertV1 will have. `truth` is one of the three verdicts that train. `cause` names the activity,
    `incident` its one run (a campaign, a job, a person's errand). `technique` is the ATT&CK id of an attack's step, ""
    for what is harmless.
    """

    at: datetime
    format: str
    key: bytes
    value: bytes
    alert_id: str
    truth: Verdict
    cause: str
    incident: str
    technique: str
