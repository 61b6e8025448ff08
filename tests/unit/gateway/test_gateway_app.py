"""The HTTP side: every status, what is said with it, what is counted, and what is never logged."""

import asyncio
import gzip
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.gateway.publisher import Outgoing, Sent
from tests.gateways import NOW, TOKEN, FakePublisher, gateway, said, sender, wazuh

ALERTS, FEEDBACK = "/v1/alerts", "/v1/feedback"


def packed(value: bytes) -> bytes:
    """The same bytes each time."""
    return gzip.compress(value, mtime=0)


@pytest.mark.parametrize("path", [f"{ALERTS}/wazuh", f"{ALERTS}?format=wazuh", ALERTS])
async def test_an_alert_is_taken_and_kafka_has_it(path: str) -> None:
    """The format in the path, in the query, or recognised."""
    with gateway() as there:
        answer = await there.post(path, wazuh(1))
    accepted = {"index": 0, "outcome": "accepted", "alert_ids": ["wazuh:manager-1:1"], "reason": "", "detail": ""}
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 1, "refused": 0, "unacknowledged": 0, "items": [accepted]}
    ((topic, message),) = there.publisher.kept
    assert (topic, json.loads(message.value)) == ("siem.alerts", wazuh(1))
    assert message.headers == ((("format", b"wazuh"),) if "wazuh" in path else ())


async def test_the_format_may_be_named_in_a_header() -> None:
    """For senders whose URL is fixed."""
    with gateway() as there:
        await there.post(ALERTS, wazuh(1), x_winnow_format="wazuh")
    assert there.publisher.kept[0][1].headers == (("format", b"wazuh"),)


async def test_a_verdict_goes_to_its_own_topic() -> None:
    """Keyed by its alert."""
    with gateway() as there:
        answer = await there.post(f"{FEEDBACK}/winnow", said(1))
    assert answer.status_code == 200, answer.text
    assert [(topic, message.key) for topic, message in there.publisher.kept] == [
        ("siem.feedback", b"wazuh:manager-1:1")
    ]


@pytest.mark.parametrize("headers", [{}, {"content_encoding": "gzip"}])
async def test_a_packed_body_is_taken(headers: dict[str, str]) -> None:
    """Said in the header or not."""
    with gateway() as there:
        answer = await there.post(ALERTS, gzip.compress(json.dumps([wazuh(1), wazuh(2)]).encode()), **headers)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)


async def test_some_refused_is_a_207_that_says_which() -> None:
    """The good ones are in Kafka; sending the others again would not help."""
    with gateway() as there:
        lines = b"\n".join([json.dumps(wazuh(1)).encode(), b"{broken", json.dumps(wazuh(2)).encode()])
        answer = await there.post(ALERTS, lines)
    assert answer.status_code == 207
    assert [item["outcome"] for item in answer.json()["items"]] == ["accepted", "refused", "accepted"]
    assert answer.json()["items"][1]["reason"] == "not_json"
    assert len(there.publisher.kept) == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", {"what": "is this"}, [1, 2]])
async def test_all_refused_is_a_422(body: object) -> None:
    """Nothing was sent."""
    with gateway() as there:
        answer = await there.post(ALERTS, body)
    assert (answer.status_code, answer.json()["accepted"]) == (422, 0)
    assert there.publisher.kept == []


async def test_a_verdict_of_somebody_elses_analyst_is_refused() -> None:
    """The item, not the request."""
    with gateway(sender(analysts=["ana"])) as there:
        answer = await there.post(FEEDBACK, [said(1), said(2, analyst="eve")])
    assert answer.status_code == 207
    assert answer.json()["items"][1]["reason"] == "analyst_not_allowed"


async def test_while_kafka_is_away_nothing_is_claimed() -> None:
    """The sender is told when to try again, and the gateway that it is not ready."""
    with gateway(publisher=FakePublisher(away=True), retry_after_seconds=7) as there:
        there.parts.watch.open = True
        answer = await there.post(ALERTS, [wazuh(1), wazuh(2)])
        assert not there.parts.watch.readiness().ok
        there.publisher.away = False
        assert (await there.post(ALERTS, [wazuh(1), wazuh(2)])).status_code == 200
        assert there.parts.watch.readiness().ok
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert (answer.json()["accepted"], answer.json()["unacknowledged"]) == (0, 2)


