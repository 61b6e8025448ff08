"""Faust's application from the settings."""

from pathlib import Path

import faust
import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from pydantic import SecretStr

from services.runtime.faust_app import credentials, faust_app
from services.runtime.settings import KafkaSettings


def test_it_names_every_broker_and_keeps_to_itself(tmp_path: Path) -> None:
    """No web server, no topics of its own, no standby tables."""
    settings = KafkaSettings(bootstrap_servers="one:9092, two:9093", session_timeout_seconds=6)
    conf = faust_app(settings, group="g", folder=tmp_path).conf
    assert [str(url) for url in conf.broker] == ["kafka://one:9092", "kafka://two:9093"]
    assert conf.id == "g"
    assert not conf.web_enabled
    assert not conf.topic_allow_declare
    assert not conf.worker_redirect_stdouts
    assert conf.table_standby_replicas == 0
    assert conf.broker_session_timeout == 6
    assert conf.consumer_auto_offset_reset == "earliest"
    assert conf.broker_credentials is None


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_user_and_password_reach_the_client(protocol: str) -> None:
    """As aiokafka spells them, over TLS where the protocol says so."""
    settings = KafkaSettings.model_validate(
        {
            "security_protocol": protocol,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "winnow",
            "sasl_password": SecretStr("secret"),
        }
    )
    options = credentials_to_aiokafka_auth(credentials(settings))
    assert options["security_protocol"] == protocol
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("winnow", "secret")
    assert (options["ssl_context"] is not None) == (protocol == "SASL_SSL")


def test_tls_alone_checks_the_servers_name() -> None:
    """Without a user."""
    found = credentials(KafkaSettings(security_protocol="SSL"))
    assert isinstance(found, faust.SSLCredentials)
    options = credentials_to_aiokafka_auth(found)
    assert options["security_protocol"] == "SSL"
    assert options["ssl_context"].check_hostname


def test_plain_text_needs_nothing() -> None:
    """The default of a cluster on a trusted network."""
    assert credentials(KafkaSettings()) is None
