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
    assert rows["good"]["gate"] in {"passed", "refused"}
    assert list(rows["spoilt"]) == list(rows["good"])
