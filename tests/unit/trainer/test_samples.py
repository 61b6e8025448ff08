"""Examples as numbers: what analysts said of each."""

from services.trainer.base_model import BaseModel
from services.trainer.samples import prepare
from tests.labelled import BP, FP, TP, example


def test_each_analyst_s_verdict_counts_once(base: BaseModel) -> None:
    """Those that agree with the label, those that do not, and nobody's name as one."""
    examples = [
        example(1, TP, analysts=("ana", "ben")),
        example(2, FP, analysts=("ana",), contested=True, dissent=(("ben", TP), ("cem", BP))),
        example(3, BP, analysts=()),
        example(4, FP, analysts=("ana", "ana")),
    ]
    assert prepare(examples, base.tokenizer).opinions.tolist() == [[2, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1]]
