"""The bundle format: whatever is not exactly what was announced never serves."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.bundle import (
    LABELS,
    REQUIRED_FILES,
    VERDICT_HEAD,
    Estimate,
    FileEntry,
    GateReason,
    Head,
    Manifest,
    read_manifest,
    sha256,
    verify_files,
    version_name,
)
from services.core.errors import FileCorrupt, ManifestInvalid, VersionUnknown
from tests import manifests

FILES = {name: f"contents of {name}".encode() for name in (*REQUIRED_FILES, "card.md")}


def manifest(**fields: Any) -> Manifest:
    """A manifest of `FILES` that can serve, with something in all that may be missing."""
    values: dict[str, Any] = {
        "version": "20261123-030201-1a2b3c4d",
        "heads": (Head(name=VERDICT_HEAD, labels=LABELS, temperature=1.5),),
        "threshold": 0.4,
        "metrics": {"f1": Estimate(value=0.9, low=0.8, high=0.95, support=40)},
        "settings": {"epochs": 3, "rate": 1e-4, "method": "lora", "early": True},
        "gate": (GateReason(rule="recall", passed=True, figure=0.1, limit=-0.02, text="recall +0.100"),),
    }
    return manifests.manifest(of=FILES, **values | fields)


def read_from(files: dict[str, bytes]) -> Any:
    """A reader of a folder."""

    def read(name: str) -> bytes:
        try:
            return files[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    return read


def test_a_manifest_reads_as_it_was_written() -> None:
    """Every field, numbers and flags in their own types, and by its announced hash."""
    written = manifest()
    data = written.to_bytes()
    assert read_manifest(data) == written
    assert read_manifest(data, expected_sha256=sha256(data)) == written
    assert read_manifest(data).settings["early"] is True


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(place: int, by: int) -> None:
    """The announcing event carries the manifest's hash."""
    data = manifest().to_bytes()
    changed = bytearray(data)
    changed[place % len(data)] ^= by
    with pytest.raises(FileCorrupt, match="announced was"):
        read_manifest(bytes(changed), expected_sha256=sha256(data))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=50).map(str.encode)))
def test_what_is_no_manifest_is_refused_and_never_breaks_the_reader(data: bytes) -> None:
    """Whatever the bytes are."""
    with pytest.raises(ManifestInvalid):
        read_manifest(data)


@given(
    st.sampled_from(
        sorted(
            set(Manifest.model_fields)
            - {"model_name", "parent", "settings", "libraries", "metrics", "gate", "canaries", "format_version"}
            - {"decisions", "context_means"}
        )
    )
)
def test_a_missing_field_is_refused(name: str) -> None:
    """There is no default for what must be known."""
    data = manifest().model_dump_json(exclude={name}).encode()
    with pytest.raises(ManifestInvalid, match=name):
        read_manifest(data)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"text_version": 99}, VersionUnknown),
        ({"context_version": 99}, VersionUnknown),
        ({"heads": (Head(name="severity", labels=("low", "high")),)}, ManifestInvalid),
        ({"heads": (Head(name=VERDICT_HEAD, labels=LABELS[::-1]),)}, ManifestInvalid),
        ({"files": {"encoder.onnx": FileEntry(size=1, sha256="0" * 64)}}, ManifestInvalid),
    ],
)
def test_what_this_build_cannot_serve_is_refused(fields: dict[str, Any], refusal: type[Exception]) -> None:
    """Unknown text or context, no verdict head or one with its labels in another order, a file not listed."""
    with pytest.raises(refusal):
        read_manifest(manifest(**fields).to_bytes())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format_version": 1', '"format_version": 2'),
        ('"threshold": 0.4', '"threshold": 1.4'),
        ('"threshold": 0.4', '"threshold": NaN'),
        ('"temperature": 1.5', '"temperature": 0.0'),
        ('"version": "2026', '"version": "../2026'),
    ],
)
def test_values_that_make_no_sense_are_refused(old: str, new: str) -> None:
    """A newer format, a threshold that is no probability, a temperature of nothing, a version that is a path."""
    data = manifest().to_bytes().decode()
    assert old in data
    with pytest.raises(ManifestInvalid):
        read_manifest(data.replace(old, new).encode())


def test_a_newer_manifest_may_say_more() -> None:
    """Fields this build does not know are passed over."""
    data = manifest().to_bytes().decode().replace('"promoted": true', '"promoted": true, "colour": "blue"')
    assert read_manifest(data.encode()) == manifest()


def test_the_required_files_are_read_and_checked() -> None:
    """And only those: the card may be missing."""
    present = {name: FILES[name] for name in REQUIRED_FILES}
    assert verify_files(manifest(), read_from(present)) == present


@given(st.sampled_from(REQUIRED_FILES), st.one_of(st.none(), st.binary(max_size=60)))
def test_a_file_that_is_not_the_manifests_is_refused_by_name(name: str, data: bytes | None) -> None:
    """Missing, shorter, longer, or as long and different."""
    files = {**FILES, name: data} if data is not None else {key: kept for key, kept in FILES.items() if key != name}
    if files.get(name) == FILES[name]:
        return
    with pytest.raises(FileCorrupt, match=name):
        verify_files(manifest(), read_from(files))


def test_a_file_of_the_same_length_with_other_contents_is_refused() -> None:
    """Size alone proves nothing."""
    forged = {**FILES, "head.onnx": FILES["head.onnx"][::-1]}
    with pytest.raises(FileCorrupt, match=r"head\.onnx is not the file of the manifest"):
        verify_files(manifest(), read_from(forged))


def test_a_version_sorts_by_time_wherever_it_was_made() -> None:
    """In UTC, with the beginning of its data's hash."""
    made = datetime(2026, 11, 23, 5, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    assert version_name(made, "1a2b3c4d" * 8) == "20261123-030201-1a2b3c4d"
    assert version_name(made, "f" * 64) < version_name(made + timedelta(seconds=1), "0" * 64)
    assert manifest(version=version_name(made, "f" * 64)).version == "20261123-030201-ffffffff"


def test_a_head_is_found_by_its_question() -> None:
    """Or there is none."""
    severity = Head(name="severity", labels=("low", "high"))
    both = manifest(heads=(Head(name=VERDICT_HEAD, labels=LABELS), severity))
    assert both.head("severity") == severity
    assert both.head("actor") is None
