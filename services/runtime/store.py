"""The model store: immutable bundles in a folder or an object store, through fsspec.

A version exists once its manifest does, and the manifest is written last; what was half-written by a process that died
is therefore never seen.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import fsspec

from schemas import Serving
from services.core.bundle import MANIFEST, Manifest, read_manifest, sha256
from services.runtime.errors import VersionExists
from services.runtime.files import opened, put_whole, store_errors
from services.runtime.settings import StoreSettings


class ModelStore:
    """The bundles of one model. Every method may raise StoreError where the store does not answer as it should."""

    def __init__(self, settings: StoreSettings) -> None:
        self.model_name = settings.model_name
        self._files, root = opened(settings.url)
        self._root = root / settings.model_name

    def uri(self, version: str) -> str:
        """Where a version lies, as any process with the same store can open it."""
        return str(self._files.unstrip_protocol(str(self._root / version)))

    def publish(self, version: str, folder: Path) -> str:
        """Copy a bundle's folder into the store, its manifest last, and return the manifest's sha256.

        Raises:
            VersionExists: the version exists already.
        """
        files = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name == MANIFEST)
        with store_errors(f"{self.uri(version)} cannot be written"):
            self._publish(self._root / version, files)
        return sha256((folder / MANIFEST).read_bytes())

    def _publish(self, target: PurePosixPath, files: Sequence[Path]) -> None:
        if self._files.exists(str(target / MANIFEST)):
            raise VersionExists(f"{self.uri(target.name)} exists already, and bundles are immutable")
        self._files.makedirs(str(target), exist_ok=True)
        for path in files:
            put_whole(self._files, target / path.name, path.read_bytes())

    def serving(self, version: str, *, digest: str | None = None) -> Serving:
        """A version as events announce it: by what its manifest hashed to, or hashes to now.

        Given the `digest` of what was judged, whatever lies there since is refused by all who load it.

        Raises:
            StoreError: without a digest, the version does not exist.
        """
        digest = digest or sha256(self.read(version, MANIFEST))
        return Serving(version=version, uri=self.uri(version), manifest_sha256=digest)

    def versions(self) -> list[str]:
        """All versions that exist, oldest first."""
        with store_errors(f"{self._root} cannot be listed"):
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
    with store_errors(f"{location} cannot be read"), fsspec.open(location, "rb") as file:
        return bytes(file.read())
