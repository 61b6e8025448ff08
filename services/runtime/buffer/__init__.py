"""The training buffer: scores and verdicts, joined by alert id, in SQLite or PostgreSQL.

`open_buffer` is what the trainer reads; `open_writer` is what the collector, or an import of history, writes;
`open_eraser` takes out what it holds of a person, a machine or an address.
"""

from services.runtime.buffer.ageing import Seen
from services.runtime.buffer.batches import Batch, Judged, Place, Position, ReadVerdict, Stored
from services.runtime.buffer.database import Tables, missing_file, open_database, tables_in
from services.runtime.buffer.erasing import Erased, Eraser, Found
from services.runtime.buffer.reading import BufferSummary, TrainingBuffer
from services.runtime.buffer.writing import BufferWriter
from services.runtime.settings import BufferSettings

__all__ = [
    "Batch",
    "BufferSummary",
    "BufferWriter",
    "Erased",
    "Eraser",
    "Found",
    "Judged",
    "Place",
    "Position",
    "ReadVerdict",
    "Seen",
    "Stored",
    "Tables",
    "TrainingBuffer",
    "missing_file",
    "open_buffer",
    "open_eraser",
    "open_writer",
    "tables_in",
]


def open_buffer(settings: BufferSettings) -> TrainingBuffer:
    """Open the buffer for reading, its tables made or upgraded first.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used.
        Unavailable: the database does not answer.
    """
    return TrainingBuffer(open_database(settings))


def open_writer(settings: BufferSettings) -> BufferWriter:
    """Open the buffer for writing; otherwise as `open_buffer`."""
    return BufferWriter(open_database(settings))


def open_eraser(settings: BufferSettings) -> Eraser:
    """Open the buffer for erasing; otherwise as `open_buffer`."""
    return Eraser(open_database(settings))
