"""The files between the service and a run."""

from pathlib import Path

import pytest

from services.core.errors import DataError
from services.trainer.plan import RunPlan, flat, read_snapshot, write_snapshot
from services.trainer.settings import PACKAGE_LAYERS, TrainingSettings
from tests.labelled import example
from tests.learning import learnable, plan_of


def test_a_snapshot_comes_back_as_it_was_and_its_hash_is_its_contents(tmp_path: Path) -> None:
    """Examples as they came from the buffer, in their order."""
    examples = [*learnable(20), example(21, incident="I-1", contested=True)]
    first = write_snapshot(examples, tmp_path / "a")
    again = write_snapshot(examples, tmp_path / "b")
    assert read_snapshot(tmp_path / "a", expected_sha256=first) == examples
    assert first == again
    assert first != write_snapshot(examples[1:], tmp_path / "c")


def test_a_snapshot_that_was_changed_is_not_learned_from(tmp_path: Path) -> None:
    """What the manifest says a model learned from is what it learned from."""
    digest = write_snapshot(learnable(5), tmp_path / "a")
    data = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(data.replace(b"true_positive", b"false_positive"))
    with pytest.raises(DataError, match="hashes to"):
        read_snapshot(tmp_path / "a", expected_sha256=digest)


def test_a_plan_survives_its_file_and_its_settings_go_flat_into_the_manifest() -> None:
    """Every hyper parameter, the split's and the gate's among them."""
    plan = plan_of(TrainingSettings(epochs=2, gate={"minimum_attacks": 3}))
    assert RunPlan.model_validate_json(plan.model_dump_json()) == plan
    values = flat(plan.training)
    assert values["training.layers"] == PACKAGE_LAYERS  # said, where the settings leave it to the build
    assert values["training.epochs"] == 2
    assert values["training.gate.minimum_attacks"] == 3
    assert values["training.split.caps.analyst_share"] == plan.training.split.caps.analyst_share
    assert len(values) > 40
