"""From a trained network to the graphs that would serve: exported, held against torch, quantised if it does no harm."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from services.core.bundle import ENCODER, HEAD, LABELS, TOKENIZER
from services.core.context import CONTEXT_VERSION
from services.core.example import Example
from services.core.metrics import fit_temperature
from services.core.text import render_alert
from services.trainer.export import Parity, check_parity, export
from services.trainer.graphs import Graphs, rows, softmax
from services.trainer.network import Network
from services.trainer.quantise import Change, compare, quantise
from services.trainer.samples import Samples
from services.trainer.sessions import OnnxEncoder, OnnxHead

log = logging.getLogger(__name__)

_COMPARED = 400
"""The latest examples, on which int8 is held against float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The exported model: its graphs, the checks they passed, and the temperature fitted on the part for that."""

    graphs: Graphs
    parity: Parity
    change: Change | None
    quantisation: str
    temperature: float

    def probabilities(self, examples: Sequence[Example]) -> list[tuple[float, ...]]:
        """Calibrated probabilities in the order of `bundle.LABELS`, as the exported graphs give them."""
        return rows(softmax(self.graphs.logits(examples), temperature=self.temperature))


def export_candidate(
    network: Network,
    folder: Path,
    *,
    tokenizer: Tokenizer,
    samples: Samples,
    validation: Sequence[Example],
    tuning: Sequence[Example],
    int8: bool,
    threads: int,
) -> Candidate:
    """Write encoder, head and tokenizer into `folder`.

    `samples` are the validation examples, tokenised; the temperature is fitted on `tuning`. int8 is taken back where
    it changes more than it may.

    Raises:
        ExportFailed: the exported graphs do not answer as torch does.
    """
    export(network, folder)
    tokenizer.save(str(folder / TOKENIZER))
    parity = check_parity(network, folder, samples)
    graphs, change = _graphs(folder, tokenizer, threads), None
    if int8:
        graphs, change = _quantised(folder, graphs, tokenizer, validation[-_COMPARED:], threads)
    return Candidate(
        graphs=graphs,
        parity=parity,
        change=change,
        quantisation="int8" if change is not None and change.acceptable else "none",
        temperature=_temperature(graphs, tuning),
    )


def _quantised(
    folder: Path, plain: Graphs, tokenizer: Tokenizer, examples: Sequence[Example], threads: int
) -> tuple[Graphs, Change]:
    """Quantise the encoder in place if that does no harm; the graphs that are there then, and what int8 changed."""
    target = folder / f"int8-{ENCODER}"
    quantise(folder / ENCODER, target)
    int8 = _graphs(folder, tokenizer, threads, encoder=target.name)
    change = compare(plain, int8, examples, temperature=_temperature(plain, examples))
    if change.acceptable:
        target.replace(folder / ENCODER)
        return int8, change
    target.unlink()
    log.warning(
        "int8 changes too much, the encoder stays in float32", extra={"largest": change.largest, "loss": change.loss}
    )
    return plain, change


def _graphs(folder: Path, tokenizer: Tokenizer, threads: int, *, encoder: str = ENCODER) -> Graphs:
    return Graphs(
        encoder=OnnxEncoder((folder / encoder).read_bytes()),
        head=OnnxHead((folder / HEAD).read_bytes()),
        tokenizer=tokenizer,
        render=render_alert,
        context_version=CONTEXT_VERSION,
        threads=threads,
    )


def _temperature(graphs: Graphs, examples: Sequence[Example]) -> float:
    return fit_temperature(graphs.logits(examples).tolist(), [LABELS.index(example.label) for example in examples])
