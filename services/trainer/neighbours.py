"""The judged alerts a bundle keeps, so that a score can name the nearest ones with their verdicts.

The file is numpy's own (`npz`, no pickles): `vectors` float16 [n, width] of length one, the transformer's numbers
without the wide voice's, which hang on the verdicts; `verdicts` and `alert_ids` text [n]. Alert ids are as the buffer
has them, with pseudonyms where those are on.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.core.bundle import LABELS, NEIGHBOURS
from services.core.dividing import in_order
from services.core.example import Example
from services.trainer.graphs import Graphs


def write_neighbours(training: Sequence[Example], graphs: Graphs, folder: Path, *, limit: int) -> None:
    """Write at most `limit` of the training examples into the bundle's folder; no file where that leaves none."""
    chosen = chosen_neighbours(training, graphs, limit=limit)
    if not chosen:
        return
    vectors = graphs.vectors(graphs.texts(chosen))[:, : -len(LABELS)]
    labels, alert_ids = [one.label.value for one in chosen], [one.alert.alert_id for one in chosen]
    save_neighbours(folder, vectors, verdicts=labels, alert_ids=alert_ids)


def save_neighbours(
    folder: Path, vectors: NDArray[np.floating[Any]], *, verdicts: Sequence[str], alert_ids: Sequence[str]
) -> None:
    """Write vectors [n, width] of any length, and what was said of which alerts, as the bundle's file."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    with (folder / NEIGHBOURS).open("wb") as file:
        np.savez(
            file,
            vectors=(vectors / lengths).astype(np.float16),
            verdicts=np.array(verdicts),
            alert_ids=np.array(alert_ids),
        )


def chosen_neighbours(training: Sequence[Example], graphs: Graphs, *, limit: int) -> list[Example]:
    """The latest attacks and the latest harmless alerts, each at most half; of equal texts and verdicts the latest."""
    agreed = [example for example in training if not example.contested]
    latest = list({(text, one.label): one for text, one in zip(graphs.texts(agreed), agreed, strict=True)}.values())
    attacks = [example for example in latest if example.is_attack]
    harmless = [example for example in latest if not example.is_attack]
    return [*_last(attacks, limit // 2), *_last(harmless, limit // 2)]


def _last(examples: Iterable[Example], count: int) -> list[Example]:
    return in_order(examples)[-count:] if count else []
