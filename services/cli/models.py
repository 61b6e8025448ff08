"""`winnow models`: the model store, and what serves."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas import Candidate, ModelEvent, ModelEventV1, Serving
from services.cli.output import PROBLEM, as_json, fail, line, say, table
from services.core.bundle import Manifest, verify_files
from services.core.candidates import candidate_of
from services.core.errors import BundleError
from services.runtime.errors import StoreError
from services.runtime.settings import ProcessSettings

if TYPE_CHECKING:
    from services.runtime.store import ModelStore

app = typer.Typer(help="Models: what there is, what serves, and changing that.", no_args_is_help=True)

VersionArgument = Annotated[str, typer.Argument(help="A version, as `winnow models list` shows it.")]
_FIGURES = ("precision", "recall", "f1")
Json = Annotated[bool, typer.Option("--json", help="For a program to read.")]


@app.command("list")
def list_models(as_json_: Json = False) -> None:
    """List the versions in the store; the one in service is marked.

    Example: `winnow models list`
    """
    settings = ProcessSettings.read()
    store, serving = _store(settings), _serving(settings)
    rows = [_row(store, version, serving) for version in store.versions()]
    if as_json_:
        as_json(rows)
        return
    table(
        "Models",
        ("version", "", "gate", "precision", "recall", "F1", "examples"),
        [tuple(row.values()) for row in rows],
    )
    if serving is None:
        say("no model is in service")


def _row(store: "ModelStore", version: str, serving: Serving | None) -> dict[str, Any]:
    """A version's line; one whose manifest cannot be read is listed all the same."""
    mark = "serving" if serving is not None and serving.version == version else ""
    try:
        manifest = store.manifest(version)
    except (BundleError, StoreError):
        return {"version": version, "serving": mark, "gate": "unreadable", **dict.fromkeys((*_FIGURES, "examples"), "")}
    figures = {name: manifest.metrics[name].value if name in manifest.metrics else "" for name in _FIGURES}
    gate = (ModelEvent.PROMOTED if manifest.promoted else ModelEvent.REJECTED).value
    return {"version": manifest.version, "serving": mark, "gate": gate, **figures, "examples": manifest.data.training}


@app.command()
def show(version: VersionArgument) -> None:
    """Print a version's manifest.

    Example: `winnow models show 20261123-030201-1a2b3c4d`
    """
    line(_store(ProcessSettings.read()).manifest(version).to_bytes().decode())


@app.command()
def verify(version: VersionArgument) -> None:
    """Check every file of a version against its manifest; exit code 1 when it must not serve.

    Example: `winnow models verify 20261123-030201-1a2b3c4d`
    """
    store = _store(ProcessSettings.read())
    manifest = _verified(store, version)
    say(f"{version}: {len(manifest.files)} files are what the manifest says")


def _verified(store: "ModelStore", version: str) -> Manifest:
    manifest = store.manifest(version)
    verify_files(manifest, lambda name: store.read(version, name), names=manifest.files)
    return manifest


@app.command()
def promote(
    version: VersionArgument,
    force: Annotated[bool, typer.Option("--force", help="Also a version that was rejected.")] = False,
) -> None:
    """Put a version in service on every classifier.

    Example: `winnow models promote 20261123-030201-1a2b3c4d`
    """
    settings = ProcessSettings.read()
    store = _store(settings)
    manifest = _verified(store, version)
    if not force:
        _require_passed(manifest)
    _announce(settings, store, manifest, ModelEvent.PROMOTED, "promoted by hand")


def _require_passed(manifest: Manifest) -> None:
    if not manifest.promoted:
        failed = "; ".join(reason.text for reason in manifest.gate if not reason.passed)
        fail(
            f"{manifest.version} was rejected ({failed}); "
            f"`winnow models promote --force {manifest.version}` puts it in service all the same",
            code=PROBLEM,
        )


@app.command()
def rollback(
    version: Annotated[
        str | None, typer.Argument(help="The version to go back to; the serving one's parent by default.")
    ] = None,
) -> None:
    """Put an earlier version back in service on every classifier.

    Example: `winnow models rollback`
    """
    settings = ProcessSettings.read()
    store, serving = _store(settings), _serving(settings)
    if serving is None:
        fail("no model is in service, so there is nothing to go back from", code=PROBLEM)
    target = version or store.manifest(serving.version).parent
    if target is None:
        fail(
            f"{serving.version} is the first model; there is none to go back to. "
            "`winnow models withdraw` takes it out of service",
            code=PROBLEM,
        )
    manifest = _verified(store, target)
    _require_passed(manifest)
    _announce(settings, store, manifest, ModelEvent.ROLLED_BACK, f"rolled back from {serving.version}")


@app.command()
def withdraw() -> None:
    """Take the model in service out of service: alerts then pass unscored until another one is promoted.

    Example: `winnow models withdraw`
    """
    from services.runtime.model_events import announce

    settings = ProcessSettings.read()
    serving = _serving(settings)
    if serving is None:
        fail("no model is in service", code=PROBLEM)
    announce(
        settings,
        ModelEventV1(
            model_name=settings.store.model_name,
            event=ModelEvent.ROLLED_BACK,
            candidate=Candidate(version=serving.version, reasons=("withdrawn by hand",)),
            serving=None,
            occurred_at=datetime.now(UTC),
        ),
    )
    say(f"{serving.version} is withdrawn; every alert passes unscored, and is shown, until a model is promoted")


def _announce(
    settings: ProcessSettings, store: "ModelStore", manifest: Manifest, event: ModelEvent, reason: str
) -> None:
    from services.runtime.model_events import announce

    version = manifest.version
    serving = store.serving(version)
    announce(
        settings,
        ModelEventV1(
            model_name=store.model_name,
            event=event,
            candidate=candidate_of(manifest, digest=serving.manifest_sha256, reasons=[reason]),
            serving=serving,
            occurred_at=datetime.now(UTC),
        ),
    )
    say(f"{version} is announced; every classifier swaps it in once it has verified it")


def _store(settings: ProcessSettings) -> "ModelStore":
    from services.runtime.store import ModelStore

    return ModelStore(settings.store)


def _serving(settings: ProcessSettings) -> Serving | None:
    from services.runtime.model_events import latest

    event = latest(settings)
    return event.serving if event is not None else None
