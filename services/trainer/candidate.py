"""From a trained network to the graphs that would serve: exported, held against torch, made smaller if that is safe."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from services.core.bundle import ENCODER, HEAD, LABELS, TOKENIZER
from services.core.context import CONTEXT_VERSION
from services.core.example import Example
from services.core.metrics import fit_temperature
from services.core.surges import Surges
from services.core.text import render_alert
from services.trainer.change import Change, compare
from services.trainer.export import Parity, check_parity, export, export_head
from services.trainer.graphs import Graphs, probabilities
from services.trainer.network import Network
from services.trainer.quantise import quantise, to_float16
from services.trainer.samples import Samples
from services.trainer.sessions import OnnxEncoder, OnnxHead
from services.trainer.settings import Quantisation

log = logging.getLogger(__name__)

_COMPARED = 400
"""The latest examples, on which a smaller encoder is held against float32."""
_SMALLER: Mapping[Quantisation, Callable[[Path, Path], None]] = {"int8": quantise, "float16": to_float16}
"""How each form is written, from the float32 one's file to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The exported model: its graphs, the checks they passed, its temperature, and what it knows of surges."""

    graphs: Graphs
    parity: Parity
    change: Change | None
    quantisation: Quantisation
    temperature: float
    surges: Surges | None

    def probabilities(self, examples: Sequence[Example]) -> list[tuple[float, ...]]:
        """Calibrated probabilities in the order of `bundle.LABELS`, as the exported model gives them."""
        return probabilities(self.graphs, examples, temperature=self.temperature, surges=self.surges)


def export_candidate(
    network: Network,
    folder: Path,
    *,
    tokenizer: Tokenizer,
    samples: Samples,
    surges: Surges | None,
    validation: Sequence[Example],
    tuning: Sequence[Example],
    quantisation: Quantisation,
    threads: int,
) -> Candidate:
    """Write encoder, head and tokenizer into `folder`.

    `samples` are the validation examples, tokenised; the temperature is fitted on `tuning`. Where a smaller form than
    float32 changes more than it may, the probe, which a changed vector moves most, is silenced, as half the speed is
    worth more than it; where that does not help either, the encoder stays in float32, and all voices are heard.

    Raises:
        ExportFailed: the exported graphs do not answer as torch does.
    """
    export(network, folder)
    tokenizer.save(str(folder / TOKENIZER))
    parity = check_parity(network, folder, samples)
    graphs, change = _graphs(folder, tokenizer, threads), None
    if quantisation != "none":
        name = f"{quantisation}-{ENCODER}"
        _SMALLER[quantisation](folder / ENCODER, folder / name)
        smaller = _graphs(folder, tokenizer, threads, encoder=name)
        compared = validation[-_COMPARED:]
        change = _change(graphs, smaller, compared)
        if not change.acceptable and (quieter := _without_probe(network, folder, graphs, smaller, examples=compared)):
            change, parity = quieter, check_parity(network, folder, samples)
        graphs = _replaced(folder, graphs, smaller, by=name, change=change)
    return Candidate(
        graphs=graphs,
        parity=parity,
        change=change,
        quantisation=quantisation if change is not None and change.acceptable else "none",
        temperature=_temperature(graphs, tuning),
        surges=surges,
    )


def _replaced(folder: Path, graphs: Graphs, smaller: Graphs, *, by: str, change: Change) -> Graphs:
    """Put a smaller encoder in the place of the whole if that is safe; the graphs there then."""
    if change.acceptable:
        (folder / by).replace(folder / ENCODER)
        return smaller
    (folder / by).unlink()
    log.warning(
        "a smaller encoder changes too much, it stays in float32",
        extra={"file": by, "largest": change.largest, "loss": change.loss},
    )
    return graphs


def _change(graphs: Graphs, smaller: Graphs, examples: Sequence[Example]) -> Change:
    return compare(graphs, smaller, examples, temperature=_temperature(graphs, examples))


def _without_probe(
    network: Network, folder: Path, graphs: Graphs, smaller: Graphs, *, examples: Sequence[Example]
) -> Change | None:
    """What a smaller encoder changes once the probe is silenced; none where that is too much, and it is heard again."""
    heard = network.shares.tolist()
    network.silence("probe")
    _write_head(network, folder, graphs, smaller)
    if (change := _change(graphs, smaller, examples)).acceptable:
        return change
    network.count(heard)
    _write_head(network, folder, graphs, smaller)
    return None


def _write_head(network: Network, folder: Path, *readers: Graphs) -> None:
    """Write the head as the network is now, for graphs that read the one before."""
    export_head(network, folder)
    head = OnnxHead((folder / HEAD).read_bytes())
    for graphs in readers:
        graphs.answer_by(head)


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
