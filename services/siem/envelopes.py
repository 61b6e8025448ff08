"""What alerts travel in: lists, pages of interfaces, and the records that shippers wrap around a log line.

An envelope is opened only if it is not itself a known format, and what it holds is: a Wazuh alert whose `full_log` is
JSON stays a Wazuh alert.
"""

from collections.abc import Iterator
from itertools import islice

from services.siem.known import IsKnown, Known
from services.siem.parsing import cleaning, parsed
from services.siem.refusal import Refusal
from services.siem.syslog import event_of

MOST = 4_096
"""Items in one message. A megabyte, Kafka's default, holds about 2,000 alerts; more items than this are something
else, and each would become a dead letter of its own."""
DEPTH = 4
"""Envelopes in envelopes that are opened: Event Hubs around a shipper around a list around an interface's page."""

LISTS = ("records", "Records", "findings", "Findings")
"""Azure Event Hubs; AWS SNS, SQS and CloudTrail; AWS EventBridge; AWS Security Hub."""
_LIST_KEYS = 4
"""Keys a list's envelope has at most; an alert that has findings of its own has more."""
_HOLDERS = (
    "message",  # Logstash, Filebeat, Vector, Fluent Bit
    "event.original",  # Logstash and Filebeat under ECS
    "log",  # Fluent Bit, Fluentd, container logs
    "msg",  # rsyslog
    "json",  # Filebeat's decoded JSON
    "event",  # Splunk's HTTP event collector
    "detail",  # AWS EventBridge
    "Message",  # AWS SNS
    "Sns.Message",
    "body",  # AWS SQS, OpenTelemetry
    "full_message",  # GELF
    "MESSAGE",  # systemd's journal, syslog-ng
    "rawmsg",
)
_KEYS = frozenset(path.partition(".")[0] for path in _HOLDERS) | {"event.original", *LISTS}


def items_of(content: object, known: Known, *, depth: int = DEPTH) -> Iterator[object]:
    """The single items of a message's content."""
    for item in _page(content, known):
        yield from _unwrapped(_opened(item), known, depth)


def batch_of(value: object, is_known: IsKnown) -> list[object]:
    """The items of a document that is a list, a page or an object around a list; else the document alone."""
    records = _records(value)
    if records and isinstance(value, dict) and is_known(value):
        return [value]
    return records or _page(value, is_known)


def _page(value: object, is_known: IsKnown) -> list[object]:
    """The items of a list, or of an interface's page that is in no known format itself; else the value alone."""
    if isinstance(value, dict):
        found = _on_page(value)
        return [value] if found is None or is_known(value) else found
    return value if isinstance(value, list) else [value]


def _on_page(value: dict[str, object]) -> list[object] | None:
    """The items of an Elasticsearch search (`hits.hits`) or a Graph page (`value`)."""
    hits = value.get("hits")
    if isinstance(hits, dict) and isinstance(found := hits.get("hits"), list):
        return found
    if "@odata.context" in value and isinstance(found := value.get("value"), list):
        return found
    return None


def _records(value: object) -> list[object]:
    """The items of an object that holds little more than a list of objects; none if it is no such envelope."""
    if not isinstance(value, dict) or len(value) > _LIST_KEYS:
        return []
    lists = (value[name] for name in LISTS if name in value)
    return next((found for found in lists if isinstance(found, list) and _all_objects(found)), [])


def _all_objects(items: list[object]) -> bool:
    return all(isinstance(item, dict) for item in items)


def _opened(item: object) -> object:
    """An Elasticsearch hit as its document, with the hit's own id and index kept."""
    if isinstance(item, dict) and isinstance(source := item.get("_source"), dict):
        return {"_id": item.get("_id"), "_index": item.get("_index"), **source}
    return item


def _unwrapped(item: object, known: Known, depth: int) -> Iterator[object]:
    if isinstance(item, str):
        item = _said_by(item) or item
    if not isinstance(item, dict) or not depth or _KEYS.isdisjoint(item):
        yield item
        return
    if known(item):
        yield item
    elif records := _records(item):
        for record in records:
            yield from _unwrapped(_opened(record), known, depth - 1)
    else:
        yield from _held(item, known, depth)


def _held(item: dict[str, object], known: Known, depth: int) -> list[object]:
    """What the first holder holds that is known; else the item itself.

    One item more than a message may have tells that there are too many.
    """
    document = known.document(item)
    for path in () if document.is_crowded else _HOLDERS:
        inside = _said_by(document.text(path)) or document.part(path).fields
        found = list(islice(items_of(inside, known, depth=depth - 1), MOST + 1)) if inside else []
        if any(isinstance(one, dict) and known(one) for one in found):
            return found
    return [item]


def _said_by(text: str) -> object:
    """What a text says as JSON, or as a line with a CEF or LEEF event; None if neither."""
    if text.startswith(("{", "[")):
        content = parsed(text.encode(errors="replace"), clean=cleaning(text))
        return None if isinstance(content, Refusal) else content
    return event_of(text)
