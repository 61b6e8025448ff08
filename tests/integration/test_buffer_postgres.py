"""The training buffer on a real PostgreSQL: the suite every database passes, and what only a server must show."""

import threading
import traceback
import uuid
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import create_engine, insert
from sqlalchemy.exc import IntegrityError

from services.runtime.buffer import Batch, BufferWriter, TrainingBuffer, open_buffer, open_writer
from services.runtime.buffer.database import open_as_it_is, open_database
from services.runtime.buffer.tables import metadata, offsets
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


def test_a_server_that_is_no_primary_any_more_is_left_for_the_one_that_is(settings: BufferSettings) -> None:
    """Storing fails while nothing may be written, and goes on by a new connection as soon as one finds a primary."""
    url = settings.url.get_secret_value()
    name, engine = url.rsplit("/", 1)[1], create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        open_database(settings).close()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database = open_as_it_is(settings)
    writer = BufferWriter(database)
    for _ in range(2):
        with pytest.raises(Unavailable, match="read-only"):
            writer.store(Batch(scores=[score()]))
    with engine.connect() as connection:  # its session began before
        connection.exec_driver_sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert len(writer.store(Batch(scores=[score()])).scores) == 1
    engine.dispose()
    writer.close()


def test_a_right_that_is_missing_is_unavailable_until_it_is_given(settings: BufferSettings) -> None:
    """The collector waits for whoever mends it."""
    open_database(settings).close()
    url = settings.url.get_secret_value()
    name = f"writer_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    writer = open_writer(BufferSettings(url=SecretStr(url.replace("://winnow@", f"://{name}@"))))
    with pytest.raises(Unavailable, match="permission denied"):
        writer.store(Batch(scores=[score()]))
    with engine.connect() as connection:
        for kind in ("TABLES", "SEQUENCES"):
            connection.exec_driver_sql(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {name}")
    assert len(writer.store(Batch(scores=[score()])).scores) == 1
    engine.dispose()
    writer.close()


def test_a_row_that_is_refused_is_not_in_the_traceback(settings: BufferSettings) -> None:
    """PostgreSQL's detail would have it whole."""
    database = open_database(settings)
    row = {"topic": None, "partition": 0, "topic_id": "secret", "next_offset": 1}
    with pytest.raises(IntegrityError) as raised, database.writing() as connection:
        connection.execute(insert(offsets), [row])
    told = "".join(traceback.format_exception(raised.value))
    assert "not-null" in told
    assert "secret" not in told
    database.close()
