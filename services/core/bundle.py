"""The bundle format: what a model consists of, and the manifest that says so.

A bundle is the folder `<version>/` with the files named here. It is immutable; the manifest is written last and makes
the version exist. Whoever loads one checks it against its manifest first, and the manifest against the event that
announced it.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from schemas.base import Contract, Line, Name, Probability, Sha256, UtcTime, Version
from services.core.bands import Decisions
from services.core.context import FEATURES
from services.core.errors import FileCorrupt, ManifestInvalid, VersionUnknown
from services.core.text import renderer

MANIFEST = "manifest.json"
ENCODER = "encoder.onnx"
HEAD = "head.onnx"
TOKENIZER = "tokenizer.json"
REQUIRED_FILES = (ENCODER, HEAD, TOKENIZER)
NEIGHBOURS = "neighbours.npz"
"""Judged alerts of the training part, for `because`; a bundle need not have it.

Its vectors may be narrower than the encoder's, and are then compared with the first numbers of those.
"""
SURGES = "surges.json"
"""What was learned of how often rules fire (`core.surges`); a bundle without it is always believed."""
ANSWER_FILES = (*REQUIRED_FILES, SURGES)
"""What a bundle's answers come of, as far as it has them."""

VERDICT_HEAD = "verdict"
"""The question every bundle answers; its labels are the three verdicts that train, in `LABELS`' order."""
LABELS = ("true_positive", "benign_positive", "false_positive")

CANARY_TEXTS = ("a", 'Possible brute force | wazuh high | host "web-1" | user root | net external->internal:22')
"""What a model must answer before it serves, as it did where it was made: the shortest text, and an ordinary one."""

INT8 = "int8"
"""The quantisation of an encoder that must be given one text a run; with any other it may be given several."""
ENCODER_INPUTS = ("input_ids", "attention_mask")
"""Both int64 [texts, tokens]; the encoder's output `vector` is float32 [texts, width]."""
ENCODER_OUTPUT = "vector"
ENCODER_STATES = "states"
"""A second output that an encoder may have: its tokens' states, float32 [texts, tokens, width].

Their mean over a text's tokens is its `vector`.
"""
HEAD_INPUTS = ("vector", "context")
"""float32 [n, width] and float32 [n, places of the context version]; one output a head: logits, float32 [n, labels]."""


class Head(Contract):
    """One question: the name of its output in `head.onnx`, its labels in the logits' order, its temperature.

    Probabilities are softmax(logits / temperature) (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
    """

    name: Name
    labels: Annotated[tuple[Name, ...], Field(min_length=2, max_length=64)]
    temperature: Annotated[float, Field(gt=0.0, le=100.0)] = 1.0


class FileEntry(Contract):
    """Size in bytes and sha256 of one file of the bundle."""

    size: Annotated[int, Field(ge=0)]
    sha256: Sha256


class Estimate(Contract):
    """A measured figure with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float
    support: int = 0


class GateReason(Contract):
    """One rule of the gate: its name, whether it passed, the figure and the limit it was held against, in words."""

    rule: Name
    passed: bool
    figure: float | None = None
    limit: float | None = None
    text: Line = ""


class BaseModelInfo(Contract):
    """The pretrained model that was fine-tuned, and what its weights hashed to."""

    name: Name
    weights_sha256: Sha256


class Canary(Contract):
    """What the model said of a text where it was made, with a context of zeros: probabilities in `LABELS`' order."""

    text: Line
    probabilities: Annotated[tuple[Probability, ...], Field(min_length=len(LABELS), max_length=len(LABELS))]


class DataInfo(Contract):
    """What the model learned from: the snapshot's hash, how many examples, and the window they were decided in.

    It learned from no alert observed from `border` on, but judged by those; bundles of before it was kept have none.
    """

    snapshot_sha256: Sha256
    training: int
    holdout: int
    anchor: int = 0
    first: UtcTime | None = None
    last: UtcTime | None = None
    border: UtcTime | None = None
    synthetic: bool = False


