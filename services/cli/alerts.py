"""`winnow alerts`: native alerts to the contract, or to their topic."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.lines import read_items
from services.cli.output import PROBLEM, line, say
from services.cli.sending import send_items
from services.runtime.reader import reader_of
from services.runtime.settings import ProcessSettings
from services.siem.reading import ALERT_FORMATS, Refusal

app = typer.Typer(help="Alerts: read them as Winnow does, send them.", no_args_is_help=True)

AlertFile = Annotated[Path, typer.Argument(help="Native alerts: JSON, JSON lines, or CEF or LEEF lines; also in gzip.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", help=f"One of {', '.join(ALERT_FORMATS)}, or one's own; recognised where not given."
    ),
]


@app.command()
def normalise(file: AlertFile, format_name: Format = None) -> None:
    """Print each alert as AlertV1, a JSON line each; what is refused goes to stderr with its line and reason.

    Example: `winnow alerts normalise /var/ossec/logs/alerts/alerts.json --format wazuh`
    """
    reader = reader_of(ProcessSettings.read().siem)
    refused = 0
    for number, value in read_items(file, reader.is_alert):
        for item in reader.read_alerts(value, format_name=format_name, received_at=datetime.now(UTC)):
            if isinstance(item, Refusal):
                refused += 1
                say(f"line {number}: {item.reason}: {item.detail}")
            else:
                line(item.to_bytes().decode())
    if refused:
        say(f"{refused} refused")
        raise typer.Exit(PROBLEM)


@app.command()
def send(file: AlertFile, format_name: Format = None) -> None:
    """Send each alert, as it is, to the topic of alerts, keyed by its host; exit code 1 when any was refused.

    Example: `winnow alerts send alerts.jsonl --format suricata`
    """
    settings = ProcessSettings.read()
    topic, reader = settings.topics.alerts, reader_of(settings.siem)
    items, read = read_items(file, reader.is_alert), reader.read_alerts
    raise typer.Exit(send_items(items, topic=topic, read=read, format_name=format_name, kafka=settings.kafka))
