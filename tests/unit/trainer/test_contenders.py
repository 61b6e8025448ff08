"""Who a candidate is judged beside."""

from pathlib import Path

import pytest

from schemas import Serving
from services.core.bundle import MANIFEST, sha256
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.errors import FileCorrupt, VersionUnknown
from services.trainer.contenders import load_champion
from services.trainer.graphs import OnnxModel
from tests.bundles import write_bundle


def serving(folder: Path, *, context_version: int = CONTEXT_VERSION) -> Serving:
    """A bundle in that folder as an event names it."""
    write_bundle(folder, context_version=context_version)
    return Serving(version="v1", uri=str(folder), manifest_sha256=sha256((folder / MANIFEST).read_bytes()))


def test_the_champion_is_what_the_event_promised(tmp_path: Path) -> None:
    """Loaded from the run's folder; before the first model there is none, and what is not there says so."""
    champion = load_champion(tmp_path, serving(tmp_path), threads=1)
    assert isinstance(champion, OnnxModel)
    assert load_champion(tmp_path, None, threads=1) is None
    assert isinstance(load_champion(tmp_path / "gone", serving(tmp_path), threads=1), FileCorrupt)


def test_a_champion_that_reads_other_contexts_is_none_to_be_judged_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a sound bundle of a version that this build knows too; no example has the numbers that it reads."""
    monkeypatch.setitem(FEATURES, CONTEXT_VERSION + 1, FEATURES[CONTEXT_VERSION])
    champion = load_champion(tmp_path, serving(tmp_path, context_version=CONTEXT_VERSION + 1), threads=1)
    assert isinstance(champion, VersionUnknown)
    assert f"context version {CONTEXT_VERSION + 1}, not {CONTEXT_VERSION}" in str(champion)
