"""Where snapshots of partitions' contexts lie: a folder a partition, a file a snapshot, named by where it stands.

The name decides which is the newest: a worker that lost its partition and writes late replaces nothing newer.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from fsspec import AbstractFileSystem

from services.runtime.errors import SnapshotOutdated
from services.runtime.files import opened, put_whole, store_errors

_SUFFIX = ".contexts"
_KEPT = 2
"""Another worker may be reading the last but one."""


class SnapshotFiles:
    """The snapshots of one consumer group. Every method may raise StoreError."""

    def __init__(self, url: str, *, group: str) -> None:
        self._files: AbstractFileSystem
        self._files, root = opened(url)
        self._root = root / group

    def newest_first(self, topic: str, partition: int) -> Iterator[bytes]:
        """The snapshots of a partition, each read when it is asked for."""
        folder = self._folder(topic, partition)
        with store_errors(f"{folder} cannot be read"):
            for name in reversed(_snapshots(self._listed(folder))):
                yield self._files.cat_file(str(folder / name))

    def write(self, topic: str, partition: int, data: bytes, *, place: tuple[int, int]) -> None:
        """Keep a snapshot that stands at `place` (offset, index), and forget what is older than the one before it.

        Raises:
            SnapshotOutdated: one is there that stands as far or further.
        """
        folder, name = self._folder(topic, partition), f"{place[0]:020d}-{place[1]:06d}{_SUFFIX}"
        with store_errors(f"{folder / name} cannot be written"):
            self._files.makedirs(str(folder), exist_ok=True)
            there = self._listed(folder)
            before = _snapshots(there)
            if before and before[-1] >= name:
                raise SnapshotOutdated(f"{folder} has a snapshot that stands as far as {name}")
            put_whole(self._files, folder / name, data)
            self._forget(folder, before[: 1 - _KEPT] + _left_over(there, before=name))

    def forget(self, topic: str, partition: int) -> None:
        """Remove all of a partition: they tell of another topic of its name, or of a time it was set back from."""
        folder = self._folder(topic, partition)
        with store_errors(f"{folder} cannot be emptied"):
            self._forget(folder, _snapshots(self._listed(folder)))

    def _forget(self, folder: PurePosixPath, names: list[str]) -> None:
        for name in names:
            self._files.rm_file(str(folder / name))

    def _listed(self, folder: PurePosixPath) -> list[str]:
        """The names of all files of a partition as they are now; none where it has no folder."""
        self._files.invalidate_cache(str(folder))
        try:
            return [PurePosixPath(str(path)).name for path in self._files.ls(str(folder), detail=False)]
        except FileNotFoundError:
            return []

    def _folder(self, topic: str, partition: int) -> PurePosixPath:
        return self._root / topic / str(partition)


def _snapshots(names: Iterable[str]) -> list[str]:
    """Those of snapshots, oldest first; what was half-written is none."""
    return sorted(name for name in names if name.endswith(_SUFFIX) and not name.startswith("."))


def _left_over(names: Iterable[str], *, before: str) -> list[str]:
    """What was half-written by workers that died."""
    return [name for name in names if name.startswith(".") and name[1:] < before]
