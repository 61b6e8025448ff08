"""How much of a message is looked at to find its alerts: counted, whatever the message is made of."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason
from services.siem import document as documents
from services.siem.document import CrowdedError, Document
from services.siem.envelopes import MOST
from services.siem.gathering import MOST_PATHS, Gathered, gathered
from services.siem.known import MOST_LOOKED_AT
from services.siem.reading import Refusal, read_alerts
from tests.unit.siem.conftest import RECEIVED
from tests.unit.siem.natives_microsoft import SENTINEL_ALERT

Native = dict[str, Any]
Read = Callable[..., AlertV1]


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each document that is gathered."""
    found: list[int] = []

    def counted(fields: dict[str, object]) -> Gathered:
        whole = gathered(fields)
        found.append(whole.size)
        return whole

    monkeypatch.setattr(documents, "gathered", counted)
    return found


def read(content: object) -> tuple[AlertV1 | Refusal, ...]:
    """The outcomes of a message."""
    return read_alerts(json.dumps(content).encode(), format_name=None, received_at=RECEIVED)


@pytest.mark.parametrize("key", ["k" * 1_000_000, "k" * 300])
def test_nothing_is_followed_behind_a_key_that_is_too_long(key: str) -> None:
    """Each item of its lists would copy the key once more."""
    document = Document({"title": "t", key: [[{"a": 1}] * 64] * 64, "object": {key: {"a": 1}}})
    assert document.size == 4
    assert list(document.values) == ["title", "object"]
    assert document.is_large


@pytest.mark.parametrize("prefix", ["k" * 200, "a"])
def test_a_document_has_a_bound_on_its_paths(prefix: str) -> None:
    """Up to it all are there; beyond it none are."""
    fields: dict[str, object] = {f"{number:x}": 1 for number in range(MOST_PATHS - 1)}
    assert len(Document({prefix: fields}).values) == MOST_PATHS
    inside: dict[str, object] = {"more": {"more": 1}, prefix: [fields]}
    for crowded in ({prefix: fields, "more": 1}, {"more": 1, prefix: fields}, inside):
        with pytest.raises(CrowdedError, match=f"{MOST_PATHS} fields"):
            Document(crowded).text("more")
    assert Document({prefix: fields | {"x": 1, "y": 1}}).size == 1


def test_the_fields_of_many_objects_in_a_list_are_few_paths() -> None:
    """An incident with all its alerts is no crowd."""
    alerts = [{f"field{number}": 1 for number in range(500)}] * 64
    assert Document({"alerts": alerts * 8}).size == 1 + 8 * 64 + 64 * 500
    assert len(Document({"alerts": [alerts] * 8}).values) == 501


def test_a_crowded_alert_is_refused_alone(wazuh: Native) -> None:
    """With its own reason, in an envelope too; its neighbours are read."""
    crowded = wazuh | {"message": "x", "data": {f"{number:x}": 1 for number in range(MOST_PATHS)}}
    for content in ([wazuh, crowded, wazuh], {"records": [wazuh, crowded, wazuh]}):
        first, refused, last = read(content)
        assert isinstance(first, AlertV1)
        assert isinstance(last, AlertV1)
        assert isinstance(refused, Refusal)
        assert (refused.reason, refused.index) == (DeadLetterReason.TOO_LARGE, 1)
        assert refused.detail == f"more than {MOST_PATHS} fields"


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_alert_is_gathered_once(wrapped: bool, wazuh: Native, sizes: list[int]) -> None:
    """To be recognised and read; an envelope around it is looked at once as well."""
    alert = wazuh | {"message": "what an envelope has too"}
    (outcome,) = read({"log": alert} if wrapped else alert)
    assert isinstance(outcome, AlertV1)
    assert len(sizes) == 1 + wrapped


def test_what_was_gathered_before_tabs_were_cleaned_is_not_read(wazuh: Native, read_alert: Read) -> None:
    """Where a LEEF line is in a message its tabs stay until envelopes are taken off, in this alert's text too."""
    alert = read_alert(wazuh | {"message": "x", "full_log": "LEEF:1.0|a|b|c|d|x=y\tz=1", "location": "a\tb"})
    assert "\t" not in alert.model_dump_json()
    assert "\\t" not in alert.model_dump_json()
    assert alert.description == "LEEF:1.0|a|b|c|d|x=y z=1"


@pytest.mark.parametrize(
    "inside",
    [
        "[" + ",".join(["{}"] * 100_000) + "]",
        {"hits": {"hits": [{}] * 100_000}},
        {"@odata.context": "", "value": [{"a": 1}] * 100_000},
    ],
)
def test_no_more_of_an_envelope_is_looked_at_than_a_message_may_hold(inside: object, sizes: list[int]) -> None:
    """And one more, in a text or an object."""
    (outcome,) = read({"message": inside})
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.UNKNOWN_FORMAT
    assert len(sizes) <= MOST + 5


def test_many_small_envelopes_cost_what_a_large_one_costs(sizes: list[int]) -> None:
    """Each is asked about for its own sake, however little is in it."""
    holders = ("message", "log", "msg", "json", "event", "detail", "Message", "body", "full_message", "MESSAGE")
    (outcome,) = read({holder: json.dumps([{"body": {"a": 1}}] * MOST) for holder in holders})
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.TOO_LARGE
    assert len(sizes) < MOST_LOOKED_AT / 16


def test_envelopes_in_envelopes_do_not_multiply_the_work(sizes: list[int]) -> None:
    """Each level would be looked at with all that is inside it: a message may cost so much, and no more."""
    content: object = {f"{number:x}": 1 for number in range(40_000)}
    for _ in range(4):
        content = {"message": content}
    (outcome,) = read([content] * 8)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.TOO_LARGE
    assert outcome.detail == f"more in its envelopes than {MOST_LOOKED_AT} fields take"
    assert sum(sizes) < MOST_LOOKED_AT + 2 * 40_000


def test_not_all_of_a_flood_of_entities_is_looked_at(sizes: list[int]) -> None:
    """The first thousand, twice what the product itself keeps."""
    entities = json.dumps([{"$id": str(number), "Type": "ip"} for number in range(10_000)])
    (outcome,) = read(SENTINEL_ALERT | {"Entities": entities})
    assert isinstance(outcome, AlertV1)
    assert 1_000 < len(sizes) < 1_100


def test_a_batch_as_large_as_may_be_is_read_from_its_envelopes(wazuh: Native) -> None:
    """Bounds are for what is no alert."""
    alert = wazuh | {"message": "what an envelope has too", "data": {f"{number:x}": 1 for number in range(50)}}
    content = [{"message": alert} for _ in range(MOST)]
    assert all(isinstance(outcome, AlertV1) for outcome in read(content))