async def test_one_missing_acknowledgement_is_told_with_its_item() -> None:
    """503, so that a sender that looks at the status alone sends all again; the body says what is missing."""
    lost = frozenset({json.dumps(wazuh(2), ensure_ascii=False).encode()})
    with gateway(publisher=FakePublisher(lost=lost)) as there:
        answer = await there.post(ALERTS, [wazuh(1), wazuh(2)])
    assert answer.status_code == 503
    assert [item["outcome"] for item in answer.json()["items"]] == ["accepted", "unacknowledged"]


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic wrong"])
async def test_nobody_known_is_a_401(authorization: str) -> None:
    """Before anything of the body is read."""
    with gateway() as there:
        answer = await there.client.post(ALERTS, content=_never_read(), headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")
    assert "Bearer" in answer.headers["www-authenticate"]
    cause = "unknown_token" if "Bearer" in authorization else "no_token"
    assert there.counted("winnow_gateway_unauthenticated_total", cause=cause) == 1


async def _never_read() -> AsyncIterator[bytes]:
    pytest.fail("the body was read")
    yield b""  # type: ignore[unreachable]


async def test_without_a_right_it_is_a_403() -> None:
    """Known, but not for this, or not in this format."""
    with gateway(sender(rights=["alerts"], formats=["elastic"])) as there:
        refused = [await there.post(path, {}) for path in (FEEDBACK, f"{ALERTS}/wazuh")]
    assert [(answer.status_code, answer.json()["error"]) for answer in refused] == [(403, "forbidden")] * 2


async def test_a_body_without_its_signature_is_a_401() -> None:
    """And with it, it is taken: what is signed is what was sent, packed as it was."""
    body, moment = gzip.compress(json.dumps(wazuh(1)).encode()), str(int(NOW))
    signature = hmac.new(b"secret", moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    with gateway(sender(hmac_secret="secret", hmac_max_age_seconds=60)) as there:
        unsigned = await there.post(ALERTS, body)
        signed = await there.post(ALERTS, body, x_signature_256=f"sha256={signature}", x_signature_timestamp=moment)
    assert (unsigned.status_code, signed.status_code) == (401, 200)
    assert len(there.publisher.kept) == 1


async def test_too_many_requests_are_a_429() -> None:
    """With the time to wait."""
    with gateway(burst=1, requests_per_second=0.25) as there:
        answers = [await there.post(ALERTS, wazuh(1)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["retry-after"] == "4"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"x" * 2000, {"body_bytes": 1024}),
        (gzip.compress(b"x" * 2000), {"unpacked_bytes": 1024}),
        (packed(packed(b"x" * 2000)), {"unpacked_bytes": 1024}),
        ([{}] * 3, {"items": 2}),
        (b"[" + b"{}," * 300_000 + b"{}]", {"items": 1_000}),
    ],
)
async def test_too_much_is_a_413(body: object, fields: dict[str, Any]) -> None:
    """Bytes as sent, bytes unpacked, items, values."""
    with gateway(**fields) as there:
        answer = await there.post(ALERTS, body)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("lines", "fields", "status"),
    [
        ([gzip.compress(json.dumps(wazuh(1)).encode(), 0, mtime=0)] * 2, {}, 207),
        ([packed(b"x" * 600), b"{}", packed(b"x" * 600)], {"unpacked_bytes": 1024}, 413),
        ([packed(b"[" * 300_000)] * 2, {}, 413),
        ([b'{"a":[' + b"0," * 1000] * 501, {}, 413),
        ([packed(b"x" * 600)[:-1]], {}, 400),
    ],
)
async def test_lines_have_one_bound_together(lines: list[bytes], fields: dict[str, Any], status: int) -> None:
    """Also where each is packed by itself, and would be unpacked by whoever reads it."""
    with gateway(**fields) as there:
        for body in (b"{}\n" + b"\n".join(lines), packed(b"{}\n" + b"\n".join(lines))):
            answer = await there.post(ALERTS, body, content_type="application/x-ndjson")
            assert answer.status_code == status


async def test_a_body_of_unannounced_length_is_bounded_too() -> None:
    """Chunked, it does not say how long it is."""
    with gateway(body_bytes=1024) as there:
        answer = await there.client.post(ALERTS, content=_chunks(b"x" * 600, b"x" * 600))
    assert answer.status_code == 413


