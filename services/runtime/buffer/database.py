"""The database behind the buffer: opened from the settings, its tables brought to the newest version by whoever may.

SQLite keeps one file with a write-ahead log, so the trainer reads while the collector writes. PostgreSQL is used
through psycopg. On either, one transaction writes at a time, whichever process it is in: a score and its verdict,
stored at the same moment by two collectors, must not miss each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError
from sqlalchemy.pool import StaticPool

from services.runtime.buffer.failures import connect_anew, explained, is_ours, without_values
from services.runtime.buffer.upgrading import Tables, known_tables, require_newest, tables_of, upgrade
from services.runtime.errors import SettingsInvalid
from services.runtime.settings import BufferSettings

BUSY_SECONDS = 10.0
"""How long a SQLite writer waits for another before it gives up and is tried again."""
_WRITER_LOCK = 0x77696E6E  # "winn": the advisory lock of PostgreSQL that all writers take


class Database:
    """Connections to one buffer. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one unchanging state of the buffer.

        Raises:
            Unavailable: the database does not answer.
        """
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one writing transaction there is at a time; committed at the end, or rolled back whole.

        Raises:
            Unavailable: the database does not answer, or is locked for longer than it should be.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(winnow_writes=writes) as connection, connection.begin():
                yield connection
        except DBAPIError as error:
            if is_ours(error):
                raise without_values(error) from None
            raise explained(error) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class DatabaseAsItIs(Database):
    """The same for whoever does not upgrade: while the tables are older every transaction raises Unavailable.

    A collector that upgrades them meanwhile is noticed.
    """

    def __init__(self, engine: Engine, *, is_newest: bool) -> None:
        super().__init__(engine)
        self._is_newest = is_newest

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        with super()._transaction(writes=writes) as connection:
            if not self._is_newest:
                require_newest(connection)
                self._is_newest = True
            yield connection


def open_database(settings: BufferSettings) -> Database:
    """Open the buffer, making or upgrading its tables.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used, or its tables are of a newer build.
        Unavailable: the database does not answer.
    """
    database = Database(_set_up(settings))
    _upgrade(database)
    return database


def open_as_it_is(settings: BufferSettings) -> Database:
    """Open the buffer without upgrading it; tables are made where there are none.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used, or its tables are of a newer build.
        Unavailable: the database does not answer.
    """
    engine = _set_up(settings)
    with Database(engine).reading() as connection:
        present = known_tables(connection)
    if present is Tables.NONE:
        _upgrade(Database(engine))
    return DatabaseAsItIs(engine, is_newest=present is not Tables.OTHER)  # where there were none, they are just made


def _upgrade(database: Database) -> None:
    try:
        with database.writing() as connection:
            upgrade(connection)
    except DatabaseError as error:  # tables of others, say, that have the same names
        raise explained(error) from error


def _engine(settings: BufferSettings) -> Engine:
    try:
        url = make_url(settings.url.get_secret_value())
        return create_engine(url, hide_parameters=True, **_options(url))
    except (ArgumentError, ModuleNotFoundError) as error:
        raise SettingsInvalid(f"buffer.url is not usable: {type(error).__name__}") from error


def tables_in(settings: BufferSettings) -> Tables:
    """What a buffer holds; nothing is made or upgraded.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used.
        Unavailable: the database does not answer.
    """
    engine = _engine(settings)
    try:
        with engine.connect() as connection:
            return tables_of(connection)
    except DBAPIError as error:
        raise explained(error) from error
    finally:
        engine.dispose()


def missing_file(settings: BufferSettings) -> Path | None:
    """The SQLite file of the settings where it does not exist; opening the buffer would make an empty one."""
    try:
        url = make_url(settings.url.get_secret_value())
    except ArgumentError:  # opening it says what is wrong
        return None
    file = Path(url.database or "")
    return None if url.get_backend_name() != "sqlite" or _is_in_memory(url) or file.exists() else file


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "postgresql":
        # UTC, because a time at the edge of the calendar cannot be read in another zone.
        return {"pool_pre_ping": True, "connect_args": {"options": "-c timezone=utc", "connect_timeout": 10}}
    if url.get_backend_name() != "sqlite":
        raise ArgumentError("only sqlite and postgresql are known")
    if _is_in_memory(url):
        return {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    return {}


def _is_in_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _set_up(settings: BufferSettings) -> Engine:
    engine = _engine(settings)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "handle_error", connect_anew)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's, behind SQLAlchemy's adapter
    connection.isolation_level = None  # the driver must not begin transactions by itself: `_begin_sqlite` does
    for pragma in (
        f"busy_timeout = {int(BUSY_SECONDS * 1000)}",
        "journal_mode = WAL",
        "synchronous = NORMAL",  # after a power cut the last commits are gone, offsets with rows: read again
        "foreign_keys = ON",
        "secure_delete = ON",  # what is forgotten is overwritten, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("winnow_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("winnow_writes", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
