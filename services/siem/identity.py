"""Alert ids: the same on the alert's way in and on the verdict's way back."""

from hashlib import sha256

from schemas import AlertV1, FeedbackV1

_LIMIT = 200
"""Characters of an instance or vendor id that go into an alert id as they are."""


def alert_id(*, source: str, instance: str, vendor_id: str) -> str:
    """`source:instance:vendor id`, or '' without a vendor id, for nothing is named then.

    A longer part stands as its SHA-256, for clipping would make two alerts one.
    """
    return vendor_id and f"{source}:{_short(instance)}:{_short(vendor_id)}"


def message_key(read: AlertV1 | FeedbackV1) -> bytes:
    """The Kafka key of a message: the alert's host, so that one partition sees all of it and its context is exact.

    Without a host, and for verdicts, the alert's id.
    """
    host = read.entities.host.name if isinstance(read, AlertV1) else ""
    return (host or read.alert_id).encode(errors="replace")


def fingerprint(*parts: str) -> str:
    """A stable id for what has none: 128 bits of the SHA-256 of what identifies it."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _short(part: str) -> str:
    return part if len(part) <= _LIMIT else sha256(part.encode()).hexdigest()
