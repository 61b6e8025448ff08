"""`winnow doctor --size`: one's own alerts through a classifier's pieces, and a table of what streams need."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from services.cli.lines import read_items
from services.cli.output import MISSING, USAGE, as_json, fail, say, table
from services.core.sizing import BUSY, RUNNING, Costs, needs
from services.runtime.reader import reader_of

if TYPE_CHECKING:
    from services.classifier.engine import Model
    from services.classifier.handler import Incoming
    from services.classifier.settings import ClassifierSettings
    from services.siem.reading import Reader

ALERTS = 2_000
"""Messages that a sizing looks at by default; it has done with them in some seconds."""
_CACHE_BYTES = 1 << 30
"""No text that comes again is encoded again, whatever the settings say: what is measured is one alert, and one text."""
_REPLICAS = 3
"""Where the settings leave them to the cluster."""


def size_up(file: Path | None, *, format_name: str | None, bundle: str, most: int, as_json_: bool) -> None:
    """Measure, and show what it takes."""
    from services.classifier.costs import measure_costs
    from services.classifier.settings import ClassifierSettings

    if format_name and file is None:
        fail("--format is of a --file; a topic's messages say their own", code=USAGE)
    settings = ClassifierSettings.read()
    reader = reader_of(settings.siem)
    messages = list(_of_topic(settings, most) if file is None else _of_file(file, reader, format_name, most))
    if not messages:
        fail(f"there is nothing to measure in {file or settings.topics.alerts}", code=MISSING)
    costs = measure_costs(messages, _model(bundle, settings), reader=reader, clock=_now)
    if not settings.classifier.cache_bytes:
        say("the classifier's cache is off: every text is reckoned as new")
        costs = replace(costs, new_share=1.0)
    replicas = settings.kafka.replication_factor
    _show(costs, replicas=replicas if replicas > 0 else _REPLICAS, as_json_=as_json_)


def _model(bundle: str, settings: "ClassifierSettings") -> "Model":
    from services.classifier.loading import load_bundle, load_served
    from services.runtime.model_events import latest

    if bundle:
        return load_bundle(bundle, cache_bytes=_CACHE_BYTES)
    event = latest(settings)
    if event is None or event.serving is None:
        fail("no model is in service; name one with --bundle", code=MISSING)
    return load_served(event.serving, cache_bytes=_CACHE_BYTES)


def _of_topic(settings: "ClassifierSettings", most: int) -> Iterator["Incoming"]:
    from services.classifier.handler import incoming_of
    from services.runtime.topic_contents import newest

    for record in newest(settings.kafka, settings.topics.alerts, count=most):
        yield incoming_of(record, timestamp=record.timestamp / 1000, now=_now())


def _of_file(file: Path, reader: "Reader", format_name: str | None, most: int) -> Iterator["Incoming"]:
    from services.classifier.handler import Incoming

    for number, value in islice(read_items(file, reader.is_alert), most):
        now = _now()
        yield Incoming(
            value=value,
            format_name=format_name,
            topic=file.name,
            partition=0,
            offset=number,
            produced_at=now,
            received_at=now,
        )


def _show(costs: Costs, *, replicas: int, as_json_: bool) -> None:
    rows = needs(costs, replicas=replicas)
    if as_json_:
        told = [asdict(row) for row in rows]
        as_json({"costs": asdict(costs), "alerts_a_second_of_a_core": costs.rate_of_a_core, "needs": told})
        return
    table("What an alert takes of a core", ("", "ms"), _costs(costs))
    say(
        f"{costs.new_share:.1%} of these alerts count as bringing a new text; of a longer stream fewer do. A message "
        f"has {costs.alert_bytes:,.0f} bytes an alert, its score {costs.score_bytes:,.0f}. "
        f"One core does {costs.rate_of_a_core:,.0f} alerts/s."
    )
    columns = ("alerts/s", "classifiers", "partitions", "Kafka MB/s", "Kafka GB a day")
    shown = [
        (f"{row.rate:,.0f}", row.classifiers, row.partitions, row.megabytes_a_second, row.gigabytes_a_day)
        for row in rows
    ]
    table(f"What a stream needs: classifiers of one core, {BUSY:.0%} busy; {replicas} replicas", columns, shown)


def _costs(costs: Costs) -> list[tuple[str, float]]:
    return [
        ("reading, context, answer and record, measured", 1e3 * costs.alert_seconds),
        ("encoding and explaining a text that is new, measured", 1e3 * costs.text_seconds),
        ("Kafka's clients, from the benchmark scale_out", 1e3 * costs.client_seconds),
        (f"on average; in a running classifier a text takes {RUNNING:g} times as much", 1e3 * costs.seconds),
    ]


def _now() -> datetime:
    return datetime.now(UTC)
