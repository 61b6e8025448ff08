"""Exports of closed alerts, read from files of any size into the training buffer.

`files` opens a file and says what it is, `arrays`, `tables` and `groups` take its items out, `reading` makes alerts and
verdicts of them, `importing` stores those.
"""

from services.runtime.history.files import HistoryFile
from services.runtime.history.importing import Tally, import_history
from services.runtime.history.items import Item

__all__ = ["HistoryFile", "Item", "Tally", "import_history"]
