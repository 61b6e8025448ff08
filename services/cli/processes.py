"""`winnow classifier | collector | trainer`: one service in the foreground, as the containers run them."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command(rich_help_panel="Services")(classifier)
    app.command(rich_help_panel="Services")(collector)
    app.command(rich_help_panel="Services")(trainer)


def classifier() -> None:
    """Score alerts as they arrive, until stopped.

    Example: `WINNOW_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 winnow classifier`
    """
    from services.classifier.bootstrap import main

    raise typer.Exit(main())


def collector() -> None:
    """Gather scores and verdicts into the training buffer, until stopped.

    Example: `WINNOW_BUFFER__URL=postgresql+psycopg://winnow@db/winnow winnow collector`
    """
    from services.collector.bootstrap import main

    raise typer.Exit(main())


def trainer(
    once: Annotated[bool, typer.Option("--once", help="Do one training run now and exit.")] = False,
) -> None:
    """Train, judge and publish models whenever enough new verdicts have come, until stopped.

    Example: `winnow trainer --once`
    """
    from services.trainer.bootstrap import run

    raise typer.Exit(run(once=once))
