"""What alerts travel in: lists, and the answers of the interfaces they are fetched from."""

MOST = 4_096
"""Items in one message. A megabyte, Kafka's default, holds about 2,000 alerts; more items than this are something
else, and each would become a dead letter of its own."""


def items_of(value: object) -> list[object]:
    """The single items of a message: of a list, an Elasticsearch search (`hits.hits`), a Graph page (`value`)."""
    items = value if isinstance(value, list) else _page(value)
    return [_opened(item) for item in items]


def _page(value: object) -> list[object]:
    if isinstance(value, dict):
        hits = value.get("hits")
        if isinstance(hits, dict) and isinstance(found := hits.get("hits"), list):
            return found
        if "@odata.context" in value and isinstance(found := value.get("value"), list):
            return found
    return [value]


def _opened(item: object) -> object:
    """An Elasticsearch hit as its document, with the hit's own id and index kept."""
    if isinstance(item, dict) and isinstance(source := item.get("_source"), dict):
        return {"_id": item.get("_id"), "_index": item.get("_index"), **source}
    return item
