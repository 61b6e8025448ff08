"""What the peers of the serving benchmark are sent: the same alerts, each in its peer's form, under its own key."""

import json

from benchmarks.serving.peers import as_alerts, as_requests, as_texts
from services.core.text import render_alert
from tests.messages import alert

ALERTS = [(each, "winnow", each.to_bytes()) for each in (alert("winnow:t:1", title="one"), alert("winnow:t:2"))]


def test_each_is_sent_under_its_own_key_which_comes_back_with_the_answer() -> None:
    """Latency and loss are counted by it."""
    for form in (as_alerts, as_texts, as_requests):
        assert [message.key for message in form(ALERTS)] == [b"winnow:t:1", b"winnow:t:2"]


def test_winnow_is_sent_what_the_siem_wrote_and_the_others_what_winnow_renders() -> None:
    """The others have less to do: their texts are ready."""
    native, text, request = (form(ALERTS)[0] for form in (as_alerts, as_texts, as_requests))
    assert (native.value, dict(native.headers)["format"]) == (ALERTS[0][2], b"winnow")
    assert text.value.decode() == render_alert(ALERTS[0][0])
    (given,) = json.loads(request.value)["inputs"]
    assert given == {"name": "text", "shape": [1], "datatype": "BYTES", "data": [render_alert(ALERTS[0][0])]}
    assert dict(request.headers) == {"mlserver-model": b"alerts"}
