"""The training buffer: scores and verdicts, joined by alert id, in SQLite or PostgreSQL.

`open_buffer` is what the trainer reads; `open_writer` is what the collector, or an import of history, writes;
`open_eraser` takes out what it holds of a person, a machine or an address. Only writers upgrade older tables.
"""

from services.runtime.buffer.ageing import Seen
from services.runtime.buffer.batches import Batch, Judged, Place, Position, ReadVerdict, Stored
from services.runtime.buffer.database import missing_file, open_as_it_is, open_database, tables_in
from services.runtime.buffer.erasing import Erased, Eraser, Found
from services.runtime.buffer.reading import BufferSummary, TrainingBuffer
from services.runtime.buffer.upgrading import Tables
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
    """Open the buffer for reading; tables are made where there are none.

    Where they are older than this build, whatever is asked raises Unavailable until a collector has upgraded them.

    Raises:
        SettingsInvalid: the URL is not one of a database that can be used, or its tables are of a newer build.
        Unavailable: the database does not answer.
    """
    return TrainingBuffer(open_as_it_is(settings))


def open_writer(settings: BufferSettings) -> BufferWriter:
    """Open the buffer for writing, its tables made or upgraded first; raises as `open_buffer` does."""
    return BufferWriter(open_database(settings))


def open_eraser(settings: BufferSettings) -> Eraser:
    """Open the buffer for erasing; otherwise as `open_buffer`."""
    return Eraser(open_as_it_is(settings))
