"""Splits: what a model learns from, is tuned on, is judged by."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from schemas import Verdict
from services.core.caps import Caps
from services.core.errors import DataError
from services.core.example import Example
from services.core.splits import Split, SplitPolicy, split
from tests.labelled import BP, FP, TP, ahead, example, stream

POLICY = SplitPolicy(anchor_minimum=10, calibration_minimum=1)
streams = st.fixed_dictionaries(
    {
        "size": st.integers(250, 400),
        "seed": st.integers(0, 1000),
        "analysts": st.integers(1, 7),
        "rules": st.integers(1, 15),
    }
)


def parts(divided: Split) -> dict[str, tuple[Example, ...]]:
    """The parts by name."""
    return {
        "training": divided.training,
        "validation": divided.validation,
        "calibration": divided.calibration,
        "holdout": divided.holdout,
        "anchor": divided.anchor,
    }


def learnable(examples: tuple[Example, ...] | list[Example], *, policy: SplitPolicy = POLICY, seed: int = 1) -> Split:
    """The split of a stream. One with too few attacks for every part is rightly refused, and proves nothing here."""
    try:
        return split(examples, policy=policy, seed=seed)
    except DataError:
        reject()


def ids(examples: tuple[Example, ...]) -> list[str]:
    """The alerts' ids, in order."""
    return [one.alert.alert_id for one in examples]


@settings(max_examples=40)
@given(streams, st.integers(0, 5))
def test_no_alert_and_no_incident_lies_in_two_parts(made: dict[str, int], seed: int) -> None:
    """What a model is judged by it has not learned from, not even a part of the same incident."""
    examples = stream(**made)
    divided = learnable(examples, seed=seed)
    units = [{one.incident or one.alert.alert_id for one in part} for part in parts(divided).values()]
    assert len(set().union(*units)) == sum(map(len, units))
    assert sum(map(len, parts(divided).values())) <= len(examples)


@settings(max_examples=40)
@given(streams)
def test_nothing_learned_from_is_as_late_as_what_is_judged_by(made: dict[str, int]) -> None:
    """All but the holdout lies before the border; training before validation's last incidents."""
    examples = stream(**made)
    divided = learnable(examples)
    for name in ("training", "validation", "calibration", "anchor"):
        assert all(one.alert.observed_at < divided.border for one in parts(divided)[name])
    late = [one for one in examples if one.alert.observed_at >= divided.border and not one.contested]
    assert 0.2 <= len(late) / sum(not one.contested for one in examples) < 0.23


@settings(max_examples=40)
@given(streams)
def test_contested_verdicts_judge_nothing(made: dict[str, int]) -> None:
    """They may train; all other parts are without them."""
    examples = stream(**made)
    divided = learnable(examples)
    assert not any(one.contested for name, part in parts(divided).items() if name != "training" for one in part)


@settings(max_examples=40)
@given(streams)
def test_two_analysts_confirmed_every_anchor(made: dict[str, int]) -> None:
    """And there are never more than the limit."""
    examples = stream(**made)
    divided = learnable(examples, policy=SplitPolicy(anchor_minimum=1, anchor_share=0.9, anchor_limit=12))
    assert all(len(set(one.analysts)) > 1 for one in divided.anchor)
    assert len(divided.anchor) <= 12


@settings(max_examples=25)
@given(streams, st.randoms())
def test_the_split_depends_on_the_set_and_the_seed_alone(made: dict[str, int], random: Random) -> None:
    """Neither on the order nor on when it is done."""
    examples = stream(**made)
    shuffled = list(examples)
    random.shuffle(shuffled)
    assert learnable(shuffled, seed=3) == learnable(examples, seed=3)


@settings(max_examples=25)
@given(streams)
def test_no_analyst_and_no_rule_dominates_a_part_with_enough_of_them(made: dict[str, int]) -> None:
    """With many analysts and rules the caps hold as they are set, or the notes say which do."""
    examples = stream(**made)
    divided = learnable(examples)
    for name in ("training", "validation", "holdout"):
        part = parts(divided)[name]
        if any(note.startswith(f"{name}: the cap") for note in divided.notes):
            continue
        for key in ({one.analysts[0] for one in part}, {one.alert.rule.id for one in part}):
            for value in key:
                share = sum(value in (one.analysts[0], one.alert.rule.id) for one in part) / len(part)
                assert share <= 0.35


