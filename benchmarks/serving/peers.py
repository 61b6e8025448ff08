"""Who is measured: Winnow's classifier, MLServer, what a tutorial shows, and Faust with nothing to do."""

import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.rig import Bench
from benchmarks.serving.peer import Message, Peer, Topics
from benchmarks.serving.tutorial import write_model
from schemas import AlertV1, ScoreStatus, ScoreV1
from services.core.text import render_alert

MLSERVER = Path(os.environ.get("WINNOW_MLSERVER", ".venv-mlserver")).absolute()
"""MLServer's environment, which `make bench-serving` makes, so that neither its versions nor ours bind the other's."""
_BATCH, _BATCH_SECONDS = 32, 0.02


def winnow(bench: Bench, *, cache_bytes: int) -> Peer:
    """The classifier."""

    def environment(topics: Topics) -> Mapping[str, str]:
        return {
            "WINNOW_CONFIG": str(bench.config),
            "WINNOW_LOG__LEVEL": "WARNING",
            "WINNOW_TOPICS__ALERTS": topics[0],
            "WINNOW_TOPICS__SCORES": topics[1],
            "WINNOW_CLASSIFIER__GROUP": f"group-of-{topics[0]}",
            "WINNOW_CLASSIFIER__CACHE_BYTES": str(cache_bytes),
            "WINNOW_CLASSIFIER__PATIENCE_SECONDS": "0",
        }

    command = (sys.executable, "-m", "services.classifier")
    return Peer(
        name="winnow",
        kafka=bench.kafka,
        folder=bench.folder / "winnow",
        command=lambda _: command,
        environment=environment,
        is_answer=lambda value: ScoreV1.from_bytes(value).status is ScoreStatus.SCORED,
    )


def passing(bench: Bench, *, answer_bytes: int) -> Peer:
    """Faust with nothing to do, its answers as large as Winnow's."""
    return _ours(bench, "passing", str(answer_bytes))


def tutorial(bench: Bench) -> Peer:
    """A Faust agent around a pipeline of `transformers`."""
    folder = bench.folder / "tutorial-model"
    write_model(folder)
    return _ours(bench, "tutorial", str(folder))


def _ours(bench: Bench, name: str, argument: str) -> Peer:
    command = (sys.executable, "-m", f"benchmarks.serving.{name}", bench.kafka.bootstrap_servers)
    return Peer(
        name=name,
        kafka=bench.kafka,
        folder=bench.folder / name,
        command=lambda topics: (*command, *topics, argument),
        environment=lambda _: {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def mlserver(bench: Bench, bundle: Path) -> Peer:
    """MLServer with adaptive batching over the bundle's graphs, with as many threads as it likes.

    They run in the process that reads Kafka: with a process of its own for them, its default, it ended at its start.
    """
    folder = bench.folder / "mlserver"
    folder.mkdir()
    model = {
        "name": "alerts",
        "implementation": "mlserver_model.AlertModel",
        "max_batch_size": _BATCH,
        "max_batch_time": _BATCH_SECONDS,
        "parameters": {"uri": str(bundle)},
    }
    (folder / "model-settings.json").write_text(json.dumps(model), encoding="utf-8")
    return Peer(
        name="mlserver",
        kafka=bench.kafka,
        folder=folder,
        command=lambda _: (str(MLSERVER / "bin" / "mlserver"), "start", "."),
        environment=lambda topics: _mlserver_settings(bench, topics),
    )


def _mlserver_settings(bench: Bench, topics: Topics) -> Mapping[str, str]:
    http, grpc, metrics = _free_ports(3)
    settings = {
        "HOST": "127.0.0.1",
        "HTTP_PORT": http,
        "GRPC_PORT": grpc,
        "METRICS_PORT": metrics,
        "PARALLEL_WORKERS": 0,
        "KAFKA_ENABLED": "true",
        "KAFKA_SERVERS": bench.kafka.bootstrap_servers,
        "KAFKA_TOPIC_INPUT": topics[0],
        "KAFKA_TOPIC_OUTPUT": topics[1],
    }
    own = {f"MLSERVER_{name}": str(value) for name, value in settings.items()}
    return own | {"PYTHONPATH": str(Path(__file__).parent)}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def as_alerts(alerts: Sequence[tuple[AlertV1, str, bytes]]) -> list[Message]:
    """For Winnow: as the SIEM wrote them."""
    return [
        Message(key=alert.alert_id.encode(), value=value, headers=(("format", name.encode()),))
        for alert, name, value in alerts
    ]


def as_texts(alerts: Sequence[tuple[AlertV1, str, bytes]]) -> list[Message]:
    """For the tutorial's agent: rendered already."""
    return [Message(key=alert.alert_id.encode(), value=render_alert(alert).encode()) for alert, _, _ in alerts]


def as_requests(alerts: Sequence[tuple[AlertV1, str, bytes]]) -> list[Message]:
    """For MLServer: rendered already, in its protocol (Open Inference Protocol, version 2)."""
    return [
        Message(
            key=alert.alert_id.encode(),
            value=json.dumps({"inputs": [_input(render_alert(alert))]}).encode(),
            headers=(("mlserver-model", b"alerts"),),
        )
        for alert, _, _ in alerts
    ]


def _input(text: str) -> dict[str, object]:
    return {"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}
