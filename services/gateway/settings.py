"""What can be set of a gateway, and who may send to it."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from schemas.base import Sha256, Slug
from services.runtime.settings import Port, ProcessSettings, Section

FORMAT_NAME = r"^[A-Za-z0-9_.-]{1,64}$"
"""Capitals and small letters are the same in it."""
ANYBODY = "*"
"""Stands for every analyst."""


class Right(StrEnum):
    """What a sender may send; also the name of the way it is sent on."""

    ALERTS = "alerts"
    FEEDBACK = "feedback"


class Sender(Section):
    """One who may send, with what it may send."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    """How it is called in logs."""
    token_sha256: Annotated[tuple[Sha256, ...], Field(min_length=1)]
    """SHA-256 of its token, in hex; two while one replaces the other. `winnow gateway --new-token` makes one."""
    rights: Annotated[tuple[Right, ...], Field(min_length=1)]
    """`alerts`, `feedback` or both."""
    analysts: tuple[str, ...] = ()
    """Whose verdicts it may send: names exactly as they stand in verdicts, or `*` for anybody's, unnamed ones too."""
    formats: tuple[Slug, ...] = ()
    """Formats it may send; all where empty. The only one is assumed where a request names none."""
    hmac_secret: SecretStr = SecretStr("")
    """Where set, each request must also be signed with it (HMAC-SHA256), besides carrying the token."""
    hmac_max_age_seconds: Annotated[float, Field(gt=0, le=86_400)] | None = None
    """Where set, what is signed begins with a time, which may be this far from now: a copied request expires."""

    @model_validator(mode="after")
    def _says_whose_verdicts(self) -> Self:
        if Right.FEEDBACK in self.rights and not self.analysts:
            raise ValueError("analysts: say whose verdicts this sender may send, '*' for anybody's")
        return self

    def may_speak_for(self, analyst: str) -> bool:
        """Whether a verdict of this analyst may come from here."""
        return ANYBODY in self.analysts or (bool(analyst) and analyst in self.analysts)


class GatewaySection(Section):
    """The gateway's own settings."""

    host: str = "127.0.0.1"
    """Address to take webhooks at; loopback unless told otherwise."""
    port: Port = 8080
    """Port to take webhooks at; 0 takes a free one and logs it."""
    senders: tuple[Sender, ...] = ()
    """Who may send; nobody unless told otherwise."""
    tls_cert_file: Path | None = None
    """PEM file of the server's certificate and its chain; without one it speaks plain HTTP, for behind a proxy."""
    tls_key_file: Path | None = None
    """PEM file of the server's key, where it is not in the certificate's file."""
    tls_key_password: SecretStr = SecretStr("")
    """Password of the server's key."""
    tls_client_ca_file: Path | None = None
    """PEM file of the authorities whose client certificates are demanded; no certificate is demanded where absent."""
    body_bytes: Annotated[int, Field(ge=1024, le=1 << 30)] = 5_000_000
    """Largest body as it is sent."""
    unpacked_bytes: Annotated[int, Field(ge=1024, le=1 << 30)] = 20_000_000
    """Largest body once it is unpacked."""
    message_bytes: Annotated[int, Field(ge=1024, le=1 << 30)] = 1_000_000
    """Largest single alert or verdict; not above what the topic takes (Kafka's default is 1,048,588 with overhead)."""
    items: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Alerts or verdicts in one request at most."""
    requests_per_second: Annotated[float, Field(gt=0)] = 50.0
    """Requests a sender may send in the long run."""
    burst: Annotated[int, Field(ge=1)] = 100
    """Requests a sender may send at once after a pause."""
    concurrent_requests: Annotated[int, Field(ge=1, le=1024)] = 32
    """Requests worked on at once; a thread each."""
    connections: Annotated[int, Field(ge=1)] = 512
    """Connections held open at once, idle ones included; one more closes that which waits longest for a request."""
    head_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How long a TLS handshake may take, and then a request's head, before the connection is closed."""
    body_seconds: Annotated[float, Field(gt=0)] = 20.0
    """How long a body may take to arrive."""
    publish_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0
    """How long Kafka has to acknowledge a request's messages; then the sender is told to try again."""
    retry_after_seconds: Annotated[float, Field(ge=1)] = 10.0
    """When a sender is told to try again while Kafka does not answer; so long /readyz stays red after a failure."""
    idle_seconds: Annotated[int, Field(ge=1)] = 15
    """How long a connection may be idle between requests."""
    stop_seconds: Annotated[int, Field(ge=1)] = 25
    """How long requests underway have to be finished when the gateway is stopped."""
    watchdog_seconds: Annotated[float, Field(ge=5)] = 30.0
    """With the gateway's loop standing still for this long, /healthz turns red."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_repeated("names", (sender.name for sender in self.senders))
        _refuse_repeated("tokens", (token for sender in self.senders for token in sender.token_sha256))
        if self.tls_cert_file is None and (self.tls_key_file or self.tls_client_ca_file):
            raise ValueError("tls_cert_file: a key or a client authority needs the server's certificate")
        return self


def _refuse_repeated(what: str, values: Iterable[str]) -> None:
    if any(number > 1 for number in Counter(values).values()):
        raise ValueError(f"senders: two have the same {what}")


class GatewaySettings(ProcessSettings):
    """Everything the gateway reads."""

    gateway: GatewaySection = GatewaySection()
