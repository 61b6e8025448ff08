"""What an act does when the gate refuses a candidate."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from schemas import Candidate, ModelEvent, ModelEventV1
from services.sandbox.demo.acts import _checks_of_2, _until_one_serves
from services.sandbox.demo.plan import DemoPlan

REFUSED, SERVES = ModelEvent.REJECTED, ModelEvent.PROMOTED


def stage(decisions: Sequence[ModelEvent], *, waits: list[str]) -> Any:
    """A stage whose runs end like this, one after another, and which writes down what it waits for."""
    events: Iterator[ModelEventV1] = (
        ModelEventV1(
            model_name="alerts",
            event=decision,
            candidate=Candidate(version=f"v{number}", reasons=("why",)),
            serving=None,
            occurred_at=datetime.now(UTC),
        )
        for number, decision in enumerate(decisions, start=1)
    )
    return SimpleNamespace(
        plan=DemoPlan(),
        teller=SimpleNamespace(say=lambda _: None),
        train=lambda _: next(events),
        wait=lambda _, doing: waits.append(doing),
        wait_for_swap=lambda _: None,
    )


@pytest.mark.parametrize(
    ("decisions", "runs", "serves"),
    [((SERVES,), 1, True), ((REFUSED, SERVES), 2, True), ((REFUSED, REFUSED), 2, False)],
    ids=["at once", "the second", "never"],
)
def test_a_refused_candidate_is_followed_by_one_more_run(
    decisions: Sequence[ModelEvent], runs: int, serves: bool
) -> None:
    """On more verdicts, as in a SOC; the check tells of all runs, and fails when none serves."""
    waits: list[str] = []
    done = _until_one_serves(stage(decisions, waits=waits), "training")
    (check,) = _checks_of_2(done)
    assert len(done) == runs
    assert sum("more verdicts" in doing for doing in waits) == runs - 1
    assert check.passed is serves
    assert all(f"v{number} was" in check.text for number in range(1, runs + 1))
