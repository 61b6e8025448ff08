"""Each item's outcome and the message it becomes, whatever the bytes are."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.bootstrap import routes
from services.gateway.handler import Judged, deliver, judge
from services.gateway.publisher import Outgoing
from services.gateway.receipt import Item, Outcome, Receipt, receipt_of
from services.gateway.settings import Sender
from services.runtime.settings import TopicSettings
from services.siem.reading import read_alerts
from tests.gateways import NOW, FakePublisher, said, sender, wazuh

ALERTS, FEEDBACK = routes(TopicSettings())
RECEIVED_AT = datetime.fromtimestamp(NOW, UTC)


def judged(
    *items: object, route: object = ALERTS, by: Sender | None = None, format_name: str | None = None, most: int = 10_000
) -> list[Judged]:
    """What becomes of items: bytes as they are, anything else as JSON."""
    values = [item if isinstance(item, bytes) else json.dumps(item).encode() for item in items]
    return judge(
        values,
        route=route,  # type: ignore[arg-type]
        sender=by or sender(),
        format_name=format_name,
        received_at=RECEIVED_AT,
        message_bytes=most,
    )


def outcomes(items: Sequence[Judged]) -> list[tuple[Outcome, str]]:
    """Each item's outcome and reason."""
    return [(one.item.outcome, one.item.reason) for one in items]


def test_an_alert_becomes_a_message_as_it_was_sent() -> None:
    """Its own bytes, keyed by its host, with the format in the header where it is known."""
    value = json.dumps(wazuh(7), indent=1).encode()
    (one,) = judged(value, format_name="wazuh")
    assert one.item == Item(index=0, outcome=Outcome.ACCEPTED, alert_ids=("wazuh:manager-1:7",))
    assert one.message == Outgoing(key=b"web-01", value=value, headers=(("format", b"wazuh"),))


def test_an_alert_without_a_host_is_keyed_by_its_id() -> None:
    """So that its updates still stay in order."""
    (one,) = judged({key: value for key, value in wazuh(7).items() if key != "agent"})
    assert one.message is not None
    assert one.message.key == b"wazuh:manager-1:7"
    assert one.message.headers == ()


def test_a_verdict_is_keyed_by_its_alert() -> None:
    """What is said of one alert stays in order."""
    (one,) = judged(said(3), route=FEEDBACK)
    assert one.message is not None
    assert (one.message.key, one.item.alert_ids) == (b"wazuh:manager-1:3", ("wazuh:manager-1:3",))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (b"", "empty"),
        (b"not json", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"[]", "empty"),
        (b"[" * 100 + b"]" * 100, "too_deep"),
        (b"12", "invalid_alert"),
        ({"what": "is this"}, "unknown_format"),
        ({"x": "y" * 10_001}, "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_readers_reason(item: object, reason: str) -> None:
    """And never sent."""
    (one,) = judged(item)
    assert one.message is None
    assert one.item.outcome is Outcome.REFUSED
    assert one.item.reason == reason
    assert one.item.detail


def test_a_format_nobody_knows_is_refused() -> None:
    """As the classifier would."""
    assert outcomes(judged(wazuh(1), format_name="nobodys")) == [(Outcome.REFUSED, "unknown_format")]


def test_a_message_with_a_refused_part_goes_on_for_the_sake_of_the_rest() -> None:
    """Its good alerts are not lost, and the classifier says what the other part was."""
    assert outcomes(judged([wazuh(1), {"what": "is this"}])) == [(Outcome.ACCEPTED, "")]
    assert outcomes(judged([{"what": "is this"}])) == [(Outcome.REFUSED, "unknown_format")]
    assert judged([wazuh(1), wazuh(2)])[0].item.alert_ids == ("wazuh:manager-1:1", "wazuh:manager-1:2")


def test_a_verdict_of_an_analyst_who_is_not_the_senders_is_refused() -> None:
    """The others of the request are not."""
    found = judged(said(1), said(2, analyst="eve"), said(3, analyst=""), route=FEEDBACK, by=sender(analysts=["ana"]))
    refused = (Outcome.REFUSED, "analyst_not_allowed")
    assert outcomes(found) == [(Outcome.ACCEPTED, ""), refused, refused]
    assert "eve" not in found[1].item.detail


def test_an_alert_needs_no_analyst() -> None:
    """Only verdicts are spoken by somebody."""
    assert outcomes(judged(wazuh(1), by=sender(rights=["alerts"], analysts=[]))) == [(Outcome.ACCEPTED, "")]


def test_a_readers_bug_costs_one_item() -> None:
    """It is told, and the others are taken."""

    def read(value: bytes | None, **named: object) -> object:
        if value and b'"id": "13"' in value:
            raise ZeroDivisionError
        return read_alerts(value, **named)  # type: ignore[arg-type]

    route = replace(ALERTS, read=read)  # type: ignore[arg-type]
    found = judged(wazuh(1), wazuh(13), wazuh(2), route=route)
    assert outcomes(found) == [(Outcome.ACCEPTED, ""), (Outcome.REFUSED, "internal_error"), (Outcome.ACCEPTED, "")]


def test_items_keep_their_places_when_some_are_refused_and_some_not_acknowledged() -> None:
    """The sender finds each by its index."""
    items = [wazuh(1), b"nonsense", wazuh(2), wazuh(3, full_log="x" * 900), wazuh(4)]
    publisher = FakePublisher(most_bytes=900, lost=frozenset({json.dumps(wazuh(2)).encode()}))
    ends = deliver(judged(*items), publisher, topic="siem.alerts")
    assert [(end.index, end.outcome, end.reason) for end in ends] == [
        (0, Outcome.ACCEPTED, ""),
        (1, Outcome.REFUSED, "not_json"),
        (2, Outcome.UNACKNOWLEDGED, "not_acknowledged"),
        (3, Outcome.REFUSED, "too_large"),
        (4, Outcome.ACCEPTED, ""),
    ]
    assert [json.loads(message.value)["id"] for _, message in publisher.kept] == ["1", "4"]
    assert all(not end.alert_ids for end in ends if end.outcome is not Outcome.ACCEPTED)


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ("aa", 200),
        ("ar", 207),
        ("rr", 422),
        ("au", 503),
        ("ru", 503),
        ("uu", 503),
        ("aru", 503),
    ],
)
def test_the_status_says_whether_to_send_again(kinds: str, status: int) -> None:
    """503 as soon as one item is missing: senders look at nothing else."""
    of = {"a": Outcome.ACCEPTED, "r": Outcome.REFUSED, "u": Outcome.UNACKNOWLEDGED}
    receipt: Receipt = receipt_of([Item(index=n, outcome=of[kind]) for n, kind in enumerate(kinds)])
    assert receipt.status == status
    assert (receipt.accepted, receipt.refused, receipt.unacknowledged) == tuple(kinds.count(kind) for kind in "aru")


@settings(max_examples=60, deadline=None)
@given(value=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_have_an_outcome(value: bytes) -> None:
    """Never an error, on either way."""
    for route in (ALERTS, FEEDBACK):
        (one,) = judged(value, route=route)
        assert (one.message is None) is (one.item.outcome is Outcome.REFUSED)
