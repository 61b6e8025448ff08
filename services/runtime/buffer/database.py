"""The database behind the buffer: opened from the settings, brought to the newest tables, used in transactions.

SQLite keeps one file with a write-ahead log, so the trainer reads while the collector writes. PostgreSQL is used
through psycopg. On either, one transaction writes at a time, whichever process it is in: a score and its verdict,
stored at the same moment by two collectors, must not miss each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import StaticPool

from services.runtime.errors import RuntimeFailure, SettingsInvalid, Unavailable
from services.runtime.settings import BufferSettings

BUSY_SECONDS = 10.0
"""How long a SQLite writer waits for another before it gives up and is tried again."""
_WRITER_LOCK = 0x77696E6E  # "winn": the advisory lock of PostgreSQL that all writers take


class Tables(StrEnum):
    """Whether a database holds the buffer's tables, and of this build's version."""

    NONE = "none"
    NEWEST = "newest"
    OTHER = "other"


class Database:
    """Connections to one buffer, its tables at the newest version. Safe to share between threads."""

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
        except (OperationalError, InterfaceError) as error:
            raise _explained(error) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(settings: BufferSettings) -> Database:
    """Open the buffer, making or upgrading its tables.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used.
        Unavailable: the database does not answer.
    """
    engine = _engine(settings)
    database = Database(engine)
    _set_up(engine)
    try:
        with database.writing() as connection:
            command.upgrade(_alembic(connection), "head")
    except DatabaseError as error:
        raise _explained(error) from error
    return database


def _explained(error: DBAPIError) -> RuntimeFailure:
    """A file that is no database will not become one by waiting; whatever else goes wrong may pass."""
    cause = _cause(error)
    if "not a database" in cause:
        return SettingsInvalid(f"buffer.url is not usable: {cause}")
    return Unavailable(f"the training buffer does not answer: {cause}")


def _engine(settings: BufferSettings) -> Engine:
    try:
        url = make_url(settings.url.get_secret_value())
        return create_engine(url, **_options(url))
    except (ArgumentError, ModuleNotFoundError) as error:
        raise SettingsInvalid(f"buffer.url is not usable: {type(error).__name__}") from error


def tables_in(settings: BufferSettings) -> Tables:
    """What a buffer holds; nothing is made or upgraded, as `open_database` does.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used.
        Unavailable: the database does not answer.
    """
    engine = _engine(settings)
    newest = ScriptDirectory.from_config(_alembic(None)).get_current_head()
    try:
        with engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise _explained(error) from error
    finally:
        engine.dispose()
    if present is None:
        return Tables.NONE
    return Tables.NEWEST if present == newest else Tables.OTHER


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


def _set_up(engine: Engine) -> None:
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite if sqlite else _begin_postgresql)


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


def _alembic(connection: Connection | None) -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _cause(error: DBAPIError) -> str:
    """The driver's own first line: SQLAlchemy's text would carry the statement's values, and so alerts, into logs."""
    return f"{type(error.orig).__name__}: {str(error.orig).splitlines()[0] if str(error.orig) else ''}"