async def _chunks(*parts: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
        await asyncio.sleep(pause)


async def test_a_slow_body_is_a_408() -> None:
    """And its slot is free again."""
    with gateway(body_seconds=0.05) as there:
        answer = await there.client.post(ALERTS, content=_chunks(b"{", b"}", pause=1))
        assert there.parts.slots.taken == 0
    assert (answer.status_code, answer.json()["error"]) == (408, "too_slow")


async def test_too_many_requests_at_once_are_a_503() -> None:
    """The one that came first is finished."""
    with gateway(concurrent_requests=1) as there:
        first = asyncio.create_task(
            there.client.post(ALERTS, content=_chunks(json.dumps(wazuh(1)).encode(), b" ", pause=0.2))
        )
        await asyncio.sleep(0.1)
        second = await there.post(ALERTS, wazuh(2))
        assert (await first).status_code == 200
    assert (second.status_code, second.json()["error"], second.headers["retry-after"]) == (503, "busy", "1")


@pytest.mark.parametrize(
    ("path", "body", "encoding", "status"),
    [
        (ALERTS, b"not gzip", "gzip", 400),
        (ALERTS, b"{}", "br", 415),
        (f"{ALERTS}?format=no%20format", b"{}", "", 400),
        (f"{ALERTS}/{'x' * 65}", b"{}", "", 400),
        ("/v1/nothing", b"{}", "", 404),
    ],
)
async def test_what_cannot_be_read_at_all_is_said_so(path: str, body: bytes, encoding: str, status: int) -> None:
    """As JSON, like all else."""
    with gateway() as there:
        answer = await there.post(path, body, content_encoding=encoding)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "detail"}


async def test_there_is_only_post() -> None:
    """The answer names it."""
    with gateway() as there:
        answer = await there.client.get(ALERTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_failure_of_our_own_is_a_500_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Neither to the sender nor to the log: an error's text may hold what was sent."""

    class Broken(FakePublisher):
        def _sent(self, topic: str, message: Outgoing) -> Sent:
            raise RuntimeError(topic + message.value.decode())

    with gateway(publisher=Broken()) as there:
        answer = await there.post(ALERTS, wazuh(1))
    assert (answer.status_code, answer.json()["error"]) == (500, "internal_error")
    assert "Failed password" not in answer.text + caplog.text


async def test_requests_and_items_are_counted() -> None:
    """By labels of closed lists."""
    with gateway() as there:
        await there.post(ALERTS, [wazuh(1), wazuh(2), {"what": "is this"}])
        await there.post("/v1/nothing", b"")
    items = "winnow_gateway_items_total"
    assert there.counted(items, route="alerts", outcome="accepted", reason="") == 2
    assert there.counted(items, route="alerts", outcome="refused", reason="unknown_format") == 1
    assert there.counted("winnow_gateway_requests_total", route="alerts", status="207") == 1
    assert there.counted("winnow_gateway_requests_total", route="other", status="404") == 1
    assert there.counted("winnow_gateway_publish_seconds_count") == 1


def test_every_outcome_is_shown_before_the_first_request() -> None:
    """Prometheus cannot tell how much a counter grew before it first saw it."""
    outcomes = [("accepted", ""), ("unacknowledged", "not_acknowledged"), ("refused", "not_json")]
    with gateway() as there:
        for route in ("alerts", "feedback"):
            for outcome, reason in [*outcomes, ("refused", "analyst_not_allowed")]:
                labels = {"route": route, "outcome": outcome, "reason": reason}
                assert there.registry.get_sample_value("winnow_gateway_items_total", labels) == 0, labels


async def test_neither_tokens_nor_alerts_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever becomes of the request; the sender's name is."""
    with gateway(sender(name="the-siem"), burst=3) as there, caplog.at_level(logging.DEBUG):
        for body in (wazuh(1), [wazuh(2), {"secret": "Failed password"}], b"Failed password"):
            await there.post(ALERTS, body)
        await there.client.post(ALERTS, content=b"Failed password", headers={"Authorization": "Bearer a-wrong-token"})
    logged = "\n".join(str(record.__dict__) for record in caplog.records)
    assert "the-siem" in logged
    assert not [word for word in (TOKEN, "a-wrong-token", "Failed password", "203.0.113.9") if word in logged]


async def test_the_document_names_the_ways_to_authenticate() -> None:
    """For whoever connects a sender; it can be read without a token."""
    with gateway() as there:
        answer = await there.client.get("/openapi.json", headers={"Authorization": ""})
    document = answer.json()
    assert set(document["paths"]) == {ALERTS, f"{ALERTS}/{{format}}", FEEDBACK, f"{FEEDBACK}/{{format}}"}
    assert set(document["components"]["securitySchemes"]) == {"bearer", "basic", "token"}
