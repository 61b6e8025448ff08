"""Manifests for tests: valid, and different only in what a test names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.core.bundle import LABELS, VERDICT_HEAD, BaseModelInfo, DataInfo, FileEntry, Head, Manifest, sha256
from services.core.context import CONTEXT_VERSION
from services.core.text import TEXT_VERSION


def manifest(*, of: Mapping[str, bytes] | None = None, **fields: Any) -> Manifest:
    """A manifest of files with these contents."""
    values: dict[str, Any] = {
        "version": "v1",
        "created_at": datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        "base": BaseModelInfo(name="tiny", weights_sha256="0" * 64),
        "heads": (Head(name=VERDICT_HEAD, labels=LABELS),),
        "threshold": 0.5,
        "text_version": TEXT_VERSION,
        "context_version": CONTEXT_VERSION,
        "max_tokens": 64,
        "quantisation": "none",
        "data": DataInfo(snapshot_sha256="0" * 64, training=1, holdout=1),
        "promoted": True,
        "files": {name: FileEntry(size=len(data), sha256=sha256(data)) for name, data in (of or {}).items()},
    }
    return Manifest(**values | fields)
