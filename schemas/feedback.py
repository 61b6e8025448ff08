"""FeedbackV1: what an analyst, or a machine in their place, decided about an alert."""

from typing import Annotated

from pydantic import Field

from schemas.alert import AlertV1, Severity
from schemas.base import (
    AlertId,
    Message,
    Name,
    OpenEnum,
    Slug,
    TechniqueId,
    Text,
    UtcTime,
)


class Verdict(OpenEnum):
    """The canonical verdicts. Only the first three can train; a value that cannot be named is `other`."""

    TRUE_POSITIVE = "true_positive"
    BENIGN_POSITIVE = "benign_positive"
    FALSE_POSITIVE = "false_positive"
    UNDETERMINED = "undetermined"
    DUPLICATE = "duplicate"
    OTHER = "other"


class VerdictOrigin(OpenEnum):
    """Who decided: a person, an automation, or a closure passed on from a case to its alerts."""

    HUMAN = "human"
    PROPAGATED = "propagated"
    AUTOMATION = "automation"


class FeedbackV1(Message):
    """One verdict. It judges the latest score of its alert before `decided_at`.

    `retracted` takes back what this analyst (or, without a name, anybody) said before: the alert was re-opened.
    `alert` may carry the alert itself, so that history can be imported before any model exists.
    """

    alert_id: AlertId
    source: Slug = "winnow"
    verdict: Verdict
    vendor_value: Name = ""
    severity: Severity | None = None
    techniques: Annotated[tuple[TechniqueId, ...], Field(max_length=32)] = ()
    actor: Name = ""
    reason: Text = ""
    analyst: Name = ""
    decided_at: UtcTime
    origin: VerdictOrigin = VerdictOrigin.HUMAN
    retracted: bool = False
    incident: Name = ""
    alert: AlertV1 | None = None
