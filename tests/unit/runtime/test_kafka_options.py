"""One set of Kafka settings, as the clients spell it."""

import ssl

from kafka.record import util
from pydantic import SecretStr

from services.runtime.kafka_options import client_options, ssl_context
from services.runtime.settings import KafkaSettings


def test_plaintext_needs_neither_tls_nor_a_password() -> None:
    """The default connects to a broker on this machine."""
    options = client_options(KafkaSettings(bootstrap_servers="a:1,b:2"))
    assert options["bootstrap_servers"] == ["a:1", "b:2"]
    assert not {"ssl_context", "sasl_mechanism"} & set(options)


def test_sasl_over_tls_brings_user_password_and_a_checking_context() -> None:
    """As Azure Event Hubs and most managed clusters ask for it."""
    settings = KafkaSettings(
        security_protocol="SASL_SSL", sasl_username="$ConnectionString", sasl_password=SecretStr("secret")
    )
    options = client_options(settings)
    assert (options["sasl_mechanism"], options["sasl_plain_username"]) == ("PLAIN", "$ConnectionString")
    assert options["sasl_plain_password"] == "secret"
    context = options["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_without_tls_there_is_no_context() -> None:
    """SASL alone stays in the clear."""
    assert ssl_context(KafkaSettings(security_protocol="SASL_PLAINTEXT")) is None


def test_checksums_are_not_reckoned_in_python() -> None:
    """kafka-python falls back on its own, two hundred times as slow, without a word."""
    assert util.calc_crc32c(b"123456789") == 0xE3069283  # CRC-32C's usual check value
    assert util.crc32c_c is not None
