"""The runs' folders: one made for each run, the oldest forgotten."""

import logging
import shutil
from pathlib import Path

from services.core.bundle import ANSWER_FILES, MANIFEST, REQUIRED_FILES, read_manifest
from services.core.errors import BundleError
from services.runtime.errors import StoreError
from services.runtime.store import read_from
from services.trainer.plan import CHAMPION, PLAN, RunPlan

log = logging.getLogger(__name__)

_PRIVATE = 0o700
"""A snapshot holds alerts: nobody else on the machine may read them."""


class Workspace:
    """The folder all runs' folders lie in."""

    def __init__(self, folder: Path, *, keep: int) -> None:
        self._folder, self._keep = folder.absolute(), keep

    def begin(self) -> Path:
        """A fresh folder for what a run is given; whatever a killed trainer left half-made there is thrown away."""
        fresh = self._folder / "next"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=_PRIVATE)
        return fresh

    def settle(self, fresh: Path, plan: RunPlan) -> Path:
        """Write the plan and give the folder the version's name."""
        (fresh / PLAN).write_text(plan.model_dump_json(indent=2), encoding="utf-8")
        folder = self._folder / plan.version
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        self._forget()
        return folder

    def _forget(self) -> None:
        runs = sorted(path for path in self._folder.iterdir() if (path / PLAN).is_file())
        for path in runs[: -self._keep]:
            shutil.rmtree(path, ignore_errors=True)


def fetch_champion(uri: str, folder: Path) -> None:
    """Copy the bundle in service beside the snapshot, so that a run needs no store.

    A required file that is not there any more is left out: the run then finds that the champion cannot be judged.

    Raises:
        StoreError: the store does not answer; then nobody knows what serves, and nothing may be judged without it.
    """
    target = folder / CHAMPION
    target.mkdir()
    for name in (MANIFEST, *REQUIRED_FILES):
        _fetch(uri, name, target)
    for name in _beyond_required(target / MANIFEST):
        _fetch(uri, name, target)


def _fetch(uri: str, name: str, target: Path) -> None:
    try:
        (target / name).write_bytes(read_from(uri, name))
    except StoreError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        log.warning("a file of the model in service is not there", extra={"file": name, "error": str(error)})


def _beyond_required(manifest: Path) -> list[str]:
    """The other files that a bundle's answers come of; none where its manifest cannot be read."""
    try:
        files = read_manifest(manifest.read_bytes()).files
    except (OSError, BundleError):
        return []
    return [name for name in ANSWER_FILES if name in files and name not in REQUIRED_FILES]
