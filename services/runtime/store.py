"""The model store: immutable bundles in a folder or an object store, through fsspec.

A version exists once its manifest does, and the manifest is written last; what was half-written by a process that died
is therefore never seen.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import fsspec
from fsspec import AbstractFileSystem

from services.core.bundle import MANIFEST, Manifest, read_manifest, sha256
from services.runtime.errors import StoreError, VersionExists
from services.runtime.settings import StoreSettings


class ModelStore:
    """The bundles of one model. Every method may raise StoreError where the store does not answer as it should."""

    def __init__(self, settings: StoreSettings) -> None:
        self.model_name = settings.model_name
        self._files: AbstractFileSystem
        url = settings.url if "://" in settings.url else str(Path(settings.url).absolute())
        with _told(f"the model store {url} cannot be opened"):
            self._files, root = fsspec.core.url_to_fs(url)
        self._root = PurePosixPath(root) / settings.model_name

    def uri(self, version: str) -> str:
        """Where a version lies, as any process with the same store can open it."""
        return str(self._files.unstrip_protocol(str(self._root / version)))

    def publish(self, version: str, folder: Path) -> str:
        """Copy a bundle's folder into the store, its manifest last, and return the manifest's sha256.

        Raises:
            VersionExists: the version exists already.
        """
        files = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name == MANIFEST)
        with _told(f"{self.uri(version)} cannot be written"):
            self._publish(self._root / version, files)
        return sha256((folder / MANIFEST).read_bytes())

    def _publish(self, target: PurePosixPath, files: Sequence[Path]) -> None:
        if self._files.exists(str(target / MANIFEST)):
            raise VersionExists(f"{self.uri(target.name)} exists already, and bundles are immutable")
        self._files.makedirs(str(target), exist_ok=True)
        for path in files:
            self._put(target / path.name, path.read_bytes())

    def _put(self, target: PurePosixPath, data: bytes) -> None:
        """Write whole or not at all: object stores do so by themselves, a folder by renaming."""
        partial = target.with_name(f".{target.name}.partial")
        self._files.pipe_file(str(partial), data)
        self._files.mv(str(partial), str(target))

    def versions(self) -> list[str]:
        """All versions that exist, oldest first."""
        with _told(f"{self._root} cannot be listed"):
            if not self._files.exists(str(self._root)):
                return []
            manifests = self._files.glob(str(self._root / "*" / MANIFEST))
        return sorted(PurePosixPath(str(path)).parent.name for path in manifests)

    def manifest(self, version: str) -> Manifest:
        """A version's manifest.

        Raises:
            StoreError: the version does not exist.
            BundleError: its manifest cannot be served by this build.
        """
        return read_manifest(self.read(version, MANIFEST))

    def read(self, version: str, name: str) -> bytes:
        """One file of a bundle.

        Raises:
            StoreError: it is not there, or the store does not answer.
        """
        return read_from(self.uri(version), name)


def read_from(uri: str, name: str) -> bytes:
    """One file of the bundle at a uri.

    Raises:
        StoreError: it is not there, or the store does not answer.
    """
    location = f"{uri}/{name}"
    with _told(f"{location} cannot be read"), fsspec.open(location, "rb") as file:
        return bytes(file.read())


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Any failure as a StoreError: each store's library has errors of its own, with no class in common."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(f"{what}: {error}") from error
