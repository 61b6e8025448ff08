"""The model store, the same in a folder and in memory (fsspec's own object store)."""

from pathlib import Path
from uuid import uuid4

import pytest

from services.core.bundle import MANIFEST, sha256
from services.runtime.errors import StoreError, VersionExists
from services.runtime.settings import StoreSettings
from services.runtime.store import ModelStore, read_from
from tests.manifests import manifest

FILES = {"encoder.onnx": b"encoder", "head.onnx": b"head", "tokenizer.json": b"{}"}


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ModelStore:
    """An empty store of each kind."""
    url = str(tmp_path / "store") if request.param == "folder" else f"memory://{uuid4()}"
    return ModelStore(StoreSettings(url=url))


def bundle(folder: Path, version: str) -> Path:
    """A bundle's folder with a readable manifest."""
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (folder / MANIFEST).write_bytes(manifest(of=FILES, version=version).to_bytes())
    return folder


def test_what_was_published_can_be_read_by_its_uri(store: ModelStore, tmp_path: Path) -> None:
    """A classifier knows only the uri."""
    digest = store.publish("v1", bundle(tmp_path / "b", "v1"))
    assert read_from(store.uri("v1"), "encoder.onnx") == b"encoder"
    assert sha256(read_from(store.uri("v1"), MANIFEST)) == digest
    assert store.manifest("v1").version == "v1"


def test_versions_are_listed_oldest_first(store: ModelStore, tmp_path: Path) -> None:
    """Their names sort by time."""
    for version in ("20260102-000000-b", "20260101-000000-a"):
        store.publish(version, bundle(tmp_path / version, version))
    assert store.versions() == ["20260101-000000-a", "20260102-000000-b"]


def test_an_empty_store_has_no_versions(store: ModelStore) -> None:
    """Before the first model."""
    assert store.versions() == []


def test_a_version_without_a_manifest_does_not_exist(store: ModelStore, tmp_path: Path) -> None:
    """What a process that died half-way left behind is not seen, and can be published again."""
    folder = bundle(tmp_path / "b", "v1")
    manifest = (folder / MANIFEST).read_bytes()
    (folder / MANIFEST).unlink()
    with pytest.raises(FileNotFoundError):
        store.publish("v1", folder)
    assert store.versions() == []
    (folder / MANIFEST).write_bytes(manifest)
    store.publish("v1", folder)
    assert store.versions() == ["v1"]


def test_a_version_is_never_overwritten(store: ModelStore, tmp_path: Path) -> None:
    """Bundles are immutable."""
    folder = bundle(tmp_path / "b", "v1")
    store.publish("v1", folder)
    (folder / "encoder.onnx").write_bytes(b"another")
    with pytest.raises(VersionExists):
        store.publish("v1", folder)
    assert store.read("v1", "encoder.onnx") == b"encoder"


def test_what_is_not_there_is_a_store_error(store: ModelStore) -> None:
    """Whoever loads keeps what serves."""
    with pytest.raises(StoreError, match="cannot be read"):
        store.read("v9", "encoder.onnx")
    with pytest.raises(StoreError):
        read_from("nosuchprotocol://bucket/v1", MANIFEST)


def test_a_store_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    """Whatever its library raises: callers need to know one error."""
    (tmp_path / "store").write_text("a file where the folder should be")
    store = ModelStore(StoreSettings(url=str(tmp_path / "store")))
    with pytest.raises(StoreError, match="cannot be written"):
        store.publish("v1", bundle(tmp_path / "v1", "v1"))
