"""Killed at each step of an alert's way, not at some time: whoever starts next leaves none unanswered."""

import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import DEADLINE_SECONDS, Stage, eventually, lost_and_repeated, same_key
from tests.dying import STEPS
from tests.messages import alert

ALERTS = 40
BESIDE_EACH_OTHER = 7
"""Classifiers at once: most of their time they wait for a dead member to be missed by its group."""
CALL = 30
"""Which alert's step is the last: half of them are sent, answered and committed first."""
_AT_ONCE = {step for step, at in STEPS.items() if "commit" in at.function or "put_whole" in at.function}
"""Steps that many alerts take together, or that are rare: death comes the first time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the mortal one ended, how many alerts the next lost and repeated, and if repeats have their first's key."""

    ended: int
    lost: int
    repeated: int
    same_key: bool


def _outcome(bootstrap: str, folder: Path, step: str) -> Outcome:
    """What came of a death at that step."""
    folder.mkdir()
    stage = Stage(bootstrap, folder)
    try:
        return _died_and_followed(stage, step)
    finally:
        stage.close()


def _died_and_followed(stage: Stage, step: str) -> Outcome:
    stage.announce(stage.publish("v1"))
    values = [alert(f"winnow:t:{each}", title=f"take {each}").to_bytes() for each in range(ALERTS)]
    stage.send(values[: ALERTS // 2])
    command = (sys.executable, "-m", "tests.dying", step, "1" if step in _AT_ONCE else str(CALL))
    quick = {"WINNOW_CLASSIFIER__CONTEXTS_SECONDS": "1"}
    with stage.classifier(command=command, ready=False, settings=quick) as mortal:
        eventually(lambda: mortal.process.poll() is not None or stage.committed() >= ALERTS // 2)
        stage.send(values[ALERTS // 2 :])
        ended = mortal.process.wait(timeout=DEADLINE_SECONDS)
    with stage.classifier(settings=quick):
        lost, repeated = lost_and_repeated(stage, ALERTS)
    return Outcome(ended, lost, repeated, same_key(stage.scores()))


Deaths = Mapping[str, "Future[Outcome]"]


@pytest.fixture(scope="module")
def deaths(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deaths]:
    """What comes of each step's death; some at a time."""
    root = tmp_path_factory.mktemp("deaths")
    with ThreadPoolExecutor(BESIDE_EACH_OTHER) as pool:
        yield {
            step: pool.submit(_outcome, kafka.bootstrap, root / str(number), step) for number, step in enumerate(STEPS)
        }


@pytest.mark.parametrize("step", STEPS)
def test_killed_there_it_loses_nothing(deaths: Deaths, step: str) -> None:
    """It really died there; every alert has a score; a repeat has the key and the coordinates of its first."""
    outcome = deaths[step].result()
    assert outcome.ended == -signal.SIGKILL
    assert outcome.lost == 0
    assert outcome.same_key


@pytest.mark.parametrize("step", [step for step in STEPS if step not in _AT_ONCE])
def test_only_what_was_underway_is_repeated(deaths: Deaths, step: str) -> None:
    """Of the half that was committed nothing comes again."""
    assert deaths[step].result().repeated <= ALERTS // 2