def test_an_incident_across_the_border_is_held_out_whole() -> None:
    """Its first alerts go where its last one lies."""
    examples = stream(300, seed=2)
    across = [
        example(1000 + number, TP, minutes=150 + number * 10, incident="long", analysts=["ana"]) for number in range(12)
    ]
    divided = split([*examples, *across], policy=SplitPolicy(caps=Caps(analyst_share=1, rule_share=1)), seed=1)
    assert {one.alert.alert_id for one in across} <= set(ids(divided.holdout))


def test_time_is_the_alerts_own_and_not_the_verdicts() -> None:
    """A verdict given late does not move its alert into the holdout."""
    examples = stream(200, seed=4)
    early = example(5000, FP, minutes=-5)
    divided = split([*examples, early], policy=POLICY, seed=1)
    assert early.alert.alert_id not in ids(divided.holdout)
    assert ids(divided.holdout) == sorted(ids(divided.holdout), key=lambda name: int(name.rsplit(":", 1)[1]))


def test_validation_reaches_back_to_the_latest_attack() -> None:
    """A threshold cannot be chosen without one."""
    examples = [example(number, TP if number in (3, 20, 95) else FP, rule=f"R-{number % 9}") for number in range(100)]
    divided = split(examples, policy=POLICY, seed=1)
    assert [one.alert.alert_id for one in divided.validation if one.is_attack] == ["winnow:test:20"]


def test_what_has_judged_goes_on_judging() -> None:
    """With the same seed an anchor stays one when newer verdicts arrive, as long as the limit allows."""
    examples = stream(600, seed=5)
    before = split(examples[:400], policy=POLICY, seed=9)
    after = split(examples, policy=POLICY, seed=9)
    assert set(ids(before.anchor)) <= set(ids(after.anchor))
    assert len(after.anchor) > len(before.anchor) > 0


def test_no_anchor_set_while_too_few_verdicts_are_confirmed() -> None:
    """And the notes say so."""
    divided = split(stream(200, seed=6, analysts=1), policy=POLICY, seed=1)
    assert divided.anchor == ()
    assert "anchor: none, 0 older verdicts are confirmed by two analysts" in divided.notes


def test_a_careless_flood_is_cut_in_every_part_it_reaches() -> None:
    """60 % of the recent verdicts by one analyst, every one a false positive."""
    examples = stream(1000, seed=7, analysts=8)
    flood = [example(5000 + n, FP, minutes=700 + n / 2, analysts=["careless"], rule=f"R-{n % 12}") for n in range(600)]
    divided = split([*examples, *flood], policy=SplitPolicy(), seed=1)
    for part in (divided.training, divided.validation, divided.holdout):
        assert sum(one.analysts == ("careless",) for one in part) <= 0.35 * len(part)
    assert any(note.startswith("holdout: cap per analyst") for note in divided.notes)


def test_of_very_many_examples_the_latest_are_used() -> None:
    """And the notes say how many."""
    examples = stream(900, seed=8)
    divided = split(examples, policy=replace(POLICY, newest=400), seed=1)
    used = [one for part in parts(divided).values() for one in part]
    assert min(one.alert.observed_at for one in used) >= examples[500].alert.observed_at
    assert "the latest 400 of 900 labelled alerts are used" in divided.notes
    assert split(examples[:400], policy=replace(POLICY, newest=400), seed=1) == split(
        examples[:400], policy=POLICY, seed=1
    )


