"""`winnow topics`: the Kafka topics of the contract on a cluster."""

from typing import Annotated

import typer

from services.cli.output import PROBLEM, USAGE, fail, line, say
from services.runtime.settings import ProcessSettings, TopicSettings

app = typer.Typer(help="The Kafka topics: make them, check them, look at what lies there.", no_args_is_help=True)


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


@app.command()
def show(
    topic: Annotated[str, typer.Argument(help=f"One of {', '.join(TopicSettings.model_fields)}.")],
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=10_000, help="How many of the newest messages.")] = 10,
) -> None:
    """Print the newest messages of a topic, oldest first, one a line as they lie there; nothing is consumed.

    Example: `winnow topics show dead_letters --last 3 | jq .reason`
    """
    from services.runtime.topic_contents import newest

    settings = ProcessSettings.read()
    known = settings.topics.model_dump()
    if topic not in known:
        fail(f"no topic is called {topic}; there are {', '.join(known)}", code=USAGE)
    for record in newest(settings.kafka, known[topic], count=last):
        line((record.value or b"").decode("utf-8", errors="backslashreplace"))
