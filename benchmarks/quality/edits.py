"""Real attacks written otherwise: what edits that keep their meaning cost in recall, and what edited copies help.

Only attacks with something that an attacker writes can be edited; of the labelled data those are the HTTP parameters
and the web attacks among Wazuh's native alerts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.labelled import Labelled
from benchmarks.quality.alone import HALF, folds
from benchmarks.quality.left_out import Fit
from services.core.robustness import UnderAttack
from services.trainer.adversarial.augment import edited_copies
from services.trainer.adversarial.edits import EDITS, edited
from services.trainer.adversarial.sample import sampled
from services.trainer.adversarial.search import under_attack

EDITED = ("HTTP parameters", "Wazuh, native")
SHARES = (0.0, 0.5)
"""Of what is learned, how much is learned once more with an edit (`training.augment`)."""
MOST = 200
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Withstood:
    """One contender on one task's edited attacks, having learned from so large a share of edited copies."""

    task: str
    contender: str
    augmented: float
    attacked: UnderAttack


def withstood(task: str, labelled: Iterable[Labelled], fit: Fit) -> Iterator[Withstood]:
    """Every contender on the first fold's attacks that can be edited, shown from a probability of a half on."""
    learned, held_out = next(folds(labelled))
    can_be_edited = [one for one in held_out if any(edited(one, edit) is not None for edit in EDITS.values())]
    attacks = sampled(can_be_edited, limit=MOST, seed=_SEED)
    for share in SHARES:
        for contender, predict in fit([*learned, *edited_copies(learned, share=share, seed=_SEED)]).items():
            attacked = under_attack(predict, attacks, threshold=HALF)
            yield Withstood(task=task, contender=contender, augmented=share, attacked=attacked)
