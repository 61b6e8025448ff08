"""Why a score is what it is, in lines a person reads: what weighed most around and in an alert, and what is like it."""

import json
from collections.abc import Iterator
from itertools import islice

from services.classifier.cache import Vector
from services.classifier.encoded import Encoded
from services.classifier.engine import Model
from services.classifier.words import LEAST_EFFECT, MOST
from services.core.context import FEATURES

_LONGEST = 1024


def because(model: Model, encoded: Encoded, context: tuple[float, ...], *, probability: float) -> tuple[str, ...]:
    """Lines on a score with this P(true_positive): up to three of its context, three of its words, the nearest alerts.

    None where the bundle brings nothing to say.

    Raises:
        ModelUnusable: the head, or what the bundle brings, is not as the format promises.
    """
    around = islice(_around(model, encoded.vector, context, probability), MOST)
    return tuple(line[:_LONGEST] for line in (*around, *_words(encoded), *_alike(encoded)))


def surge(own: float, said: float) -> str:
    """The line on a surge (`core.surges`): what the model said by itself, and what it is believed."""
    return (
        "its rule fires on this host more than twice as often as it did on any where it was learned to be harmless: "
        f"P(true_positive) {said:.3f}, the least that such a surge is given, in place of the model's {own:.3f}"
    )


def _around(model: Model, vector: Vector, context: tuple[float, ...], probability: float) -> Iterator[str]:
    """Places of the context, by how far the answer moves when each is put to its mean (occlusion)."""
    means = model.manifest.context_means
    without = model.occluded(vector, context)
    places = zip(FEATURES[model.manifest.context_version], context, means, without, strict=False)
    effects = [(probability - said, name, value, mean) for name, value, mean, said in places]
    for effect, name, value, mean in sorted(effects, key=lambda one: -abs(one[0])):
        if abs(effect) >= LEAST_EFFECT:
            yield f"context {name} is {value:.2f}, mean {mean:.2f}: P(true_positive) {effect:+.3f}"


def _words(encoded: Encoded) -> Iterator[str]:
    """The words that weigh most, in a form that hides and forges nothing: an attacker may have written them."""
    for word in encoded.words:
        quoted = json.dumps(word.text, ensure_ascii=not word.text.isprintable())
        yield f"word {quoted}: P(true_positive) {word.effect:+.3f} where the context is as usual"


def _alike(encoded: Encoded) -> Iterator[str]:
    """The nearest judged alerts."""
    for near in encoded.similar:
        yield f"similar alert {near.alert_id} was {near.verdict}, cosine {near.cosine:.2f}"
