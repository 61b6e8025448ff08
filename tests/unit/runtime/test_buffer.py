"""The training buffer on SQLite: the suite every database passes, and what only SQLite must show."""

import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import errors as psycopg
from pydantic import SecretStr
from sqlalchemy import create_engine, event, exc, insert, inspect

from services.core.subject import Subject, SubjectKind
from services.runtime.buffer import Batch, missing_file, open_buffer, open_eraser, open_writer
from services.runtime.buffer.database import open_database
from services.runtime.buffer.failures import connect_anew
from services.runtime.buffer.tables import metadata, offsets, scores
from services.runtime.buffer.upgrading import alembic_config
from services.runtime.errors import SettingsInvalid, Unavailable
from services.runtime.settings import BufferSettings
from tests.messages import at, score
from tests.unit.runtime.buffer_contract import BufferContract, feedback, of_user


def settings_of(folder: Path) -> BufferSettings:
    """A buffer in a file of that folder."""
    return BufferSettings(url=SecretStr(f"sqlite:///{folder}/buffer.db"))


class TestOnSqlite(BufferContract):
    """The suite, on a file."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> BufferSettings:
        """A file that does not exist yet."""
        return settings_of(tmp_path)


def test_the_migrations_make_the_tables_the_code_uses(tmp_path: Path) -> None:
    """Alembic finds nothing that it would have to change."""
    open_database(settings_of(tmp_path)).close()
    with create_engine(f"sqlite:///{tmp_path}/buffer.db").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def of_version(folder: Path, version: str) -> BufferSettings:
    """A buffer with a score, as an older build left it."""
    writer = open_writer(settings_of(folder))
    writer.store(Batch(scores=[score()]))
    writer.close()
    database = open_database(settings_of(folder))
    with database.writing() as connection:
        command.downgrade(alembic_config(connection), version)
    database.close()
    return settings_of(folder)


def test_an_older_buffer_is_upgraded_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    """One of the first version, with a score, opened by this one's collector."""
    settings = of_version(tmp_path, "0001")
    with create_engine(f"sqlite:///{tmp_path}/buffer.db").connect() as connection:
        assert not inspect(connection).has_table("forgettings")
    open_writer(settings).close()
    buffer = open_buffer(settings)
    assert buffer.summary().scores == 1
    buffer.close()
    with create_engine(f"sqlite:///{tmp_path}/buffer.db").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_whoever_only_reads_or_erases_leaves_an_older_buffer_and_says_who_upgrades_it(tmp_path: Path) -> None:
    """A trainer that started before the collector goes on once it has."""
    settings = of_version(tmp_path, "0003")
    before = (tmp_path / "buffer.db").read_bytes()
    buffer, eraser = open_buffer(settings), open_eraser(settings)
    for asked in (buffer.summary, lambda: eraser.find(Subject(SubjectKind.USER, "jdoe"))):
        with pytest.raises(Unavailable, match="start the collector"):
            asked()
    assert (tmp_path / "buffer.db").read_bytes() == before
    open_writer(settings).close()
    assert buffer.summary().scores == 1
    assert not eraser.find(Subject(SubjectKind.USER, "jdoe")).about
    buffer.close()
    eraser.close()


def test_a_trainer_may_be_the_first_to_open_a_buffer(tmp_path: Path) -> None:
    """Where there are no tables none can be older: it makes them, and has nothing to learn from yet."""
    buffer = open_buffer(settings_of(tmp_path))
    assert buffer.human_verdicts() == 0
    buffer.close()


@pytest.mark.parametrize("open_", [open_writer, open_buffer, open_eraser])
def test_a_buffer_of_a_newer_build_is_a_matter_of_settings(
    tmp_path: Path, open_: Callable[[BufferSettings], object]
) -> None:
    """Whoever went back to an older build is told so, not what Alembic cannot find."""
    open_writer(settings_of(tmp_path)).close()
    with create_engine(f"sqlite:///{tmp_path}/buffer.db").begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsInvalid, match=r"newer Winnow \(version 9999; .*start the newer build"):
        open_(settings_of(tmp_path))


def test_what_is_erased_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    """Nor in its log: SQLite would leave it in free pages."""
    writer, eraser = open_writer(settings_of(tmp_path)), open_eraser(settings_of(tmp_path))
    writer.store(Batch(alerts=[of_user(f"{number}", "jdoe-the-first") for number in range(300)]))
    subject = Subject(SubjectKind.USER, "jdoe-the-first")
    eraser.erase(subject, eraser.find(subject).about, now=at(0))
    writer.close()
    eraser.close()
    assert not any(b"jdoe-the-first" in file.read_bytes() for file in tmp_path.iterdir())


def test_reading_goes_on_while_another_writes(tmp_path: Path) -> None:
    """The trainer sees the last state that was committed, and does not wait."""
    writer, reader = open_database(settings_of(tmp_path)), open_buffer(settings_of(tmp_path))
    with writer.writing() as connection:
        connection.exec_driver_sql("INSERT INTO offsets VALUES ('t', 0, '', 1)")
        assert reader.summary().scores == 0
    writer.close()
    reader.close()


