"""The embedded Kafka itself: real jars, real Java, real clients."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from services.runtime.errors import Unavailable
from services.runtime.kafka_python import admin, producer
from services.runtime.settings import KafkaSettings
from services.runtime.topic_contents import everything, newest
from services.sandbox.broker import EmbeddedKafka
from services.sandbox.broker.config import LOGS
from services.sandbox.errors import BrokerBusy, BrokerFailed, PortTaken

TopicName = Callable[..., str]

START_AND_HANG = """
import signal, sys
from pathlib import Path
from services.sandbox.broker import EmbeddedKafka
from services.sandbox.broker.config import LOGS
EmbeddedKafka(data_dir=Path(sys.argv[1]), detached=sys.argv[2] == "detached").start()
print("up", flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def restartable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker of this module's own; each test that stops it starts it again."""
    with EmbeddedKafka(data_dir=tmp_path_factory.mktemp("restartable")) as broker:
        yield broker


def create(bootstrap: str, topic: str) -> None:
    """Create a topic with one partition."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])


def produce(bootstrap: str, topic: str, value: bytes) -> None:
    """Send one message and wait for the broker's acknowledgement."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send(topic, value).get(timeout=20)
    producer.close()


def read_all(bootstrap: str, topic: str) -> list[bytes]:
    """Every message of the topic, read from its beginning to its present end."""
    partition = TopicPartition(topic, 0)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    values: list[bytes] = []
    while consumer.position(partition) < end:
        values += [record.value for record in consumer.poll(timeout_ms=500).get(partition, [])]
    consumer.close()
    return values


@pytest.fixture
def parent(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that started a broker on `tmp_path`, tied or detached as the parameter says, and waits."""
    command = [sys.executable, "-c", START_AND_HANG, str(tmp_path), request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()
    EmbeddedKafka(data_dir=tmp_path).kill()


def test_an_acknowledged_message_is_read_back(kafka: EmbeddedKafka, topic_name: TopicName) -> None:
    """acks=all, through kafka-python."""
    topic = topic_name("round-trip")
    create(kafka.bootstrap, topic)
    produce(kafka.bootstrap, topic, b"an alert")
    assert read_all(kafka.bootstrap, topic) == [b"an alert"]


def test_it_listens_on_loopback_only(kafka: EmbeddedKafka) -> None:
    """As the kernel sees it: two ports, clients and controller."""
    assert kafka.pid is not None
    sockets = psutil.Process(kafka.pid).net_connections("inet")
    listening = [socket.laddr for socket in sockets if socket.status == psutil.CONN_LISTEN]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert len(listening) == 2
    assert int(kafka.bootstrap.rpartition(":")[2]) in {address.port for address in listening}


def test_a_topic_nobody_created_does_not_appear(kafka: EmbeddedKafka, topic_name: TopicName) -> None:
    """Asking for it is not creating it."""
    topic = topic_name("mistyped")
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap)
    assert not consumer.partitions_for_topic(topic)
    assert topic not in consumer.topics()
    consumer.close()


def test_a_second_broker_on_the_same_folder_is_refused(kafka: EmbeddedKafka) -> None:
    """The message names the one that runs, which goes on running."""
    pid = kafka.pid
    with pytest.raises(BrokerBusy, match=str(pid)):
        EmbeddedKafka(data_dir=kafka.log.parent).start()
    assert kafka.pid == pid


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_topics_and_messages_survive_and_the_address_stays(
    restartable: EmbeddedKafka, topic_name: TopicName, how: str
) -> None:
    """Through a clean stop, and through SIGKILL."""
    address, topic = restartable.bootstrap, topic_name("survivor")
    create(address, topic)
    produce(address, topic, b"before")
    getattr(restartable, how)()
    assert restartable.pid is None
    restartable.start()
    assert restartable.bootstrap == address
    produce(address, topic, b"after")
    assert read_all(address, topic) == [b"before", b"after"]


def test_stopping_twice_is_stopping_once(restartable: EmbeddedKafka) -> None:
    """Neither stop nor kill minds that nothing runs."""
    restartable.stop()
    restartable.stop()
    restartable.kill()
    assert restartable.pid is None
    restartable.start()


def test_a_port_taken_by_another_process_is_told_before_java_starts(tmp_path: Path, kafka: EmbeddedKafka) -> None:
    """Here the other process is another broker."""
    port = int(kafka.bootstrap.rpartition(":")[2])
    with pytest.raises(PortTaken, match=str(port)):
        EmbeddedKafka(data_dir=tmp_path, port=port).start()


def test_a_broker_that_cannot_start_says_why(restartable: EmbeddedKafka) -> None:
    """The error carries the end of Kafka's own log, and leaves nothing running."""
    restartable.stop()
    changed = EmbeddedKafka(data_dir=restartable.log.parent, properties={"node.id": "7"})
    with pytest.raises(BrokerFailed, match="ended while starting") as failure:
        changed.start()
    assert "node" in str(failure.value)
    assert str(changed.log) in str(failure.value)
    assert changed.pid is None
    restartable.start()


def test_storage_that_cannot_be_prepared_says_why(tmp_path: Path) -> None:
    """A property Kafka refuses shows in the error."""
    with pytest.raises(BrokerFailed, match=r"process\.roles"):
        EmbeddedKafka(data_dir=tmp_path, properties={"process.roles": "conductor"}).start()


def test_a_cluster_id_with_a_dash_in_front_is_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One random id in 64 begins so, and Kafka's own tool would read it as an option of its own."""
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(bytes=b"\xf8" * 16))
    with EmbeddedKafka(data_dir=tmp_path) as broker:
        assert "cluster.id=-Pj4" in (broker.log.parent / LOGS / "meta.properties").read_text()


def test_a_broker_that_does_not_serve_in_time_is_ended(restartable: EmbeddedKafka) -> None:
    """No broker stays behind an error."""
    restartable.stop()
    with pytest.raises(BrokerFailed, match=r"within 0\.2 s"):
        EmbeddedKafka(data_dir=restartable.log.parent, start_timeout_seconds=0.2).start()
    assert restartable.pid is None
    restartable.start()


@pytest.mark.parametrize("parent", ["tied"], indirect=True)
def test_the_broker_ends_with_a_parent_that_is_killed(parent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """SIGKILL leaves the parent no chance to stop it."""
    pid = EmbeddedKafka(data_dir=tmp_path).pid
    assert pid is not None
    broker = psutil.Process(pid)
    parent.kill()
    broker.wait(timeout=30)
    assert EmbeddedKafka(data_dir=tmp_path).pid is None


@pytest.mark.parametrize("parent", ["detached"], indirect=True)
def test_a_detached_broker_outlives_its_parent_and_is_stopped_from_elsewhere(
    parent: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """The folder is all that another process needs to find and stop it."""
    parent.kill()
    parent.wait()
    here = EmbeddedKafka(data_dir=tmp_path)
    pid = here.pid
    assert pid is not None
    create(here.bootstrap, "still-there")
    here.stop()
    assert here.pid is None
    assert not psutil.pid_exists(pid)


def test_the_newest_messages_of_a_topic_can_be_looked_at(kafka: EmbeddedKafka, topic_name: Callable[..., str]) -> None:
    """From all partitions, oldest first, as often as one likes; a topic that is not there is said."""
    settings, topic = KafkaSettings(bootstrap_servers=kafka.bootstrap), topic_name("tail")
    client = admin(settings)
    client.create_topics({topic: {"num_partitions": 3, "replication_factor": 1}}, wait_for_metadata=True)
    client.close()
    assert newest(settings, topic, count=5) == []
    sender = producer(settings)
    for number in range(20):
        sender.send(topic, value=b"%d" % number, partition=number % 3, timestamp_ms=1_000 + number)
    sender.flush()
    sender.close()
    for _ in range(2):
        assert [record.value for record in newest(settings, topic, count=4)] == [b"16", b"17", b"18", b"19"]
    assert len(list(everything(settings, topic))) == 20
    with pytest.raises(Unavailable, match="there is no topic"):
        newest(settings, topic_name("missing"), count=1)
