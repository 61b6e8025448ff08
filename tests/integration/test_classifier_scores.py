"""The classifier as a process on a real broker: what goes in comes out, judged or not."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.context import CONTEXT_VERSION, FEATURES
from services.sandbox.broker import EmbeddedKafka
from tests.bundles import ATTACK_WORD
from tests.classifiers import Stage, eventually
from tests.messages import alert

WAZUH = json.dumps(
    {
        "timestamp": "2026-03-02T12:00:00.000+0000",
        "rule": {"id": "5710", "level": 5, "description": "sshd: attempt to login using a non-existent user"},
        "agent": {"id": "003", "name": "web-1"},
        "manager": {"name": "wazuh"},
        "id": "1772452800.1",
        "decoder": {"name": "sshd"},
        "location": "/var/log/auth.log",
        "full_log": "Invalid user attack from 203.0.113.7",
    }
).encode()
SURICATA = json.dumps(
    {
        "timestamp": "2026-03-02T12:00:00.000000+0000",
        "event_type": "alert",
        "flow_id": 1,
        "src_ip": "203.0.113.7",
        "dest_ip": "10.0.0.5",
        "alert": {"signature_id": 2001219, "gid": 1, "signature": "ET SCAN attack", "severity": 2},
    }
).encode()


@pytest.fixture
def stage(kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[Stage]:
    """Topics, group and store of this test's own."""
    made = Stage(kafka.bootstrap, tmp_path)
    yield made
    made.close()


def test_alerts_of_several_formats_are_scored(stage: Stage) -> None:
    """By header and by recognition; the record carries its contract, key, context and coordinates."""
    stage.announce(stage.publish("v1"))
    with stage.classifier():
        stage.send([alert("winnow:t:1", title=f"An {ATTACK_WORD}").to_bytes()], format_name="winnow")
        stage.send([WAZUH, SURICATA])
        scores = {each.value["alert"]["source"]: each for each in stage.wait_for_scores(3)}
    assert set(scores) == {"winnow", "wazuh", "suricata"}
    for each in scores.values():
        assert each.headers["contract"] == b"ScoreV1"
        assert each.key == each.value["alert"]["alert_id"]
        assert each.value["status"] == "scored"
        assert each.value["model_version"] == "v1"
        assert len(each.value["context"]["values"]) == len(FEATURES[CONTEXT_VERSION])
        assert sum(each.value["probabilities"].values()) == pytest.approx(1.0)
    assert scores["winnow"].value["shown"]
    assert len({each.origin for each in scores.values()}) == 3


def test_alerts_pass_unscored_before_any_model(stage: Stage) -> None:
    """With the reason, shown to analysts, and ready although no model is there."""
    with stage.classifier() as classifier:
        stage.send([WAZUH])
        (score,) = stage.wait_for_scores(1)
        assert classifier.metric("winnow_unscored_total", reason="no_model") == 1
    assert score.value["status"] == "unscored"
    assert score.value["unscored_reason"] == "no_model"
    assert score.value["shown"]


def test_each_alert_of_a_message_is_scored_under_its_own_coordinates(stage: Stage) -> None:
    """A JSON array: one message, its alerts told apart by index, the refused one a dead letter."""
    alerts = [json.loads(alert(f"winnow:t:{number}").to_bytes()) for number in range(3)]
    with stage.classifier():
        stage.send([json.dumps([*alerts[:2], {"no": "alert"}, alerts[2]]).encode()], format_name="winnow")
        scores = stage.wait_for_scores(3)
        (letter,) = stage.wait_for_dead_letters(1)
        eventually(lambda: stage.committed() == 1)
    assert sorted(each.origin[2] for each in scores) == [0, 1, 3]
    assert letter.origin[2] == 2


def test_poison_becomes_dead_letters_and_the_stream_goes_on(stage: Stage) -> None:
    """Not JSON, large, deep, NUL, wrong types, empty, null: each with reason, length and its first bytes."""
    deepest = b"[" * 200_000 + b"]" * 200_000
    largest = b'{"a":"' + b"x" * (1_048_588 - 200) + b'"}'
    wrong = b'{"rule": [1, 2], "agent": 7, "id": {}, "manager": null, "timestamp": []}'
    poison = [
        b"not json",
        deepest,
        largest,
        b"\x00" * 20,
        wrong,
        b"[]",
        b"{}",
        b"null",
        b"7",
        b"",
        None,
        b"\xff\xfe\xfd",
    ]
    with stage.classifier() as classifier:
        stage.send(poison)
        stage.send([b"\xed\xa0\x80"], format_name="no-such-format")
        stage.send([WAZUH])
        letters = stage.wait_for_dead_letters(len(poison) + 1)
        stage.wait_for_scores(1)
        eventually(lambda: stage.committed() == len(poison) + 2)
        assert classifier.get("healthz")[0] == 200
        assert classifier.metric("winnow_dead_letters_total") == len(poison) + 1
    for letter in letters:
        body = base64.urlsafe_b64decode(letter.value.get("body", ""))
        assert len(body) == min(letter.value["size"], 256 * 1024)
        assert letter.value["reason"] not in ("internal_error", "unknown"), letter.value["detail"]
        assert letter.headers["contract"] == b"DeadLetterV1"
    assert max(letter.value["size"] for letter in letters) == len(largest)


def test_too_many_dead_letters_raise_the_alarm(stage: Stage) -> None:
    """A producer that changed its format must not lose its whole stream in silence."""
    with stage.classifier(settings={"WINNOW_CLASSIFIER__DEAD_LETTER_WINDOW": "50"}) as classifier:
        stage.send([WAZUH] * 30)
        eventually(lambda: classifier.metric("winnow_alerts_total") == 30)
        assert classifier.metric("winnow_dead_letter_alarm") == 0
        stage.send([b"something new"] * 30)
        eventually(lambda: classifier.metric("winnow_dead_letter_alarm") == 1)
        eventually(lambda: classifier.metric("winnow_dead_letter_share") == pytest.approx(0.6))  # it rings before that


def test_scores_of_one_alert_keep_its_order(stage: Stage) -> None:
    """The same alert sent again and again: its scores stand in the order of its messages."""
    stage.announce(stage.publish("v1"))
    with stage.classifier():
        again = [alert("winnow:t:same", title=f"take {number % 3}", minutes=number).to_bytes() for number in range(200)]
        stage.send(again, key=b"same", format_name="winnow")
        scores = stage.wait_for_scores(200)
    offsets = [each.origin[1] for each in sorted(scores, key=lambda each: each.offset)]
    assert offsets == sorted(offsets)


def test_without_a_broker_it_says_so_and_ends_with_3(stage: Stage, tmp_path: Path) -> None:
    """In bounded time, naming the setting."""
    settings = {
        "WINNOW_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "WINNOW_CLASSIFIER__START_TIMEOUT_SECONDS": "1",
    }
    with stage.classifier(ready=False, settings=settings) as classifier:
        assert classifier.process.wait(timeout=60) == 3
        assert "WINNOW_KAFKA__BOOTSTRAP_SERVERS" in classifier.log


def test_without_its_topics_it_says_so_and_ends_with_3(stage: Stage) -> None:
    """Naming the topic, and the command that makes it."""
    settings = {"WINNOW_TOPICS__SCORES": "never-made", "WINNOW_CLASSIFIER__START_TIMEOUT_SECONDS": "1"}
    with stage.classifier(ready=False, settings=settings) as classifier:
        assert classifier.process.wait(timeout=60) == 3
        assert "never-made" in classifier.log
        assert "winnow topics create" in classifier.log