def test_a_flood_does_not_crowd_out_the_others_where_only_the_latest_are_used() -> None:
    """The window is counted after the caps."""
    examples = stream(600, seed=9, analysts=8)
    flood = [example(5000 + n, FP, minutes=600 + n / 9, analysts=["careless"]) for n in range(900)]
    divided = split([*examples, *flood], policy=replace(POLICY, newest=500), seed=1)
    assert sum(one.analysts == ("careless",) for one in divided.training) <= 0.35 * len(divided.training)
    assert len(divided.training) > 150


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "0 labelled alerts, at least 30 are needed: collect more verdicts"),
        ([example(n) for n in range(60)], "no attack (true_positive) before the holdout"),
        ([example(n, TP) for n in range(60)], "no harmless alert (benign_positive, false_positive) before the holdout"),
        ([example(n, TP if n == 3 else FP) for n in range(60)], "no attack (true_positive) is left in training"),
        ([example(n, FP if n == 3 else TP) for n in range(60)], "no harmless alert is left in training"),
        ([example(n, FP, contested=True) for n in range(60)], "all verdicts are contested"),
        ([example(n, Verdict.DUPLICATE) for n in range(60)], "verdicts that cannot train: duplicate"),
    ],
)
def test_data_that_cannot_be_divided_is_refused_with_what_to_do(examples: list[Example], message: str) -> None:
    """An operator reads this, not a stack trace."""
    with pytest.raises(DataError) as refusal:
        split(examples, policy=POLICY, seed=1)
    assert message in str(refusal.value)


def test_a_class_nobody_uses_is_no_hindrance() -> None:
    """Many a SOC has no word for a benign positive."""
    divided = split([example(n, TP if n % 5 == 0 else FP) for n in range(100)], policy=POLICY, seed=1)
    assert BP not in {one.label for one in divided.training}


def incidents(size: int) -> list[Example]:
    """A stream in which every fourth alert is an attack, an incident of its own."""
    return [
        example(
            number, TP if number % 4 == 0 else FP, rule=f"R-{number % 7}", incident=f"I-{number}" * (number % 4 == 0)
        )
        for number in range(size)
    ]


def test_calibration_is_the_latest_before_the_holdout_and_nothing_else_looks_at_it() -> None:
    """It comes after everything that was learned from or stopped by."""
    divided = split(incidents(2000), policy=SplitPolicy(caps=Caps(analyst_share=1.0)), seed=1)
    assert len(divided.calibration) == pytest.approx(0.15 * 1600, abs=2)
    assert divided.tuning == divided.calibration
    earlier = max(one.alert.observed_at for one in (*divided.training, *divided.validation))
    assert earlier < min(one.alert.observed_at for one in divided.calibration)
    assert not any(note.startswith("calibration: none") for note in divided.notes)


def test_with_too_few_attacks_there_is_no_calibration_part_and_validation_serves() -> None:
    """Training then loses nothing, and a note says why; the alerts of one incident are one attack."""
    few = incidents(1000)
    one = [
        replace(row, incident="I" if row.is_attack and 640 < place < 800 else row.incident)
        for place, row in enumerate(few)
    ]
    for examples, policy in ((few, SplitPolicy()), (one, SplitPolicy(calibration_minimum=20))):
        divided = split(examples, policy=policy, seed=1)
        assert divided.calibration == ()
        assert divided.tuning == divided.validation
        assert any(note.startswith("calibration: none") for note in divided.notes)
    assert split(few, policy=SplitPolicy(calibration_minimum=20), seed=1).calibration


def test_a_clock_that_is_ahead_does_not_take_the_holdout() -> None:
    """An alert was seen before it was judged: the latest ones judge, not those of a sensor ten years ahead."""
    examples = [example(number, TP if number % 3 == 0 else FP, rule=f"R-{number % 9}") for number in range(400)]
    some = [ahead(one) if place % 4 == 0 else one for place, one in enumerate(examples)]
    parts = split(some, policy=SplitPolicy(), seed=1)
    assert parts.border.year != 2099
    assert sum(one.alert.observed_at.year == 2099 for one in parts.holdout) < len(parts.holdout) / 2


def test_a_verdict_without_a_name_makes_no_anchor() -> None:
    """It may be the same person's, from a product that names nobody."""
    examples = [
        example(number, TP if number % 3 == 0 else FP, rule=f"R-{number % 9}", analysts=("", "ann"))
        for number in range(600)
    ]
    assert split(examples, policy=SplitPolicy(), seed=1).anchor == ()
    named = [replace(one, analysts=("ben", "ann")) for one in examples]
    assert split(named, policy=SplitPolicy(), seed=1).anchor
