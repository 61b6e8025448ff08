"""What `winnow models list` says of each version."""

from pathlib import Path

from services.cli.models import _row
from services.core.bundle import MANIFEST
from services.runtime.settings import StoreSettings
from services.runtime.store import ModelStore
from tests.bundles import write_bundle


def test_a_version_that_cannot_be_read_is_listed_as_such(tmp_path: Path) -> None:
    """One spoilt manifest does not hide the other versions."""
    store = ModelStore(StoreSettings(url=str(tmp_path / "store")))
    store.publish("good", write_bundle(tmp_path / "good"))
    spoilt = tmp_path / "store" / store.model_name / "spoilt"
    spoilt.mkdir()
    (spoilt / MANIFEST).write_text("{}")
    rows = {version: _row(store, version, None) for version in store.versions()}
    assert rows["spoilt"]["gate"] == "unreadable"
    assert rows["good"]["gate"] == "promoted"
    assert list(rows["spoilt"]) == list(rows["good"])


def test_what_the_gate_decided_is_said_in_the_events_words(tmp_path: Path) -> None:
    """A candidate is promoted or rejected."""
    store = ModelStore(StoreSettings(url=str(tmp_path / "store")))
    store.publish("v1", write_bundle(tmp_path / "v1"))
    store.publish("v2", write_bundle(tmp_path / "v2", version="v2", promoted=False))
    assert [_row(store, version, None)["gate"] for version in ("v1", "v2")] == ["promoted", "rejected"]
