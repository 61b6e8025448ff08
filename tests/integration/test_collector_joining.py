"""The collector on real Kafka: any order of arrival ends as examples, and what cannot be read as dead letters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import DeadLetterReason, Verdict
from services.runtime.buffer import TrainingBuffer
from services.sandbox.broker import EmbeddedKafka
from tests.integration.collector_stage import Stage, stage_on, wait_until
from tests.messages import alert, score, verdict


@pytest.fixture
def buffer(stage: Stage) -> TrainingBuffer:
    """The buffer's reading side."""
    return stage.buffer()


def test_a_score_and_then_its_verdict_make_an_example(stage: Stage, buffer: TrainingBuffer) -> None:
    """The usual order."""
    with stage.collecting():
        stage.send_scores([score("a", values=(1.5,))])
        wait_until(lambda: buffer.summary().scores == 1, what="the score")
        stage.send_verdicts([verdict("a")])
        wait_until(lambda: len(buffer.examples()) == 1, what="the example")
    (example,) = buffer.examples()
    assert (example.alert, example.context.values, example.label) == (alert("a"), (1.5,), Verdict.TRUE_POSITIVE)


def test_a_verdict_before_its_alert_waits_for_it(stage: Stage, buffer: TrainingBuffer) -> None:
    """The collector may read the topics in any order."""
    with stage.collecting():
        stage.send_verdicts([verdict("a")])
        wait_until(lambda: buffer.summary().waiting == 1, what="the verdict")
        stage.send_scores([score("a")])
        wait_until(lambda: len(buffer.examples()) == 1, what="the example")
    assert buffer.summary().waiting == 0


def test_a_verdict_for_an_alert_never_seen_is_kept_and_disturbs_nobody(stage: Stage, buffer: TrainingBuffer) -> None:
    """It may have been scored before the topic's retention; others go on."""
    with stage.collecting():
        stage.send_verdicts([verdict("never"), verdict("a")])
        stage.send_scores([score("a")])
        wait_until(lambda: len(buffer.examples()) == 1, what="the other example")
        wait_until(lambda: buffer.summary().verdicts == 2, what="the verdict")
    assert buffer.summary().waiting == 1


def test_reopening_takes_a_verdict_back(stage: Stage, buffer: TrainingBuffer) -> None:
    """And a later verdict makes an example again."""
    with stage.collecting():
        stage.send_scores([score("a")])
        stage.send_verdicts([verdict("a")])
        wait_until(lambda: len(buffer.examples()) == 1, what="the example")
        stage.send_verdicts([verdict("a", Verdict.OTHER, minutes=11, retracted=True)])
        wait_until(lambda: buffer.examples() == [], what="the retraction")
        stage.send_verdicts([verdict("a", Verdict.BENIGN_POSITIVE, minutes=12)])
        wait_until(lambda: len(buffer.examples()) == 1, what="the new verdict")
    assert buffer.examples()[0].label is Verdict.BENIGN_POSITIVE
    assert buffer.summary().verdicts == 3


def test_what_cannot_be_read_becomes_a_dead_letter_and_the_rest_is_stored(stage: Stage, buffer: TrainingBuffer) -> None:
    """Poison on both topics: the letters say where it stood and why, and carry the bytes."""
    deep = b"[" * 100_000 + b"]" * 100_000
    poison = [b"no json", b"", None, deep, b"\x00\xff", b'{"verdict": 7}', b"[]", b"x" * 1_000_000]
    with stage.collecting():
        stage.send_raw(stage.settings.topics.feedback, poison)
        stage.send_raw(stage.settings.topics.scores, poison)
        stage.send_scores([score("a")])
        stage.send_verdicts([verdict("a")])
        wait_until(lambda: len(buffer.examples()) == 1, what="the example")
        letters = stage.dead_letters(at_least=2 * len(poison))
    assert len(letters) == 2 * len(poison)
    assert {letter.origin.topic for letter in letters} == {stage.settings.topics.scores, stage.settings.topics.feedback}
    assert {DeadLetterReason.NOT_JSON, DeadLetterReason.EMPTY} <= {letter.reason for letter in letters}
    bodies = {letter.body for letter in letters}
    assert {b"no json", b"\x00\xff", b'{"verdict": 7}'} <= bodies


def test_a_topic_made_after_the_start_is_found(
    kafka: EmbeddedKafka, topic_name: Callable[..., str], tmp_path: Path
) -> None:
    """The order in which a system is set up does not matter."""
    stage = stage_on(kafka.bootstrap, folder=tmp_path, new_name=topic_name)
    buffer = stage.buffer()
    with stage.collecting():
        stage.make_topics()
        stage.send_scores([score("a")])
        stage.send_verdicts([verdict("a")])
        wait_until(lambda: len(buffer.examples()) == 1, what="the example")


def test_two_collectors_share_the_partitions_and_miss_no_pair(stage: Stage, buffer: TrainingBuffer) -> None:
    """A score stored by one and its verdict stored by the other, at the same moment, still meet."""
    ids = [f"{number}" for number in range(500)]
    with stage.collecting(), stage.collecting():
        for part in range(0, len(ids), 50):
            stage.send_scores([score(one, offset=int(one)) for one in ids[part : part + 50]])
            stage.send_verdicts([verdict(one) for one in ids[part : part + 50]])
        wait_until(lambda: len(buffer.examples()) == len(ids), what="every example")
    assert (buffer.summary().scores, buffer.summary().verdicts) == (len(ids), len(ids))
