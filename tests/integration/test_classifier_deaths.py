"""Killed at each step of an alert's way, not at some time: whoever starts next leaves none unanswered."""

import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import DEADLINE_SECONDS, Stage, eventually
from tests.dying import STEPS
from tests.integration.test_classifier_losses import lost_and_repeated, same_key
from tests.messages import alert

ALERTS = 40
BESIDE_EACH_OTHER = 7
"""Classifiers at once: most of their time they wait for a dead member to be missed by its group."""
CALL = 30
"""Which alert's step is the last: half of them are sent, answered and committed first."""
_AT_ONCE = {step for step, at in STEPS.items() if "commit" in at.function or "put_whole" in at.function}
"""Steps that many alerts take together, or that are rare: death comes the first time, before anything is committed."""

Outcome = tuple[int, int, int, bool]
"""How the mortal one ended, how many alerts the next one lost and repeated, and if repeats have their first's key."""


def _outcome(bootstrap: str, folder: Path, step: str) -> Outcome:
    """What came of a death at that step."""
    folder.mkdir()
    stage = Stage(bootstrap, folder)
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
    told_by_key = same_key(stage.scores())
    stage.close()
    return ended, lost, repeated, told_by_key


@pytest.fixture(scope="module")
def outcomes(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """What came of each step's death."""
    root = tmp_path_factory.mktemp("deaths")
    with ThreadPoolExecutor(BESIDE_EACH_OTHER) as pool:
        ran = {
            step: pool.submit(_outcome, kafka.bootstrap, root / str(number), step) for number, step in enumerate(STEPS)
        }
        return {step: outcome.result() for step, outcome in ran.items()}


@pytest.mark.parametrize("step", STEPS)
def test_killed_there_it_loses_nothing(outcomes: Mapping[str, Outcome], step: str) -> None:
    """It really died there; every alert has a score; a repeat has the key and the coordinates of its first."""
    ended, lost, repeated, told_by_key = outcomes[step]
    assert ended == -signal.SIGKILL
    assert lost == 0
    assert repeated <= ALERTS
    assert told_by_key


def test_only_what_was_underway_is_repeated(outcomes: Mapping[str, Outcome]) -> None:
    """Of the half that was committed nothing comes again."""
    assert all(repeated <= ALERTS // 2 for step, (_, _, repeated, _) in outcomes.items() if step not in _AT_ONCE)