def test_a_locked_database_is_unavailable_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is told, and may try again."""
    monkeypatch.setattr("services.runtime.buffer.database.BUSY_SECONDS", 0.05)
    other, writer = open_database(settings_of(tmp_path)), open_writer(settings_of(tmp_path))
    batch = Batch(scores=[score()], verdicts=feedback().verdicts)
    with other.writing(), pytest.raises(Unavailable, match="locked"):
        writer.store(batch)
    assert len(writer.store(batch).scores) == 1
    other.close()
    writer.close()


def test_a_database_in_memory_serves_one_process() -> None:
    """For trying things out."""
    database = open_database(BufferSettings(url=SecretStr("sqlite://")))
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO offsets VALUES ('t', 0, '', 1)")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM offsets").scalar_one() == 1
    database.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "mssql+pyodbc://localhost/x", ""])
def test_an_unusable_url_is_a_matter_of_settings(url: str) -> None:
    """A person must mend it; the message does not repeat the url, which may hold a password."""
    with pytest.raises(SettingsInvalid) as raised:
        open_database(BufferSettings(url=SecretStr(url)))
    assert "localhost" not in str(raised.value)


@pytest.mark.parametrize("options", ["", "?timeout=5", "?nolock=1&cache=private"])
def test_a_buffer_that_is_not_there_yet_is_named_by_its_file(tmp_path: Path, options: str) -> None:
    """Whatever options the URL has; once it is there, nothing is missing."""
    settings = BufferSettings(url=SecretStr(f"sqlite:///{tmp_path}/buffer.db{options}"))
    assert missing_file(settings) == tmp_path / "buffer.db"
    (tmp_path / "buffer.db").touch()
    assert missing_file(settings) is None


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://localhost/x", "nonsense"])
def test_what_is_no_file_is_not_missing(url: str) -> None:
    """A server says itself whether it is there, and opening says what is wrong with an URL."""
    assert missing_file(BufferSettings(url=SecretStr(url))) is None


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    """The message says what the database said."""
    with pytest.raises(Unavailable, match="unable to open"):
        open_database(settings_of(tmp_path / "missing"))


def test_an_error_does_not_carry_alerts_into_logs(tmp_path: Path) -> None:
    """SQLAlchemy's own message would name every value of the statement."""
    database = open_database(settings_of(tmp_path))
    with pytest.raises(Unavailable) as raised, database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere WHERE x = ?", ("secret of an alert",))
    assert "secret" not in str(raised.value)
    database.close()


@pytest.mark.parametrize(
    "error",
    [
        exc.InternalError("", None, psycopg.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction")),
        exc.ProgrammingError("", None, psycopg.InsufficientPrivilege("permission denied for table scores")),
        exc.OperationalError("", None, psycopg.AdminShutdown("terminating connection")),
        exc.DatabaseError("", None, psycopg.SnapshotTooOld("snapshot too old")),
    ],
)
def test_what_a_server_refuses_may_pass(tmp_path: Path, error: exc.DBAPIError) -> None:
    """It is a standby after a failover, or somebody mends rights: the collector tries again."""
    database = open_database(settings_of(tmp_path))
    with pytest.raises(Unavailable, match=type(error.orig).__name__), database.writing():
        raise error
    database.close()


def test_a_server_that_is_no_primary_any_more_is_left(tmp_path: Path) -> None:
    """Its connections would go on refusing what another server, at the same address by now, takes."""
    engine, connected = create_engine(f"sqlite:///{tmp_path}/buffer.db"), list[object]()

    class ReadOnly(sqlite3.OperationalError):
        sqlstate = psycopg.ReadOnlySqlTransaction.sqlstate

    def refuse(*_: object) -> None:
        raise ReadOnly

    event.listen(engine, "connect", lambda *made: connected.append(made))
    event.listen(engine, "handle_error", connect_anew)
    event.listen(engine, "do_execute", refuse)
    for number in (1, 2):
        with pytest.raises(exc.OperationalError), engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        assert len(connected) == number


@pytest.mark.parametrize(
    "error",
    [
        exc.IntegrityError("INSERT", ("secret",), psycopg.NotNullViolation("null value\nDETAIL: Failing row (secret)")),
        exc.DataError("INSERT", ("secret",), psycopg.NumericValueOutOfRange("integer out of range")),
        exc.ProgrammingError("INSERT", ("secret",), psycopg.UndefinedColumn("no such column")),
    ],
)
def test_a_mistake_of_ours_stays_one_and_says_nothing_of_alerts(tmp_path: Path, error: exc.DBAPIError) -> None:
    """Trying again would hide it; the traceback names the statement and the cause, and no row."""
    database = open_database(settings_of(tmp_path))
    with pytest.raises(type(error)) as raised, database.writing():
        raise error
    told = "".join(traceback.format_exception(raised.value))
    assert "secret" not in told
    assert f"{type(error.orig).__name__}) {str(error.orig).splitlines()[0]}" in told
    assert "INSERT" in told
    database.close()


def test_values_stay_out_of_a_traceback_whatever_is_wrong_with_them(tmp_path: Path) -> None:
    """The database refuses a row, or SQLAlchemy a value before that."""
    database = open_database(settings_of(tmp_path))
    row = {"topic": None, "partition": 0, "topic_id": "secret", "next_offset": 1}
    for table, values in ((offsets, row), (scores, {"alert": "secret", "scored_at": "no time"})):
        with pytest.raises(exc.StatementError) as raised, database.writing() as connection:
            connection.execute(insert(table), [values])
        assert "secret" not in "".join(traceback.format_exception(raised.value))
    database.close()
