"""One set of Kafka settings as the options of each client library. Nothing here connects or imports a client."""

import ssl
from typing import Any

from services.runtime.settings import KafkaSettings
from services.runtime.tls_files import usable

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
    with usable("kafka", ssl_ca_file=ca):
        context = ssl.create_default_context(cafile=ca)
    if cert is not None:
        with usable("kafka", ssl_cert_file=cert, ssl_key_file=key):
            # A function, so that a key with a password never asks for it at a terminal.
            context.load_cert_chain(cert, key, settings.ssl_key_password.get_secret_value)
    return context


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
