"""`winnow doctor --size`: one's own alerts through a classifier's pieces, and a table of what streams need."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from services.cli.lines import read_items
from services.cli.output import MISSING, as_json, fail, say, table
from services.core.sizing import BUSY, Costs, needs
from services.runtime.reader import reader_of

if TYPE_CHECKING:
    from services.classifier.engine import Model
    from services.classifier.handler import Incoming
    from services.classifier.settings import ClassifierSettings

_CACHE_BYTES = 64 << 20
"""Where the classifier has no cache: what is measured still needs one, to tell an alert's share from its text's."""


def size_up(file: Path | None, *, format_name: str | None, bundle: str, most: int, as_json_: bool) -> None:
    """Measure, and show what it takes."""
    from services.classifier.costs import measure_costs
    from services.classifier.settings import ClassifierSettings

    settings = ClassifierSettings.read()
    reader, cache = reader_of(settings.siem), settings.classifier.cache_bytes
    model = _model(bundle, settings, cache_bytes=cache or _CACHE_BYTES)
    if file is None:
        messages = _of_topic(settings, most)
    else:
        values = (value for _, value in islice(read_items(file, reader.is_alert), most))
        messages = _of_file(values, format_name)
    costs = measure_costs(messages, model, reader=reader, clock=_now)
    _show(costs if cache else replace(costs, new_share=1.0), as_json_=as_json_)


def _model(bundle: str, settings: "ClassifierSettings", *, cache_bytes: int) -> "Model":
    from services.classifier.loading import load_bundle, load_served
    from services.runtime.model_events import latest

    if bundle:
        return load_bundle(bundle, cache_bytes=cache_bytes)
    event = latest(settings)
    if event is None or event.serving is None:
        fail("no model is in service; name one with --bundle", code=MISSING)
    return load_served(event.serving, cache_bytes=cache_bytes)


def _of_topic(settings: "ClassifierSettings", most: int) -> Iterator["Incoming"]:
    from services.classifier.handler import incoming_of
    from services.runtime.topic_contents import newest

    for record in newest(settings.kafka, settings.topics.alerts, count=most):
        yield incoming_of(record, timestamp=record.timestamp / 1000, now=_now())


def _of_file(values: Iterator[bytes], format_name: str | None) -> Iterator["Incoming"]:
    from services.classifier.handler import Incoming

    for number, value in enumerate(values):
        now = _now()
        yield Incoming(
            value=value,
            format_name=format_name,
            topic="file",
            partition=0,
            offset=number,
            produced_at=now,
            received_at=now,
        )


def _show(costs: Costs, *, as_json_: bool) -> None:
    rows = needs(costs)
    if as_json_:
        told = [asdict(row) for row in rows]
        as_json({"costs": asdict(costs), "alerts_a_second_of_a_core": costs.rate_of_a_core, "needs": told})
        return
    table("What an alert takes of one core here", ("", "ms"), _costs(costs))
    say(
        f"{costs.new_share:.1%} of these alerts brought a text that had not been seen before; of a longer stream fewer "
        f"do. A message has {costs.alert_bytes:,.0f} bytes an alert, its score {costs.score_bytes:,.0f}. "
        f"Alone, one core does {costs.rate_of_a_core:,.0f} alerts/s."
    )
    columns = ("alerts/s", "classifiers", "partitions", "Kafka MB/s", "Kafka GB a day")
    shown = [
        (f"{row.rate:,.0f}", row.classifiers, row.partitions, row.megabytes_a_second, row.gigabytes_a_day)
        for row in rows
    ]
    table(
        f"What a stream needs: classifiers of one core, {BUSY:.0%} busy with all of them at work; three replicas",
        columns,
        shown,
    )


def _costs(costs: Costs) -> list[tuple[str, float]]:
    return [
        ("reading, context, answer and record", 1e3 * costs.alert_seconds),
        ("Kafka's clients (measured elsewhere: benchmarks/README.md)", 1e3 * costs.client_seconds),
        ("encoding a text that is new", 1e3 * costs.text_seconds),
        ("on average", 1e3 * costs.seconds),
    ]


def _now() -> datetime:
    return datetime.now(UTC)
