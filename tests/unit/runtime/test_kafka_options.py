"""One set of Kafka settings, as the clients spell it."""

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka.record import util
from pydantic import SecretStr

from services.runtime import aiokafka_clients, kafka_python
from services.runtime.errors import SettingsInvalid
from services.runtime.faust_app import credentials
from services.runtime.kafka_options import client_options, ssl_context
from services.runtime.settings import KafkaSettings
from tests.integration.debian import needed


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


def over_tls(**files: Path) -> KafkaSettings:
    """TLS with these files, and a password for a key that has one."""
    return KafkaSettings(security_protocol="SSL", ssl_key_password=SecretStr("hunter2"), **files)


@pytest.mark.parametrize("connect", [client_options, kafka_python.admin, aiokafka_clients.producer, credentials])
@pytest.mark.parametrize("setting", ["ssl_ca_file", "ssl_cert_file"])
@pytest.mark.parametrize("name", ["missing.pem", "broken.pem", "."])
def test_a_file_that_cannot_be_used_is_a_matter_of_settings(
    tmp_path: Path, setting: str, name: str, connect: Callable[[KafkaSettings], object]
) -> None:
    """Missing, without a certificate, or a folder; whichever client is made, the setting and the file are named."""
    (tmp_path / "broken.pem").write_text("nothing")
    with pytest.raises(SettingsInvalid, match=rf"kafka\.{setting}.*{tmp_path / name}"):
        connect(over_tls(**{setting: tmp_path / name}))


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """One, and its key, which has a password."""
    program = shutil.which("openssl") or needed("openssl", what="openssl is not installed")
    cert, key = tmp_path / "client.pem", tmp_path / "client.key"
    options = ["-newkey", "rsa:2048", "-passout", "pass:hunter2", "-days", "1", "-subj", "/CN=client"]
    command = [program, "req", "-x509", *options, "-out", str(cert), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def test_a_certificate_with_its_key_can_be_used(certificate: tuple[Path, Path]) -> None:
    """With the key's password."""
    cert, key = certificate
    assert ssl_context(over_tls(ssl_ca_file=cert, ssl_cert_file=cert, ssl_key_file=key)) is not None


def test_a_key_that_cannot_be_used_is_named_with_its_certificate(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    """Missing, broken, or with another password, which is not repeated; nor is it asked for at a terminal."""
    cert, key = certificate
    (tmp_path / "broken.key").write_text("nothing")
    for name, said in (("missing.key", r"^kafka\.ssl_key_file cannot"), ("broken.key", r"kafka\.ssl_key_file \(")):
        with pytest.raises(SettingsInvalid, match=rf"{said}.*{name}"):
            ssl_context(over_tls(ssl_cert_file=cert, ssl_key_file=tmp_path / name))
    for password in ("", "wrong", "x" * 2000):
        other = over_tls(ssl_cert_file=cert, ssl_key_file=key).model_copy(
            update={"ssl_key_password": SecretStr(password)}
        )
        with pytest.raises(SettingsInvalid, match=r"kafka\.ssl_cert_file \(.*kafka\.ssl_key_file \(") as raised:
            ssl_context(other)
        assert not password or password not in str(raised.value)


def test_checksums_are_not_reckoned_in_python() -> None:
    """kafka-python falls back on its own, two hundred times as slow, without a word."""
    assert util.calc_crc32c(b"123456789") == 0xE3069283  # CRC-32C's usual check value
    assert util.crc32c_c is not None
