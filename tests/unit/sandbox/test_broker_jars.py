"""Kafka's jars: pinned, verified, downloaded from whatever repository is configured."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

import pytest

from services.sandbox.broker.jars import Jar, MavenRepositories, read_pins, resolve_jars
from services.sandbox.errors import JarRejected, JarsUnavailable

CONTENT = b"not really a jar"
JAR = Jar(path=PurePosixPath("org/example/thing/1.0/thing-1.0.jar"), sha256=hashlib.sha256(CONTENT).hexdigest())


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without logging to stderr."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Drop the line."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], str]]:
    """A Maven repository on loopback; called with the jar's content it gives its URL."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "mirror"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def serve(content: bytes) -> str:
        put(folder, content)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    server.server_close()


def put(repository: Path, content: bytes) -> None:
    """Place the jar into a repository's folder."""
    file = repository / JAR.path
    file.parent.mkdir(parents=True)
    file.write_bytes(content)


def resolve(local: Path, *, remote: str = "http://127.0.0.1:9") -> tuple[Path, ...]:
    """Resolve the one jar; port 9 is where nobody listens."""
    repositories = MavenRepositories(local=local, remote={"central": remote})
    return resolve_jars([JAR], repositories=repositories, say=lambda _: None)


def test_a_jar_already_there_is_used_without_the_network(tmp_path: Path) -> None:
    """No remote repository needs to answer."""
    put(tmp_path, CONTENT)
    assert resolve(tmp_path) == (tmp_path / JAR.path,)


def test_a_jar_with_another_sha256_is_refused(tmp_path: Path) -> None:
    """The message names the file and both hashes."""
    put(tmp_path, b"tampered with")
    with pytest.raises(JarRejected, match=r"thing-1\.0\.jar") as refusal:
        resolve(tmp_path)
    assert JAR.sha256 in str(refusal.value)
    assert hashlib.sha256(b"tampered with").hexdigest() in str(refusal.value)


def test_a_missing_jar_comes_from_the_configured_repository(tmp_path: Path, mirror: Callable[[bytes], str]) -> None:
    """Once; only the jar itself is left in the local repository."""
    local = tmp_path / "local"
    assert resolve(local, remote=mirror(CONTENT)) == (local / JAR.path,)
    assert [file for file in local.rglob("*") if file.is_file()] == [local / JAR.path]
    resolve(local)


def test_what_a_mirror_serves_wrongly_never_enters_the_local_repository(
    tmp_path: Path, mirror: Callable[[bytes], str]
) -> None:
    """A later start is not poisoned by it."""
    local = tmp_path / "local"
    with pytest.raises(JarRejected):
        resolve(local, remote=mirror(b"something else"))
    assert not [file for file in local.rglob("*") if file.is_file()]


def test_without_a_network_the_error_says_what_is_needed_and_where_it_is_set(tmp_path: Path) -> None:
    """Size, cache folder, proxy, mirror."""
    with pytest.raises(JarsUnavailable) as failure:
        resolve(tmp_path / "local")
    for needed in ("44 MB", str(tmp_path / "local"), "M2_REPO", "HTTPS_PROXY", "jgo.conf", "central"):
        assert needed in str(failure.value)


def test_a_repository_that_lacks_the_jar_is_the_same_error(tmp_path: Path, mirror: Callable[[bytes], str]) -> None:
    """HTTP 404 is told like no network."""
    with pytest.raises(JarsUnavailable, match="not found"):
        resolve(tmp_path / "local", remote=mirror(CONTENT) + "/elsewhere")


def test_a_mirror_named_in_the_settings_replaces_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the error message promises."""
    settings = tmp_path / "jgo.conf"
    settings.write_text("[repositories]\ncentral = http://mirror.example/maven\n", encoding="utf-8")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "cache"))
    assert MavenRepositories.configured() == MavenRepositories(
        local=tmp_path / "cache", remote={"central": "http://mirror.example/maven"}
    )


def test_the_pins_name_kafka_and_a_hash_for_every_jar() -> None:
    """Each line is a Maven path and 64 hex digits; no jar twice."""
    pins = read_pins()
    assert PurePosixPath("org/apache/kafka/kafka_2.13/4.1.0/kafka_2.13-4.1.0.jar") in {pin.path for pin in pins}
    assert len({pin.path.name for pin in pins}) == len(pins)
    for pin in pins:
        *_, artifact, version, name = pin.path.parts
        assert name == f"{artifact}-{version}.jar"
        assert len(bytes.fromhex(pin.sha256)) == 32
