"""Settings, read once at start: environment `WINNOW_<SECTION>__<FIELD>` over a TOML file over the defaults here.

The file is `winnow.toml` in the working directory, or the one `WINNOW_CONFIG` names. Secrets are masked when printed.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from schemas import topics
from schemas.base import Slug
from services.runtime.errors import SettingsInvalid
from services.siem.pseudonyms import Kind
from services.siem.tables import VerdictTable

Port = Annotated[int, Field(ge=0, le=65535)]


_SHARED = ("kafka", "topics", "http", "log", "siem", "store", "buffer")
_OWN = ("classifier", "collector", "trainer", "training", "gateway")
SECTIONS = frozenset({*_SHARED, *_OWN})
"""All sections of all services: one file serves them all, and a misspelt section must not pass silently."""


class Section(BaseModel):
    """A part of the settings: frozen, and a name it does not know is an error (a typo must not pass silently)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class KafkaSettings(Section):
    """How to reach the cluster; the same for every client library."""

    bootstrap_servers: str = "localhost:9092"
    """Brokers as host:port, separated by commas."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Transport and authentication."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    """SASL mechanism, where security_protocol asks for SASL."""
    sasl_username: str = ""
    """SASL user (Azure Event Hubs: $ConnectionString)."""
    sasl_password: SecretStr = SecretStr("")
    """SASL password."""
    ssl_ca_file: Path | None = None
    """PEM file of the certificate authorities to trust; the system's where absent."""
    ssl_cert_file: Path | None = None
    """PEM file of the client's certificate."""
    ssl_key_file: Path | None = None
    """PEM file of the client's key."""
    ssl_key_password: SecretStr = SecretStr("")
    """Password of the client's key."""
    replication_factor: Annotated[int, Field(ge=-1)] = -1
    """Of topics that `winnow topics create` makes; -1 takes the cluster's default."""
    bootstrap_seconds: Annotated[float, Field(ge=1, le=600)] = 30.0
    """How long a command or the trainer looks for a broker before it gives up."""
    session_timeout_seconds: Annotated[float, Field(ge=1, le=300)] = 15.0
    """How long a silent consumer keeps its partitions."""


TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]


class TopicSettings(Section):
    """What the topics are called on this cluster, where it has names of its own."""

    alerts: TopicName = topics.ALERTS
    """Native alerts, from the SIEM."""
    feedback: TopicName = topics.FEEDBACK
    """Verdicts, from analysts and the SIEM."""
    scores: TopicName = topics.SCORES
    """Scores, from the classifier."""
    models: TopicName = topics.MODELS
    """Model events, from the trainer; compacted."""
    dead_letters: TopicName = topics.DEAD_LETTERS
    """Messages that could not be read."""


class HttpSettings(Section):
    """Where /metrics, /healthz and /readyz are served."""

    host: str = "127.0.0.1"
    """Address to listen on; loopback unless told otherwise."""
    port: Port = 0
    """Port to listen on; 0 takes a free one and logs it."""


class LogSettings(Section):
    """What is logged."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severe level that is written."""
    format: Literal["json", "text"] = "json"
    """One JSON object a line, or plain text."""


class SiemSettings(Section):
    """What a site adds to the alert and verdict formats that Winnow brings along."""

    formats_file: Path | None = None
    """YAML file of formats of one's own; deploy/siem/own-format.example.yaml is one."""
    verdicts: dict[Slug, VerdictTable] = {}
    """What a site's own verdict values mean, by source and the vendor's value in any case; for values that the vendor
    itself gives no meaning. In the environment as JSON."""
    pseudonyms: frozenset[Kind] = frozenset()
    """Who gets a pseudonym (user, host, address, email) in alerts as they are read, before anything is kept or learned
    from; dead letters then carry no bytes. The same everywhere, or verdicts train on other names than alerts have."""
    pseudonym_key: SecretStr = SecretStr("")
    """The key of the pseudonyms, at least 16 characters; who has it can tell whom they stand for."""
    pseudonym_key_file: Path | None = None
    """A file that holds the key instead."""


class StoreSettings(Section):
    """Where model bundles lie."""

    url: str = "models"
    """A folder, or any URL fsspec knows (s3://, gs://, abfs://, memory:// ...)."""
    model_name: str = "alerts"
    """Which model of the store; the key of its events."""


class BufferSettings(Section):
    """Where scores and verdicts are gathered for training."""

    url: SecretStr = SecretStr("sqlite:///winnow.db")
    """SQLAlchemy URL; SQLite by default, PostgreSQL as postgresql+psycopg://user:password@host/database."""
    retention_days: Annotated[int, Field(ge=0, le=365_000)] = 90
    """Alerts without a verdict that counts, scored or imported, are forgotten at this age, and so is the reason of any
    verdict, whether it counts or not; who decided what, and when, stays. 0 keeps all."""


class ProcessSettings(BaseSettings):
    """What all services read. A service's own settings subclass this with a section of its own."""

    model_config = SettingsConfigDict(
        env_prefix="WINNOW_", env_nested_delimiter="__", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    kafka: KafkaSettings = KafkaSettings()
    topics: TopicSettings = TopicSettings()
    http: HttpSettings = HttpSettings()
    log: LogSettings = LogSettings()
    siem: SiemSettings = SiemSettings()
    store: StoreSettings = StoreSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over file; no dotenv, no secrets folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())

    @classmethod
    def read(cls, **overrides: Any) -> Self:  # noqa: ANN401 - sections of any kind
        """Read the settings once.

        Raises:
            SettingsInvalid: a value is out of bounds, a name is unknown, or WINNOW_CONFIG names no file.
        """
        _refuse_unknown_sections(_sections_of_file(config_file()) | _sections_of_environment())
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise SettingsInvalid(_explained(error)) from error


def config_file() -> Path:
    """The settings file: the one `WINNOW_CONFIG` names, else `winnow.toml` in the working directory."""
    return Path(os.environ.get("WINNOW_CONFIG") or "winnow.toml")


def _sections_of_file(file: Path) -> set[str]:
    if not file.is_file():
        if os.environ.get("WINNOW_CONFIG"):
            raise SettingsInvalid(f"WINNOW_CONFIG names {file}, which is not a file")
        return set()
    try:
        return set(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsInvalid(f"{file} cannot be read: {error}") from error


def _sections_of_environment() -> set[str]:
    names = (name.removeprefix("WINNOW_") for name in os.environ if name.startswith("WINNOW_"))
    return {name.partition("__")[0].lower() for name in names if "__" in name}


def _refuse_unknown_sections(named: set[str]) -> None:
    unknown = sorted(named - SECTIONS)
    if unknown:
        raise SettingsInvalid(f"no settings are called {', '.join(unknown)}; there are {', '.join(sorted(SECTIONS))}")


def _explained(error: ValidationError) -> str:
    """Where each wrong value stands and what is wrong with it; never the value, which may be a secret."""
    lines = [f"  {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False)]
    return "\n".join(
        ["the settings are not usable:", *lines, "set them in winnow.toml or as WINNOW_<SECTION>__<FIELD>"]
    )
