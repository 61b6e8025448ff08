"""The training buffer on a real PostgreSQL: the suite every database passes, and what only a server must show."""

import threading
import uuid
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import create_engine

from services.runtime.buffer import Batch, TrainingBuffer, open_buffer, open_writer
from services.runtime.buffer.database import open_database
from services.runtime.buffer.tables import metadata
from services.runtime.errors import Unavailable
from services.runtime.settings import BufferSettings
from tests.integration.postgres_server import postgres
from tests.messages import score
from tests.unit.runtime.buffer_contract import BufferContract


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One server for all tests of this file."""
    with postgres() as url:
        yield url


@pytest.fixture
def settings(server: str) -> BufferSettings:
    """An empty database."""
    name = f"buffer_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return BufferSettings(url=SecretStr(server.rsplit("/", 1)[0] + f"/{name}"))


class TestOnPostgres(BufferContract):
    """The suite."""


def test_the_migrations_make_the_tables_the_code_uses(settings: BufferSettings) -> None:
    """Alembic finds nothing that it would have to change."""
    open_database(settings).close()
    with create_engine(settings.url.get_secret_value()).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_two_processes_may_open_a_new_database_at_the_same_moment(settings: BufferSettings) -> None:
    """One makes the tables, the others wait for it."""
    opened: list[TrainingBuffer] = []
    threads = [threading.Thread(target=lambda: opened.append(open_buffer(settings))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(opened) == 4
    for buffer in opened:
        buffer.close()


def test_a_server_that_is_away_is_unavailable_and_its_password_stays_secret() -> None:
    """The cause is named, the URL is not."""
    away = BufferSettings(url=SecretStr("postgresql+psycopg://winnow:hunter2@127.0.0.1:1/postgres"))
    with pytest.raises(Unavailable) as raised:
        open_buffer(away)
    assert "hunter2" not in str(raised.value)


def test_connections_that_were_cut_are_made_again(settings: BufferSettings) -> None:
    """A restart of the server costs a retry, not the process."""
    writer = open_writer(settings)
    database = open_database(settings)
    with database.writing() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    database.close()
    assert len(writer.store(Batch(scores=[score()])).scores) == 1
    writer.close()