class Manifest(Contract):
    """Everything that must be known of a bundle before it may serve, and everything worth knowing after.

    `threshold` is the P(true_positive) at and above which an alert is escalated. Where `decisions` are in force every
    alert is shown that may not be closed; else, and in bundles without, those that are escalated. `context_means` are
    the training part's, by place of the context. Whoever loads the bundle must get the answers of the `canaries`: what
    was judged elsewhere then is what serves here.
    """

    format_version: Literal[1] = 1
    model_name: Name = "alerts"
    version: Version
    parent: Version | None = None
    created_at: UtcTime
    base: BaseModelInfo
    heads: Annotated[tuple[Head, ...], Field(min_length=1, max_length=16)]
    threshold: Probability
    decisions: Decisions | None = None
    context_means: tuple[float, ...] = ()
    text_version: int
    context_version: int
    max_tokens: Annotated[int, Field(ge=8, le=4096)]
    quantisation: Name
    data: DataInfo
    settings: dict[Name, str | int | float | bool] = {}
    libraries: dict[Name, Name] = {}
    metrics: dict[Name, Estimate] = {}
    promoted: bool
    gate: tuple[GateReason, ...] = ()
    canaries: Annotated[tuple[Canary, ...], Field(max_length=16)] = ()
    files: dict[Name, FileEntry]

    def to_bytes(self) -> bytes:
        """The manifest as it lies in the bundle: indented JSON."""
        return self.model_dump_json(indent=2).encode()

    def head(self, name: str) -> Head | None:
        """The head that answers a question, if the bundle has one."""
        return next((head for head in self.heads if head.name == name), None)


def sha256(data: bytes) -> str:
    """The digest that names contents throughout: SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_manifest(data: bytes, *, expected_sha256: str | None = None) -> Manifest:
    """A manifest this build can serve.

    Raises:
        FileCorrupt: the bytes do not hash to what the announcing event promised.
        ManifestInvalid: the bytes are not a manifest of format version 1, or lack a required file or the verdict head.
        VersionUnknown: its text or context version is unknown here.
    """
    if expected_sha256 is not None and sha256(data) != expected_sha256:
        raise FileCorrupt(f"{MANIFEST} hashes to {sha256(data)}, announced was {expected_sha256}")
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise ManifestInvalid(f"{MANIFEST} cannot be read: {error.errors(include_input=False)[:3]}") from error
    _refuse_unservable(manifest)
    return manifest


def _refuse_unservable(manifest: Manifest) -> None:
    missing = [name for name in REQUIRED_FILES if name not in manifest.files]
    if missing:
        raise ManifestInvalid(f"{MANIFEST} names no {', '.join(missing)}")
    verdict = manifest.head(VERDICT_HEAD)
    if verdict is None or verdict.labels != LABELS:
        raise ManifestInvalid(f"{MANIFEST} has no head '{VERDICT_HEAD}' with the labels {', '.join(LABELS)}")
    renderer(manifest.text_version)
    if manifest.context_version not in FEATURES:
        raise VersionUnknown(f"context version {manifest.context_version} is unknown here; known: {sorted(FEATURES)}")


def verify_files(
    manifest: Manifest, read: Callable[[str], bytes], *, names: Collection[str] = REQUIRED_FILES
) -> Mapping[str, bytes]:
    """The contents of the files named, each checked against the manifest; a model needs no others than the required.

    `read` returns a file's bytes, and raises OSError where there is none.

    Raises:
        FileCorrupt: a file is missing, or is not what the manifest says.
    """
    return {name: _verified(name, manifest.files[name], read) for name in manifest.files if name in names}


def _verified(name: str, entry: FileEntry, read: Callable[[str], bytes]) -> bytes:
    try:
        data = read(name)
    except OSError as error:
        raise FileCorrupt(f"{name} cannot be read: {error}") from error
    if len(data) != entry.size or sha256(data) != entry.sha256:
        raise FileCorrupt(f"{name} is not the file of the manifest: {len(data)} bytes, sha256 {sha256(data)}")
    return data


def version_name(created_at: datetime, snapshot_sha256: str) -> str:
    """A version that sorts by time and tells its data apart: `20261123-030201-1a2b3c4d`."""
    return f"{created_at.astimezone(UTC):%Y%m%d-%H%M%S}-{snapshot_sha256[:8]}"
