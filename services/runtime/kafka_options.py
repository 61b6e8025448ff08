"""One set of Kafka settings as the options of each client library. Nothing here connects or imports a client."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.runtime.errors import SettingsInvalid
from services.runtime.settings import KafkaSettings

CLIENT_ID = "winnow"
REMEDY = "start one (`winnow up`, and set WINNOW_CONFIG as it says) or set WINNOW_KAFKA__BOOTSTRAP_SERVERS"
"""What to do where no broker answers, for people."""


def ssl_context(settings: KafkaSettings) -> ssl.SSLContext | None:
    """The TLS context for a protocol with SSL in its name, else none. Server names are always checked.

    Raises:
        SettingsInvalid: one of the files of kafka.ssl_* cannot be used.
    """
    if "SSL" not in settings.security_protocol:
        return None
    ca, cert, key = settings.ssl_ca_file, settings.ssl_cert_file, settings.ssl_key_file
    with _usable(ssl_ca_file=ca):
        context = ssl.create_default_context(cafile=ca)
    if cert is not None:
        with _usable(ssl_cert_file=cert, ssl_key_file=key):
            # A function, so that a key with a password never asks for it at a terminal.
            context.load_cert_chain(cert, key, settings.ssl_key_password.get_secret_value)
    return context


@contextmanager
def _usable(**files: Path | None) -> Iterator[None]:
    """Says which setting names a file that is not there, or which ones name files of which nothing can be made."""
    given = {f"kafka.{name}": file for name, file in files.items() if file is not None}
    for name, file in given.items():
        try:
            file.open("rb").close()
        except OSError as error:
            raise SettingsInvalid(f"{name} cannot be used: {file}: {error.strerror}") from error
    try:
        yield
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; a password may be too long
        named = " and ".join(f"{name} ({file})" for name, file in given.items())
        raise SettingsInvalid(f"{named} cannot be used: {type(error).__name__}: {error}") from error


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Connection options as kafka-python and aiokafka both spell them.

    Raises:
        SettingsInvalid: one of the files of kafka.ssl_* cannot be used.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "client_id": CLIENT_ID,
        "security_protocol": settings.security_protocol,
    }
    if "SSL" in settings.security_protocol:
        options["ssl_context"] = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    return options
