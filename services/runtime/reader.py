"""The reader of alerts and verdicts that the settings ask for: formats, a site's verdict values, pseudonyms."""

from pathlib import Path

from services.runtime.errors import SettingsInvalid
from services.runtime.keys import key_in, key_of
from services.runtime.settings import SiemSettings
from services.siem.own.file import OwnFormatsError, own_formats
from services.siem.pseudonyms import Pseudonyms
from services.siem.reading import FORMATS, Reader
from services.siem.shape import Format

_KEY = "siem.pseudonym_key"


def reader_of(settings: SiemSettings) -> Reader:
    """The reader.

    Raises:
        SettingsInvalid: the file of own formats, or the key of the pseudonyms, is not there or not usable.
    """
    own = _own_formats(settings.formats_file) if settings.formats_file else ()
    return Reader((*FORMATS, *own), verdicts=settings.verdicts, pseudonyms=pseudonyms_of(settings))


def pseudonyms_of(settings: SiemSettings) -> Pseudonyms | None:
    """The pseudonyms, or None where nobody gets one.

    Raises:
        SettingsInvalid: there is no key, or it is too short to keep anybody from guessing.
    """
    if not settings.pseudonyms:
        return None
    key = key_of(settings.pseudonym_key, settings.pseudonym_key_file, setting=_KEY)
    if not key:
        raise SettingsInvalid(f"siem.pseudonyms needs a key in {_KEY} or {_KEY}_file; `openssl rand -hex 32` makes one")
    return Pseudonyms(key, settings.pseudonyms)


def pseudonym_key_in(file: Path) -> bytes:
    """The key of pseudonyms that a file holds.

    Raises:
        SettingsInvalid: it cannot be read.
    """
    return key_in(file, setting=_KEY)


def _own_formats(file: Path) -> tuple[Format, ...]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"siem.formats_file: {file} cannot be read: {error}") from error
    try:
        return own_formats(text, file=str(file), taken={each.name for each in FORMATS})
    except OwnFormatsError as error:
        raise SettingsInvalid(f"siem.formats_file is not usable:\n{error}") from error
