"""From an announcement to a model that may serve: verify, load, warm. Whatever is wrong is raised before any swap."""

from schemas import Serving
from services.classifier.engine import Model, load_model
from services.core.audit import DEFAULT_AUDIT, Audit
from services.core.bundle import ANSWER_FILES, MANIFEST, NEIGHBOURS, read_manifest, verify_files
from services.core.errors import ManifestInvalid
from services.runtime.store import read_from

_FILES = (*ANSWER_FILES, NEIGHBOURS)


def load_served(serving: Serving, *, cache_bytes: int, audit: Audit = DEFAULT_AUDIT, run_tokens: int = 0) -> Model:
    """The model an event announces; `audit` draws what is shown of what it would close, `run_tokens` as `load_model`.

    Raises:
        StoreError: the store does not answer, or has no such bundle.
        BundleError: the bundle is not the announced one, is damaged, or needs what this build does not have.
        ModelUnusable: it does not load, or does not answer as the format promises.
    """
    manifest = read_manifest(read_from(serving.uri, MANIFEST), expected_sha256=serving.manifest_sha256)
    if manifest.version != serving.version:
        raise ManifestInvalid(f"the manifest is of version {manifest.version}, announced was {serving.version}")
    files = verify_files(manifest, lambda name: read_from(serving.uri, name), names=_FILES)
    return load_model(manifest, files, cache_bytes=cache_bytes, audit=audit, run_tokens=run_tokens)


def load_bundle(uri: str, *, cache_bytes: int, audit: Audit = DEFAULT_AUDIT) -> Model:
    """The model of a bundle somebody names: checked against its own manifest, as nothing announced it.

    Raises:
        StoreError, BundleError, ModelUnusable: as `load_served`.
    """
    manifest = read_manifest(read_from(uri, MANIFEST))
    files = verify_files(manifest, lambda name: read_from(uri, name), names=_FILES)
    return load_model(manifest, files, cache_bytes=cache_bytes, audit=audit)
