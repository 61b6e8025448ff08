"""A real PostgreSQL of the test's own: Debian's server on a free loopback port, its data in a temporary folder."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.debian import needed

_VERSION = "/usr/lib/postgresql/*/bin"


@contextmanager
def postgres() -> Iterator[str]:
    """A running server; gives the URL of a database on it, for SQLAlchemy with psycopg."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="winnow-postgres-"))
    port = free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")  # initdb refuses to work as root
        _run([binaries / "initdb", "-D", folder / "data", "-U", "winnow", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
        _run([binaries / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://winnow@127.0.0.1:{port}/postgres"
        finally:
            _run([binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder)


def _binaries() -> Path:
    found = sorted(Path("/").glob(f"{_VERSION}/initdb".lstrip("/")), key=lambda path: int(path.parts[-3]))
    if not found:
        needed("postgresql", what=f"no PostgreSQL server under {_VERSION}")
    return found[-1].parent


def _run(command: Sequence[object]) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    if done.returncode:
        pytest.fail(f"{words[0]} failed: {done.stdout}{done.stderr}")


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
