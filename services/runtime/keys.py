"""Secret keys of the settings: text that a setting holds, or a file that it names."""

from pathlib import Path

from pydantic import SecretStr

from services.runtime.errors import SettingsInvalid

LEAST_BYTES = 16
"""A shorter one could be guessed."""


def key_of(text: SecretStr, file: Path | None, *, setting: str) -> bytes:
    """The key: the file's where one is named, else the setting's; empty where there is neither.

    Raises:
        SettingsInvalid: the file cannot be read, or the key is too short to keep anybody from guessing.
    """
    key = text.get_secret_value().encode() if file is None else key_in(file, setting=setting)
    if (key or file is not None) and len(key) < LEAST_BYTES:
        raise SettingsInvalid(
            f"{setting} has {len(key)} bytes, at least {LEAST_BYTES} are needed; `openssl rand -hex 32` makes one"
        )
    return key


def key_in(file: Path, *, setting: str) -> bytes:
    """The key that a file holds.

    Raises:
        SettingsInvalid: it cannot be read.
    """
    try:
        return file.read_bytes().strip()
    except OSError as error:
        raise SettingsInvalid(f"{setting} cannot be read from its file: {error}") from error
