"""A bundle of the pretrained base, its encoder in int8 and its head untrained: it costs what a real one costs."""

from datetime import UTC, datetime
from pathlib import Path

from tokenizers import Tokenizer

from services.core.bundle import (
    ENCODER,
    HEAD,
    LABELS,
    MANIFEST,
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
from services.trainer.base_model import PACKAGE, BaseModel, load_base
from services.trainer.export import export
from services.trainer.head import Head
from services.trainer.network import Encoder, Network
from services.trainer.quantise import quantise

MAX_TOKENS = 128


def write_base_bundle(folder: Path, *, version: str) -> Path:
    """Make the bundle in `folder`, which is made."""
    folder.mkdir(parents=True)
    base = load_base(PACKAGE)
    encoder = Encoder(base.model)
    head = Head(width=encoder.width, places=len(FEATURES[CONTEXT_VERSION]), hidden=64, dropout=0.0)
    export(Network(encoder, head), folder)
    plain = (folder / ENCODER).rename(folder / "float32.onnx")
    quantise(plain, folder / ENCODER)
    plain.unlink()
    base.tokenizer.save(str(folder / TOKENIZER))
    (folder / MANIFEST).write_bytes(_manifest(folder, base, version).to_bytes())
    return folder


def whole_tokenizer(bundle: Path) -> Tokenizer:
    """A bundle's tokenizer, which cuts and fills nothing."""
    tokenizer = Tokenizer.from_file(str(bundle / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _manifest(folder: Path, base: BaseModel, version: str) -> Manifest:
    files = {name: (folder / name).read_bytes() for name in (ENCODER, HEAD, TOKENIZER)}
    return Manifest(
        version=version,
        created_at=datetime.now(tz=UTC),
        base=base.info,
        heads=(ManifestHead(name=VERDICT_HEAD, labels=LABELS),),
        threshold=0.5,
        text_version=TEXT_VERSION,
        context_version=CONTEXT_VERSION,
        max_tokens=MAX_TOKENS,
        quantisation="int8",
        data=DataInfo(snapshot_sha256="0" * 64, training=0, holdout=0, synthetic=True),
        promoted=True,
        files={name: FileEntry(size=len(data), sha256=sha256(data)) for name, data in files.items()},
    )
