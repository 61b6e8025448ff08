"""Edited attacks: whoever reads only how an attack is written loses it, and who learned from edited copies less."""

from collections.abc import Mapping, Sequence

from benchmarks.quality.edits import MOST, Withstood, withstood
from schemas import AlertV1
from schemas.alert import Url
from services.core.example import Example
from services.core.judged import Predict
from services.trainer.baselines import Row
from tests.labelled import FP, example


def _fit(training: Sequence[Example]) -> Mapping[str, Predict]:
    """One that knows attacks by their very address, and one that knows them by nothing."""
    known = {one.alert.entities.url.full for one in training if one.is_attack}

    def by_address(examples: Sequence[Example]) -> list[Row]:
        return [_said(0.9 if one.alert.entities.url.full in known else 0.1) for one in examples]

    return {"address": by_address, "all": lambda examples: [_said(0.9)] * len(examples)}


def _said(score: float) -> Row:
    return (score, (1 - score) / 2, (1 - score) / 2)


def _requests(addresses: Sequence[str]) -> list[tuple[AlertV1, str, str]]:
    """Attacks, as many harmless alerts that cannot be edited, and attacks that cannot; each in a group of its own."""
    alerts = [example(number, FP).alert for number in range(3 * len(addresses))]
    requests = [
        alert.model_copy(update={"entities": alert.entities.model_copy(update={"url": Url(full=address)})})
        for alert, address in zip(alerts, addresses, strict=False)
    ]
    labels = ["attack"] * len(addresses) + ["benign", "attack"] * len(addresses)
    return [
        (alert, label, str(number))
        for number, (alert, label) in enumerate(zip((*requests, *alerts[len(addresses) :]), labels, strict=True))
    ]


def _found(addresses: Sequence[str]) -> dict[tuple[str, float], Withstood]:
    return {(one.contender, one.augmented): one for one in withstood("requests", _requests(addresses), _fit)}


def test_an_edit_hides_what_is_known_by_its_writing() -> None:
    """And nothing from who calls everything an attack; only attacks that can be edited are tried."""
    found = _found(["/cgi-bin/login?user=admin"] * 40)
    assert found["address", 0.0].attacked.recall_before.value == 1.0
    assert found["address", 0.0].attacked.recall.value == 0.0
    assert found["all", 0.0].attacked.recall.value == 1.0
    assert 0 < len(found["all", 0.0].attacked.before) < 20


def test_edited_copies_are_learned_from() -> None:
    """Half of the attacks came once more with an edit: some of the edits are then known."""
    attacked = _found(["/cgi-bin/login?user=admin"] * 40)["address", 0.5].attacked
    known = sum(figures.recall.value == 1.0 for figures in attacked.edits.values() if figures.applicable)
    assert known > 1


def test_no_more_attacks_are_tried_than_said() -> None:
    """The search asks about dozens of variants of each."""
    assert len(_found([f"/{number}?q=admin" for number in range(1000)])["all", 0.0].attacked.before) == MOST
