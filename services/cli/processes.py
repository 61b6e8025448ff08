"""`winnow classifier | collector | trainer | gateway`: one service in the foreground, as the containers run them."""

from typing import Annotated

import typer

from services.cli.output import line


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command(rich_help_panel="Services")(classifier)
    app.command(rich_help_panel="Services")(collector)
    app.command(rich_help_panel="Services")(trainer)
    app.command(rich_help_panel="Services")(gateway)


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


def gateway(
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Print a new token for a sender and what the settings hold of it.")
    ] = False,
) -> None:
    """Take alerts and verdicts over HTTP and hand them to Kafka, until stopped.

    Example: `winnow gateway --new-token`
    """
    if new_token:
        from services.gateway.auth import new_token as made

        token, digest = made()
        line(f"token: {token}")
        line(f"token_sha256: {digest}")
        raise typer.Exit
    from services.gateway.bootstrap import main

    raise typer.Exit(main())
