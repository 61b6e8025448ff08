"""The reader of alerts and verdicts that the settings ask for: built-in formats, a site's own, its verdict values."""

from pathlib import Path

from services.runtime.errors import SettingsInvalid
from services.runtime.settings import SiemSettings
from services.siem.own.file import OwnFormatsError, own_formats
from services.siem.reading import FORMATS, Reader
from services.siem.shape import Format


def reader_of(settings: SiemSettings) -> Reader:
    """The reader.

    Raises:
        SettingsInvalid: the file of own formats is not there, or not usable.
    """
    own = _own_formats(settings.formats_file) if settings.formats_file else ()
    return Reader((*FORMATS, *own), verdicts=settings.verdicts)


def _own_formats(file: Path) -> tuple[Format, ...]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"siem.formats_file: {file} cannot be read: {error}") from error
    try:
        return own_formats(text, file=str(file), taken={each.name for each in FORMATS})
    except OwnFormatsError as error:
        raise SettingsInvalid(f"siem.formats_file is not usable:\n{error}") from error
