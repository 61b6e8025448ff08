"""Contexts survive: a stop, a kill -9 and what came after them give what an undisturbed classifier gives."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kafka import KafkaProducer

from schemas import Rule
from schemas.alert import Entities, Host, User
from services.classifier.past import KafkaPast
from services.runtime import aiokafka_clients
from services.runtime.kafka_python import admin
from services.runtime.settings import KafkaSettings
from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import Published, Stage, eventually
from tests.messages import alert
from tests.pasts import carried, keeps_to_the_port

NEVER = {"WINNOW_CLASSIFIER__CONTEXTS_SECONDS": "3600"}
"""Snapshots only at a stop, so that the test decides where they stand."""
KEYS = 3


def values(begin: int, end: int, *, key: int) -> list[bytes]:
    """Alerts that make each other's contexts: a few rules, hosts and users."""
    return [
        alert(
            f"winnow:t:{number}",
            title=f"take {number % 11}",
            observed_at=datetime.now(tz=UTC),
            rule=Rule(id=f"R-{number % 5}"),
            entities=Entities(host=Host(name=f"h{number % 7}"), user=User(name=f"u{number % 3}")),
        ).to_bytes()
        for number in range(begin, end)
        if number % KEYS == key
    ]


def send(stage: Stage, begin: int, end: int) -> None:
    """These alerts, spread over partitions by their keys."""
    for key in range(KEYS):
        stage.send(values(begin, end, key=key), format_name="winnow", key=str(key).encode())


def rubbish(stage: Stage) -> None:
    """A message a partition that holds no alert."""
    for key in range(KEYS):
        stage.send([b"rubbish"], format_name="winnow", key=str(key).encode())


def done(stage: Stage, count: int, *, beside: int = 0) -> None:
    """Wait until so many alerts are scored, and all messages committed, some of them beside the alerts."""
    eventually(lambda: stage.ends(stage.topics.scores) >= count and stage.committed() >= count + beside)


def contexts(stage: Stage) -> dict[tuple[int, int, int], dict[str, object]]:
    """The context each alert was scored with last."""
    return {each.origin: each.value["context"] for each in stage.scores()}


def written_to(folder: Path) -> int:
    """The sum of the offsets that the newest snapshots stand at."""
    newest: dict[Path, int] = {}
    for file in folder.rglob("*.contexts"):
        newest[file.parent] = max(newest.get(file.parent, 0), int(file.name.partition("-")[0]))
    return sum(newest.values())


def partial(scores: list[Published]) -> int:
    """How many were scored with a partial context."""
    return sum(each.value["context"].get("partial", False) for each in scores)


def test_a_stop_and_a_kill_change_no_context_once_the_past_is_caught_up_with(
    kafka: EmbeddedKafka, tmp_path: Path
) -> None:
    """Stopped: nothing to catch up with. Killed: partial until what came since the snapshot was read again."""
    stage, other = Stage(kafka.bootstrap, tmp_path), Stage(kafka.bootstrap, tmp_path)
    other.topics = other.topics.model_copy(update={"alerts": stage.topics.alerts})
    rubbish(stage)
    with stage.classifier(settings=NEVER) as first:
        send(stage, 0, 300)
        done(stage, 300, beside=KEYS)
        assert first.terminate() == 0, first.log[-2000:]
    with stage.classifier(settings=NEVER) as second:
        send(stage, 300, 500)
        done(stage, 500, beside=KEYS)
        second.kill()
    assert partial(stage.scores()) == 0
    with stage.classifier(settings=NEVER) as third:
        send(stage, 500, 600)
        done(stage, 600, beside=KEYS)
        late = partial(stage.scores())
        eventually(lambda: third.metric("winnow_context_partitions_catching_up") == 0)
        assert third.metric("winnow_context_alerts_replayed_total") == 200
        send(stage, 600, 800)
        done(stage, 800, beside=KEYS)
        assert third.terminate() == 0, third.log[-2000:]
    assert len({each.origin[0] for each in stage.scores()}) <= late <= 100
    assert partial(stage.scores()) == late
    with other.classifier(settings=NEVER):
        done(other, 800)
    disturbed, whole = contexts(stage), contexts(other)
    assert partial(other.scores()) == 0
    assert disturbed.keys() == whole.keys()
    complete = [origin for origin, context in disturbed.items() if not context.get("partial", False)]
    assert len(complete) == 800 - late
    assert all(disturbed[origin] == whole[origin] for origin in complete)
    stage.close()
    other.close()


def test_snapshots_are_written_while_alerts_come(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """Every so often, and what says so."""
    stage = Stage(kafka.bootstrap, tmp_path)
    with stage.classifier(settings={"WINNOW_CLASSIFIER__CONTEXTS_SECONDS": "0.3"}) as classifier:
        send(stage, 0, 3)
        done(stage, 3)
        eventually(lambda: written_to(tmp_path / "contexts") == 3)
        assert classifier.metric("winnow_context_snapshots_total", outcome="written") >= 1
        assert classifier.metric("winnow_context_snapshots_total", outcome="failed") == 0
        eventually(lambda: classifier.metric("winnow_context_snapshot_age_seconds") < 5)
        classifier.kill()
    with stage.classifier(settings=NEVER):
        send(stage, 3, 6)
        done(stage, 6)
    assert partial(stage.scores()) == 0
    stage.close()


def test_a_second_classifier_goes_on_where_the_first_one_was(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """Partitions move and come back: whatever is complete is what an undisturbed classifier gives."""
    stage, other = Stage(kafka.bootstrap, tmp_path), Stage(kafka.bootstrap, tmp_path)
    other.topics = other.topics.model_copy(update={"alerts": stage.topics.alerts})
    with stage.classifier(settings=NEVER) as first:
        send(stage, 0, 120)
        done(stage, 120)
        with stage.classifier(settings=NEVER) as second:
            send(stage, 120, 240)
            done(stage, 240)
            assert first.metric("winnow_context_snapshots_total", outcome="written") > 0
            assert second.terminate() == 0, second.log[-2000:]
        send(stage, 240, 360)
        done(stage, 360)
        assert first.terminate() == 0, first.log[-2000:]
    with other.classifier(settings=NEVER):
        done(other, 360)
    disturbed, whole = contexts(stage), contexts(other)
    complete = [origin for origin, context in disturbed.items() if not context.get("partial", False)]
    assert len(complete) > 240
    assert all(disturbed[origin] == whole[origin] for origin in complete)
    stage.close()
    other.close()


async def test_kafka_keeps_to_the_port_of_pasts(kafka: EmbeddedKafka, topic_name: Callable[..., str]) -> None:
    """As the list does that other tests take for it (tests/unit/classifier/test_catching_up.py)."""
    settings, topic = KafkaSettings(bootstrap_servers=kafka.bootstrap), topic_name()
    client = admin(settings)
    client.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    client.close()
    hour_ago = datetime.now(tz=UTC).replace(microsecond=0) - timedelta(hours=1)
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    held = [
        carried(b"%d" % offset, offset=offset, produced_at=hour_ago + timedelta(minutes=offset), topic=topic)
        for offset in range(6)
    ]
    for each in held:
        milliseconds = int(each.produced_at.timestamp() * 1000)
        headers = [("format", b"winnow")]
        producer.send(topic, each.value, partition=0, timestamp_ms=milliseconds, headers=headers).get(20)
    producer.close()
    consumer = aiokafka_clients.loose(settings)
    await aiokafka_clients.start(consumer, settings, within_seconds=20)
    await keeps_to_the_port(KafkaPast(consumer, topic, 0, clock=lambda: datetime.now(tz=UTC)), held)
    await consumer.stop()
