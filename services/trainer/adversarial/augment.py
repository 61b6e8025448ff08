"""Edited copies of training examples, so that a model learns that an edit decides nothing.

Data augmentation with label-preserving edits (Wang and Bansal, "Robust Machine Comprehension Models via Adversarial
Training", NAACL 2018). Copies are made of attacks and of harmless alerts in equal shares: were only attacks edited, the
edit itself would become the sign of one, and were only harmless alerts, a way to hide.
"""

from collections.abc import Sequence

from services.core.caps import lot
from services.core.example import Example
from services.trainer.adversarial.edits import EDITS, edited


def edited_copies(examples: Sequence[Example], *, share: float, seed: int) -> tuple[Example, ...]:
    """One edited copy each of this share of the attacks, and of the harmless alerts, that an edit applies to.

    Who is copied, and with which edit, falls by lot of the alert's id and the seed. A copy keeps its label and context.
    """
    return tuple(
        copy
        for is_attack in (True, False)
        for copy in _of_one_class([one for one in examples if one.is_attack is is_attack], share, seed)
    )


def _of_one_class(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    if not share:
        return []
    copies = [(one, copy) for one in examples if (copy := _copy(one, seed)) is not None]
    copies.sort(key=lambda pair: lot(pair[0].alert.alert_id, seed=seed))
    return [copy for _, copy in copies[: round(share * len(copies))]]


def _copy(example: Example, seed: int) -> Example | None:
    """The example with the first of the edits, in an order drawn for it, that applies."""
    names = sorted(EDITS, key=lambda name: lot(f"{name} {example.alert.alert_id}", seed=seed))
    return next((copy for name in names if (copy := edited(example, EDITS[name])) is not None), None)
