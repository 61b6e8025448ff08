"""Quality and folds on real, public alerts (AIT-ADS): cleaning hides no attack, folds divide no group.

Needs the data folder; fails without it.
"""

from collections import Counter

import pytest

from services.core.caps import Caps
from services.core.example import Example
from services.core.folds import folds
from services.core.judged import group_of
from services.trainer.quality import Rows, assess, clean
from services.trainer.quality.duplicates import near_clusters
from services.trainer.quality.label_errors import likely_errors
from tests import ait
from tests.defects import turned

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """All labelled alerts; each attack step of a scenario is an incident."""
    return ait.examples()


def test_no_step_leaves_out_an_attack_s_last_example(examples: list[Example]) -> None:
    """Each attack step, and each rule that saw it, keeps an example; nothing else that was said is lost."""
    rows = Rows.of(examples)
    left = clean(rows, seed=1)
    before = Counter((one.incident, one.alert.rule.id) for one in examples if one.is_attack)
    after = Counter((one.incident, one.alert.rule.id) for one in left.examples if one.is_attack)
    assert set(after) == set(before)
    assert len(before) > 10
    assert len(left.examples) < len(examples)


def test_folds_divide_neither_group_nor_cluster(examples: list[Example]) -> None:
    """Five folds with attacks in each."""
    rows = Rows.of(examples)
    clusters = near_clusters(rows, seed=1)
    parts = folds(rows.examples, count=5, seed=1, clusters=clusters)
    groups = {(group_of(one), fold) for one, fold in zip(rows.examples, parts.of, strict=True)}
    assert len(groups) == len({name for name, _ in groups})
    assert all(len({parts.of[place] for place in cluster}) == 1 for cluster in clusters)
    assert {parts.of[place] for place, one in enumerate(rows.examples) if one.is_attack} == set(range(5))


def test_a_tenth_of_verdicts_turned_is_found_mostly(examples: list[Example]) -> None:
    """Half of them at least, and at least two in five of those named are wrong; unturned, little is named."""
    rows = Rows.of(examples)
    quality = assess(rows, caps=Caps(), seed=1)
    assert quality.no_hand > 0.9
    made, wrong = turned(examples, 0.1)
    reviewed, _ = likely_errors(Rows.of(made), near_clusters(rows, seed=1), seed=1)
    found, wrong = set(reviewed.suspects), wrong & reviewed.looked_at
    assert len(found & wrong) / len(wrong) > 0.5
    assert len(found & wrong) / len(found) > 0.4
