"""The gateway held against its own description: requests made up from it, answers as it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.gateways import TOKEN, gateway

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]


@schemathesis.serializer("application/x-ndjson")
def as_it_is(_: object, value: object) -> bytes:
    """A body of lines, made up as text."""
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


@pytest.fixture(scope="module")
def described() -> Iterator[schemathesis.BaseSchema]:
    """The description of a gateway that takes as many requests as a test makes up."""
    with gateway(burst=1_000_000) as there:
        yield schemathesis.openapi.from_asgi("/openapi.json", there.app)


EVERY_PATH = pytest.mark.parametrize(
    "path", ["/v1/alerts", "/v1/alerts/{format}", "/v1/feedback", "/v1/feedback/{format}"]
)


@EVERY_PATH
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_described(described: schemathesis.BaseSchema, path: str, mode: GenerationMode) -> None:
    """Whatever fits the description, or just does not, is answered with a status and a body that it names."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[path]["POST"].as_strategy(generation_mode=mode))
    def answered(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)

    answered()


@EVERY_PATH
def test_nothing_is_done_for_nobody_known(described: schemathesis.BaseSchema, path: str) -> None:
    """With a token that nobody has, every request that fits is a 401."""

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[path]["POST"].as_strategy())
    def answered(case: schemathesis.Case[Any]) -> None:
        assert case.call(headers={"Authorization": "Bearer wrong"}).status_code == 401

    answered()
