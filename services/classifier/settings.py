"""What can be set of a classifier."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from services.core.audit import Audit
from services.runtime.cores import usable_cores
from services.runtime.keys import key_of
from services.runtime.settings import ProcessSettings, Section


class ClassifierSection(Section):
    """The classifier's own settings."""

    group: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")] = "winnow-classifier"
    """Consumer group; classifiers of one group share the alerts."""
    in_flight: Annotated[int, Field(ge=1, le=100_000)] = 512
    """Alerts read and not yet published; reading pauses at this bound."""
    encoder_threads: Annotated[int, Field(ge=0, le=256)] = 0
    """Alerts encoded at once, one thread each; 0 takes one for every core this process may use, as its container is
    limited."""
    run_tokens: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """On a GPU, tokens of the texts that are encoded together at most; 0 takes what is measured to be best whenever a
    model is loaded. On a CPU each text is encoded by itself."""
    patience_seconds: Annotated[float, Field(ge=0, le=86_400)] = 120.0
    """Under overload (half of `in_flight` wait for the encoder), how long after it was sent a critical alert still
    waits before it passes unscored; high and unknown severities wait 0.9 of that, medium 0.75, low 0.6, informational
    0.5. 0 is for ever."""
    cache_bytes: Annotated[int, Field(ge=0)] = 64 * 1024 * 1024
    """Memory for the vectors of texts already seen; 0 turns the cache off."""
    dead_letter_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Share of recent messages with a dead letter above which winnow_dead_letter_alarm is raised."""
    dead_letter_window: Annotated[int, Field(ge=20, le=1_000_000)] = 1000
    """How many messages count as recent."""
    audit_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Share of the alerts that may close which is shown all the same, drawn by lot."""
    audit_key: SecretStr = SecretStr("")
    """Key of the audit's lot, at least 16 characters, one for all classifiers; else the model's version, no secret."""
    audit_key_file: Path | None = None
    """A file that holds the key instead."""
    contexts_url: Annotated[str, Field(min_length=1)] = "contexts"
    """Where what happened around alerts is written down for whoever reads a partition next: a folder, or any URL fsspec
    knows, that all classifiers of the group share. It names hosts, users and addresses, as the alerts do."""
    contexts_seconds: Annotated[float, Field(ge=0.1, le=86_400)] = 30.0
    """How often that is done."""
    catch_up_messages: Annotated[int, Field(ge=1, le=100_000_000)] = 500_000
    """Messages of a partition that are read again at most, where there is no such record or it is older."""
    watchdog_seconds: Annotated[float, Field(gt=0)] = 60.0
    """With alerts waiting and none finished, or nobody knowing whether any wait, for this long, /healthz turns red."""
    start_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long to wait for a broker at start before giving up."""
    stop_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long to finish what is in flight at the end before leaving it to the next start."""


class ClassifierSettings(ProcessSettings):
    """Everything the classifier reads."""

    classifier: ClassifierSection = ClassifierSection()

    @property
    def encoder_threads(self) -> int:
        """Threads that encode: as set, else the cores this process may run on."""
        return self.classifier.encoder_threads or usable_cores()


def audit_of(section: ClassifierSection) -> Audit:
    """The audit that the settings ask for.

    Raises:
        SettingsInvalid: the key's file cannot be read, or the key is too short to keep anybody from guessing.
    """
    key = key_of(section.audit_key, section.audit_key_file, setting="classifier.audit_key")
    return Audit(probability=section.audit_share, key=key)
