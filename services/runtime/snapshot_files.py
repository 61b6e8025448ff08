"""Where snapshots of partitions' contexts lie: a folder a partition, a file a snapshot, named by where it stands.

The name decides which is the newest: a worker that lost its partition and writes late replaces nothing newer.
"""

from collections.abc import Iterator
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
            for name in reversed(self._names(folder)):
                yield self._files.cat_file(str(folder / name))

    def write(self, topic: str, partition: int, data: bytes, *, place: tuple[int, int]) -> None:
        """Keep a snapshot that stands at `place` (offset, index), and forget what is older than the one before it.

        Raises:
            SnapshotOutdated: one is there that stands as far or further.
        """
        folder, name = self._folder(topic, partition), f"{place[0]:020d}-{place[1]:06d}{_SUFFIX}"
        with store_errors(f"{folder / name} cannot be written"):
            self._files.makedirs(str(folder), exist_ok=True)
            if any(other >= name for other in self._names(folder)):
                raise SnapshotOutdated(f"{folder} has a snapshot that stands as far as {name}")
            put_whole(self._files, folder / name, data)
            self._forget(folder, self._names(folder)[:-_KEPT] + self._left_over(folder, before=name))

    def forget(self, topic: str, partition: int) -> None:
        """Remove all of a partition: they tell of another topic of its name, or of a time it was set back from."""
        folder = self._folder(topic, partition)
        with store_errors(f"{folder} cannot be emptied"):
            self._forget(folder, self._names(folder))

    def _forget(self, folder: PurePosixPath, names: list[str]) -> None:
        for name in names:
            self._files.rm_file(str(folder / name))

    def _names(self, folder: PurePosixPath) -> list[str]:
        """The partition's snapshots, oldest first; what was half-written is none of them."""
        self._files.invalidate_cache(str(folder))
        if not self._files.exists(str(folder)):
            return []
        return sorted(name for name in self._all_names(folder) if name.endswith(_SUFFIX) and not name.startswith("."))

    def _left_over(self, folder: PurePosixPath, *, before: str) -> list[str]:
        """What was half-written by workers that died."""
        return [name for name in self._all_names(folder) if name.startswith(".") and name[1:] < before]

    def _all_names(self, folder: PurePosixPath) -> list[str]:
        return [PurePosixPath(str(path)).name for path in self._files.ls(str(folder), detail=False)]

    def _folder(self, topic: str, partition: int) -> PurePosixPath:
        return self._root / topic / str(partition)
