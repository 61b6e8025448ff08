"""`winnow topics`: the Kafka topics of the contract on a cluster."""

import typer

from services.cli.output import PROBLEM, line, say
from services.runtime.settings import ProcessSettings

app = typer.Typer(help="The Kafka topics: make them, check them.", no_args_is_help=True)


@app.command()
def create() -> None:
    """Make the topics that are missing; those that exist are left as they are.

    Example: `WINNOW_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 winnow topics create`
    """
    from services.runtime.topics import create_topics, planned_topics

    settings = ProcessSettings.read()
    made = create_topics(settings.kafka, planned_topics(settings.topics))
    for name in made:
        line(name)
    say(f"{len(made)} made" if made else "all topics exist already")


@app.command()
def check() -> None:
    """Compare the cluster's topics with what they should be; exit code 1 when something differs.

    Example: `winnow topics check`
    """
    from services.runtime.topics import check_topics, planned_topics

    settings = ProcessSettings.read()
    problems = check_topics(settings.kafka, planned_topics(settings.topics))
    for problem in problems:
        line(problem)
    if problems:
        raise typer.Exit(PROBLEM)
    say("all topics are as they should be")
