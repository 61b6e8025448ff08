"""What competes: Winnow's model as the trainer fits it, and the baselines it must beat, all on the same examples."""

import time
from collections.abc import Mapping, Sequence
from functools import cache
from math import ceil

import numpy as np
import torch
from numpy.typing import NDArray

from services.core.caps import lot
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.dividing import partition
from services.core.example import Example
from services.core.judged import Predict, group_of
from services.core.metrics import fit_temperature
from services.core.surges import Surges
from services.trainer.adversarial.augment import edited_copies
from services.trainer.base_model import load_base
from services.trainer.baselines import TFIDF_CONTEXT, Vectors, predictors
from services.trainer.frozen import FrozenVectors
from services.trainer.samples import prepare
from services.trainer.settings import PACKAGE, TrainingSettings
from services.trainer.surging import learn_surges
from services.trainer.training import build_network, fine_tune
from services.trainer.voices import answers, fit_linear

WINNOW, WITHOUT_SURGES, TFIDF_SURGES = "winnow", "winnow_without_surges", "tfidf_context_surges"
"""Winnow as it serves; without what it knows of surges; and the strongest baseline with that."""
OURS = (WINNOW, WITHOUT_SURGES)
VALIDATION = 0.15
"""Share of the groups with attacks, and of the others, that early stopping and temperatures take from what is learned.

Of few attack steps, a lot over all groups together often left none, and a model was tempered by harmless alerts alone.
"""


def fit_all(training: Sequence[Example], *, settings: TrainingSettings) -> Mapping[str, Predict]:
    """Every contender by name, fitted to the same examples. No rule surges there: they are of no stream."""
    return {WINNOW: fit_winnow(training, settings=settings), **predictors(training, vectors=_frozen(settings))}


def fit_to_streams(training: Sequence[Example], *, settings: TrainingSettings) -> Mapping[str, Predict]:
    """The same for alerts of streams, also with what is known of surges and without."""
    fitted, surges = fit_all(training, settings=settings), learn_surges(training)
    alone, strongest = fitted[WINNOW], fitted[TFIDF_CONTEXT]
    told = {WINNOW: wary(alone, surges), WITHOUT_SURGES: alone, TFIDF_SURGES: wary(strongest, surges)}
    return {**told, **{name: predict for name, predict in fitted.items() if name not in told}}


def wary(predict: Predict, surges: Surges) -> Predict:
    """A contender that believes a surge no more harmless than surges were learned to be.

    That verdicts tell enough of the stream is not asked here: of AIT-ADS every alert has one.
    """

    def weighed(examples: Sequence[Example]) -> list[tuple[float, ...]]:
        return surges.all_weighed(map(tuple, predict(examples)), examples)

    return weighed


@cache
def _frozen(settings: TrainingSettings) -> Vectors:
    """The pretrained model's vectors, as the linear probe takes them; each text's are computed once for all fits."""
    base = load_base(PACKAGE)
    base.tokenizer.enable_truncation(settings.max_tokens)
    network = build_network(base, places=len(FEATURES[CONTEXT_VERSION]), settings=settings)
    frozen = FrozenVectors(base.tokenizer)

    def vectors(examples: Sequence[Example]) -> NDArray[np.float32]:
        frozen.encode(network.encoder, examples, besides=(), precision=settings.precision)
        return frozen.of(examples)

    return vectors


def fit_winnow(training: Sequence[Example], *, settings: TrainingSettings) -> Predict:
    """The trainer's own fine-tuning; a share of the groups is held out for early stopping and the temperatures."""
    held_out = drawn(training, share=VALIDATION, seed=settings.seed)
    learned, validation = partition(list(training), lambda one: group_of(one) not in held_out)
    return fine_tuned(learned, validation=validation, settings=settings)


def drawn(examples: Sequence[Example], *, share: float, seed: int) -> set[str]:
    """This share of the groups that hold an attack, and of the others, drawn by lot; at least one of each."""
    attacking = {group_of(one) for one in examples if one.is_attack}
    harmless = {group_of(one) for one in examples} - attacking
    in_turn = (sorted(groups, key=lambda group: lot(group, seed=seed)) for groups in (attacking, harmless))
    return {group for groups in in_turn for group in groups[: ceil(share * len(groups))]}


def fine_tuned(training: Sequence[Example], *, validation: Sequence[Example], settings: TrainingSettings) -> Predict:
    """The trainer's own fine-tuning, on edited copies too; `validation` is for early stopping and the temperature."""
    training = (*training, *edited_copies(training, share=settings.augment, seed=settings.seed))
    base = load_base(PACKAGE)
    base.tokenizer.enable_truncation(settings.max_tokens)
    network = build_network(base, places=len(FEATURES[CONTEXT_VERSION]), settings=settings)
    samples, held_out = prepare(training, base.tokenizer), prepare(validation, base.tokenizer)
    fine_tune(
        network,
        training=samples,
        validation=held_out,
        settings=settings,
        report=lambda _: None,
        clock=time.perf_counter,
    )
    fit_linear(network, training=samples, validation=held_out, settings=settings)
    temperature = fit_temperature(answers(network, held_out).tolist(), held_out.labels.tolist())

    def predict(examples: Sequence[Example]) -> list[list[float]]:
        logits = answers(network, prepare(examples, base.tokenizer)) / temperature
        return torch.softmax(logits.double(), dim=-1).tolist()

    return predict
