"""Edited copies: of both classes, by lot, with the label and context of what they are copies of."""

from dataclasses import replace

from schemas.alert import Entities, Process
from services.core.example import Example
from services.trainer.adversarial.augment import edited_copies
from tests.labelled import stream


def _commands(size: int) -> list[Example]:
    """Examples of which every second has a command that can be edited."""
    made = []
    for place, one in enumerate(stream(size)):
        process = Process(command_line=f"sudo run --name number{place}" if place % 2 else "")
        made.append(replace(one, alert=one.alert.model_copy(update={"entities": Entities(process=process)})))
    return made


def _line(one: Example) -> str:
    return one.alert.entities.process.command_line


def test_both_classes_are_copied_in_the_same_share() -> None:
    """Half of the attacks an edit applies to, and half of the harmless alerts."""
    examples = _commands(200)
    copies = edited_copies(examples, share=0.5, seed=1)
    for is_attack in (True, False):
        able = [one for one in examples if one.is_attack is is_attack and one.alert.entities.process.command_line]
        assert sum(one.is_attack is is_attack for one in copies) == round(0.5 * len(able))


def test_a_copy_differs_in_what_is_written_only() -> None:
    """Its label, context, analysts and incident are those of the original."""
    examples = {one.alert.alert_id: one for one in _commands(120)}
    copies = edited_copies(list(examples.values()), share=1.0, seed=1)
    assert copies
    for copy in copies:
        original = examples[copy.alert.alert_id]
        assert copy.alert != original.alert
        assert replace(copy, alert=original.alert) == original


def test_the_lot_decides_and_not_the_order() -> None:
    """The same set and seed make the same copies; edits are of several kinds; without a share there are none."""
    examples = _commands(120)
    copies = edited_copies(examples, share=0.5, seed=1)
    assert copies == edited_copies(examples[::-1], share=0.5, seed=1)
    assert {"update-helper", "''"} <= {mark for mark in ("update-helper", "''") for one in copies if mark in _line(one)}
    assert {one.alert.alert_id for one in copies} != {
        one.alert.alert_id for one in edited_copies(examples, share=0.5, seed=2)
    }
    assert edited_copies(examples, share=0.0, seed=1) == ()
