"""The version of a buffer's tables: which one they are of, and bringing them to this build's newest."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from services.runtime.errors import SettingsInvalid, Unavailable


class Tables(StrEnum):
    """Whether a database holds the buffer's tables, and of this build's version."""

    NONE = "none"
    NEWEST = "newest"
    OTHER = "other"


def tables_of(connection: Connection) -> Tables:
    """What the database of a connection holds."""
    return _told(_present(connection), _script())


def known_tables(connection: Connection) -> Tables:
    """The same of a database whose tables, if there are any, this build knows.

    Raises:
        SettingsInvalid: they are of a version that it does not know.
    """
    present, script = _present(connection), _script()
    if present is not None and present not in {known.revision for known in script.walk_revisions()}:
        raise SettingsInvalid(
            f"the buffer's tables are of a newer Winnow (version {present}; this build's newest is "
            f"{script.get_current_head()}): start the newer build again, or name another buffer as buffer.url"
        )
    return _told(present, script)


def upgrade(connection: Connection) -> None:
    """Make the tables, or bring them to the newest version, within the connection's transaction.

    Raises:
        SettingsInvalid: they are of a version that this build does not know.
    """
    if known_tables(connection) is not Tables.NEWEST:
        command.upgrade(alembic_config(connection), "head")


def require_newest(connection: Connection) -> None:
    """See that the tables are of this build's newest version.

    Raises:
        SettingsInvalid: they are of a version that this build does not know.
        Unavailable: they are older, until a collector upgrades them.
    """
    if known_tables(connection) is not Tables.NEWEST:
        raise Unavailable(
            "the buffer's tables are of an older Winnow; start the collector of this build once: it upgrades them"
        )


def alembic_config(connection: Connection | None) -> Config:
    """Alembic's configuration: where the versions lie, and the connection they are to run on."""
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _told(present: str | None, script: ScriptDirectory) -> Tables:
    if present is None:
        return Tables.NONE
    return Tables.NEWEST if present == script.get_current_head() else Tables.OTHER


def _present(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(None))
