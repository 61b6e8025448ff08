"""What a database's errors mean: whether the server is at fault, and a text without what was to be stored.

Alerts must not come into logs. SQLAlchemy's text of an error would carry the statement's values, PostgreSQL's the row
that it refused.
"""

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from services.runtime.errors import RuntimeFailure, SettingsInvalid, Unavailable

_OURS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
_READ_ONLY = "25006"
_GIVEN_AND_TAKEN = frozenset({"42501", "3D000", "3F000"})
"""PostgreSQL's codes for a missing right, database and schema: psycopg counts them among a program's own mistakes."""


def is_ours(error: DBAPIError) -> bool:
    """Whether it is a mistake of this program; trying again would only hide it."""
    return isinstance(error, _OURS) and _code(error.orig) not in _GIVEN_AND_TAKEN


def explained(error: DBAPIError) -> RuntimeFailure:
    """A file that is no database will not become one by waiting; whatever else goes wrong may pass."""
    cause = f"{type(error.orig).__name__}: {_first_line(error)}"
    if "not a database" in cause:
        return SettingsInvalid(f"buffer.url is not usable: {cause}")
    return Unavailable(f"the training buffer does not answer: {cause}")


def without_values(error: DBAPIError) -> DBAPIError:
    """The same error, raised at the same place, with the statement and the first line of what the driver said."""
    said = type(error.orig)(_first_line(error)) if error.orig is not None else Exception()
    told = type(error)(error.statement, None, said, hide_parameters=True)
    return told.with_traceback(error.__traceback__)


def connect_anew(context: ExceptionContext) -> None:
    """Give up connections to a server that lets nothing be written: it was the primary, and another is by now."""
    if _code(context.original_exception) == _READ_ONLY:
        context.is_disconnect = True


def _code(error: BaseException | None) -> str | None:
    return getattr(error, "sqlstate", None)


def _first_line(error: DBAPIError) -> str:
    return next(iter(str(error.orig).splitlines()), "")
