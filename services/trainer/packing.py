"""The candidate's bundle: its files described in a manifest that is written last."""

from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from services.core.bundle import (
    CANARY_TEXTS,
    ENCODER,
    HEAD,
    LABELS,
    MANIFEST,
    TOKENIZER,
    VERDICT_HEAD,
    BaseModelInfo,
    Canary,
    DataInfo,
    FileEntry,
    Head,
    Manifest,
    sha256,
)
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.splits import Split
from services.core.text import TEXT_VERSION
from services.trainer.candidate import Candidate
from services.trainer.graphs import rows, softmax
from services.trainer.judgement import Judgement
from services.trainer.plan import RunPlan, Scalar, flat

_LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "onnx", "onnxruntime", "scikit-learn", "numpy")


def manifest(
    plan: RunPlan,
    *,
    base: BaseModelInfo,
    split: Split,
    candidate: Candidate,
    judgement: Judgement,
    figures: dict[str, Scalar],
    folder: Path,
) -> Manifest:
    """What there is to know of the bundle in `folder`; `figures` are the run's own, kept as `run.*`."""
    return Manifest(
        model_name=plan.model_name,
        version=plan.version,
        parent=plan.champion.version if plan.champion is not None else None,
        created_at=plan.created_at,
        base=base,
        heads=(Head(name=VERDICT_HEAD, labels=LABELS, temperature=candidate.temperature),),
        threshold=judgement.threshold,
        decisions=judgement.decisions,
        context_means=_context_means(split.training),
        text_version=TEXT_VERSION,
        context_version=CONTEXT_VERSION,
        max_tokens=plan.training.max_tokens,
        quantisation=candidate.quantisation,
        data=_data(plan, split),
        settings={**flat(plan.training), **{f"run.{name}": value for name, value in figures.items()}},
        libraries=dict(_libraries()),
        metrics=judgement.metrics,
        promoted=judgement.outcome.promoted,
        gate=judgement.outcome.reasons,
        canaries=tuple(_canaries(candidate)),
        files={name: _entry(folder / name) for name in (ENCODER, HEAD, TOKENIZER)},
    )


def seal(written: Manifest, folder: Path) -> None:
    """Write the manifest, with whatever else lies in the folder by now listed too."""
    others = {path.name: _entry(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    sealed = written.model_copy(update={"files": others})
    (folder / MANIFEST).write_bytes(sealed.to_bytes())


def _context_means(examples: Sequence[Example]) -> tuple[float, ...]:
    """The mean of each place of the contexts."""
    return tuple(np.mean([example.context.values for example in examples], axis=0).tolist())


def _canaries(candidate: Candidate) -> Iterable[Canary]:
    """What the exported model says here, to be found again wherever it is loaded."""
    contexts = np.zeros((len(CANARY_TEXTS), len(FEATURES[CONTEXT_VERSION])), dtype=np.float32)
    said = softmax(candidate.graphs.answers(CANARY_TEXTS, contexts), temperature=candidate.temperature)
    for text, probabilities in zip(CANARY_TEXTS, rows(said), strict=True):
        yield Canary(text=text, probabilities=probabilities)


def _entry(path: Path) -> FileEntry:
    data = path.read_bytes()
    return FileEntry(size=len(data), sha256=sha256(data))


def _data(plan: RunPlan, split: Split) -> DataInfo:
    times = [example.decided_at for example in _all(split)]
    return DataInfo(
        snapshot_sha256=plan.snapshot_sha256,
        training=len(split.training) + len(split.validation) + len(split.calibration),
        holdout=len(split.holdout),
        anchor=len(split.anchor),
        first=min(times),
        last=max(times),
        border=split.border,
        synthetic=plan.training.synthetic,
    )


def _all(split: Split) -> Iterable[Example]:
    return (*split.training, *split.validation, *split.calibration, *split.holdout, *split.anchor)


def _libraries() -> Iterable[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue  # onnxruntime-gpu goes by another name
