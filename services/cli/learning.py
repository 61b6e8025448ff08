"""`winnow train | evaluate | score`: models without Kafka, from the buffer, files and folders."""

import typer

from services.cli.evaluating import evaluate
from services.cli.scoring import score
from services.cli.training import train


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    for command in (train, evaluate, score):
        app.command(rich_help_panel="Models without Kafka")(command)
