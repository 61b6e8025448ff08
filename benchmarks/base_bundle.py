"""A bundle of the pretrained base, its encoder in int8 and its head untrained: it costs what a real one costs.

At threshold 0 it shows every alert, hence explains it, at threshold 1 none; it knows as many judged alerts as a bundle
keeps.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from services.core.bundle import (
    ENCODER,
    HEAD,
    LABELS,
    MANIFEST,
    NEIGHBOURS,
    TOKENIZER,
    VERDICT_HEAD,
    DataInfo,
    FileEntry,
    Manifest,
    sha256,
)
from services.core.bundle import Head as ManifestHead
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.text import TEXT_VERSION
from services.trainer.base_model import BaseModel, load_base
from services.trainer.export import export
from services.trainer.neighbours import save_neighbours
from services.trainer.quantise import quantise
from services.trainer.settings import PACKAGE, TrainingSettings
from services.trainer.training import build_network

MAX_TOKENS = 128
_PLACES = len(FEATURES[CONTEXT_VERSION])


def write_base_bundle(folder: Path, *, version: str, threshold: float, layers: int = 0) -> Path:
    """Make the bundle in `folder`, which is made; of the base's lowest `layers`, 0 for as many as models have."""
    folder.mkdir(parents=True)
    base = load_base(PACKAGE)
    network = build_network(base, places=_PLACES, settings=TrainingSettings(layers=layers, trained_layers=0))
    export(network, folder)
    plain = (folder / ENCODER).rename(folder / "float32.onnx")
    quantise(plain, folder / ENCODER)
    plain.unlink()
    base.tokenizer.save(str(folder / TOKENIZER))
    _write_neighbours(folder, network.encoder.width)
    (folder / MANIFEST).write_bytes(_manifest(folder, base, version, threshold).to_bytes())
    return folder


def _write_neighbours(folder: Path, width: int) -> None:
    """Vectors of no alert at all; looking among them takes what looking among real ones does."""
    count = TrainingSettings().neighbours
    vectors = np.random.default_rng(7).normal(size=(count, width))
    alert_ids = [f"winnow:judged:{number}" for number in range(count)]
    save_neighbours(folder, vectors, verdicts=[LABELS[0]] * count, alert_ids=alert_ids)


def whole_tokenizer(bundle: Path) -> Tokenizer:
    """A bundle's tokenizer, which cuts and fills nothing."""
    tokenizer = Tokenizer.from_file(str(bundle / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _manifest(folder: Path, base: BaseModel, version: str, threshold: float) -> Manifest:
    files = {name: (folder / name).read_bytes() for name in (ENCODER, HEAD, TOKENIZER, NEIGHBOURS)}
    return Manifest(
        version=version,
        created_at=datetime.now(tz=UTC),
        base=base.info,
        heads=(ManifestHead(name=VERDICT_HEAD, labels=LABELS),),
        threshold=threshold,
        context_means=(0.0,) * _PLACES,
        text_version=TEXT_VERSION,
        context_version=CONTEXT_VERSION,
        max_tokens=MAX_TOKENS,
        quantisation="int8",
        data=DataInfo(snapshot_sha256="0" * 64, training=0, holdout=0, synthetic=True),
        promoted=True,
        files={name: FileEntry(size=len(data), sha256=sha256(data)) for name, data in files.items()},
    )
