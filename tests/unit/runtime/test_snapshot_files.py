"""Where snapshots of contexts lie, the same in a folder and in memory (fsspec's own object store)."""

from pathlib import Path
from uuid import uuid4

import pytest
from fsspec import AbstractFileSystem

from services.runtime.errors import SnapshotOutdated, StoreError
from services.runtime.files import opened
from services.runtime.snapshot_files import SnapshotFiles


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place of each kind."""
    return str(tmp_path / "contexts") if request.param == "folder" else f"memory://{uuid4()}"


@pytest.fixture
def files(url: str) -> SnapshotFiles:
    """One group's."""
    return SnapshotFiles(url, group="g")


def test_the_one_that_stands_furthest_comes_first(files: SnapshotFiles) -> None:
    """By number, not by letter, and within a message too; of those before only one is kept."""
    for place in ((9, 0), (10, 0), (10, 2), (10, 10)):
        files.write("t", 0, str(place).encode(), place=place)
    assert list(files.newest_first("t", 0)) == [b"(10, 10)", b"(10, 2)"]


def test_one_that_stands_further_is_not_replaced(files: SnapshotFiles) -> None:
    """A worker that lost its partition writes late."""
    files.write("t", 0, b"new", place=(10, 0))
    for place in ((9, 5), (10, 0)):
        with pytest.raises(SnapshotOutdated):
            files.write("t", 0, b"late", place=place)
    assert list(files.newest_first("t", 0)) == [b"new"]


def test_partitions_topics_and_groups_are_apart(files: SnapshotFiles, url: str) -> None:
    """Each has its own."""
    files.write("t", 0, b"mine", place=(1, 0))
    assert not list(files.newest_first("t", 1))
    assert not list(files.newest_first("u", 0))
    assert not list(SnapshotFiles(url, group="h").newest_first("t", 0))


def test_what_was_forgotten_keeps_nothing_from_being_written(files: SnapshotFiles) -> None:
    """A topic that was made anew begins at 0."""
    files.write("t", 0, b"of the old topic", place=(1000, 0))
    files.forget("t", 0)
    files.write("t", 0, b"new", place=(1, 0))
    assert list(files.newest_first("t", 0)) == [b"new"]


def test_what_was_half_written_is_never_read_and_goes(tmp_path: Path) -> None:
    """Its worker was killed."""
    files = SnapshotFiles(str(tmp_path), group="g")
    files.write("t", 0, b"whole", place=(1, 0))
    (whole,) = (tmp_path / "g" / "t" / "0").iterdir()
    half = whole.with_name(f".{whole.name.replace('1', '2')}.partial")
    half.write_bytes(b"ha")
    assert list(files.newest_first("t", 0)) == [b"whole"]
    files.write("t", 0, b"next", place=(3, 0))
    assert not half.exists()


def test_a_write_lists_what_is_there_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an object store each listing is a request that takes time and money."""
    filesystem = type(opened(url)[0])
    listings: list[str] = []
    listing = filesystem.ls

    def counted(self: AbstractFileSystem, path: str, **options: object) -> object:
        listings.append(path)
        return listing(self, path, **options)

    monkeypatch.setattr(filesystem, "ls", counted)
    files = SnapshotFiles(url, group="g")
    for offset in range(1, 4):
        files.write("t", 0, b"", place=(offset, 0))
    assert len(listings) == 3


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """As a StoreError, whatever the file system raises."""
    (tmp_path / "g").write_text("a file where a folder should be")
    with pytest.raises(StoreError):
        SnapshotFiles(str(tmp_path), group="g").write("t", 0, b"", place=(1, 0))
