"""Files of TLS that settings name: what cannot be used is said with the setting's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.runtime.errors import SettingsInvalid


@contextmanager
def usable(section: str, **files: Path | None) -> Iterator[None]:
    """Says which setting of a section names a file that is not there, or names files of which nothing can be made.

    Raises:
        SettingsInvalid: one of the files is not there, or what is done with them fails.
    """
    given = {f"{section}.{name}": file for name, file in files.items() if file is not None}
    for name, file in given.items():
        try:
            file.open("rb").close()
        except OSError as error:
            raise SettingsInvalid(f"{name} cannot be used: {file}: {error.strerror}") from error
    try:
        yield
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; a password may be too long
        named = " and ".join(f"{name} ({file})" for name, file in given.items())
        raise SettingsInvalid(f"{named} cannot be used: {type(error).__name__}: {error}") from error
