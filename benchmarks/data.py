"""Real alerts, from the folder that WINNOW_DATA names, or the one beside the project where it names none."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("WINNOW_DATA", "../shared/data"))


def records(name: str) -> Iterator[dict[str, Any]]:
    """The lines of one of its files, compressed or not, in order.

    Raises:
        OSError: it is not there.
    """
    file = FOLDER / name
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        yield from map(json.loads, lines)
