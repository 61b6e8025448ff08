"""Structured logs on stderr: one JSON object a line, with the service's name. Alert text never goes into a log."""

import logging
import math
import sys
import time
from collections.abc import Callable

from pythonjsonlogger.json import JsonFormatter

from services.runtime.settings import LogSettings

_CLIENTS = ("kafka", "aiokafka", "faust", "mode")
_REPEAT_SECONDS = 60.0
_MOST_SAID = 256
_TEXT = "%(asctime)s %(levelname)-7s %(service)s %(name)s %(message)s"


class _Service(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def filter(self, record: logging.LogRecord) -> bool:
        record.service = self._service
        return True


class Repeats(logging.Filter):
    """Holds back what a client library says again, word for word, within a minute; what Winnow says always passes.

    A library that waits for its broker says so several times a second. The next line that passes has under `held_back`
    how many did not. `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, int, str], tuple[float, int]] = {}
        """When each was let pass last, and how often it was held back since."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it passes."""
        if record.name.partition(".")[0] not in _CLIENTS:
            return True
        key, now = (record.name, record.levelno, record.getMessage()), self._clock()
        at, held_back = self._said.pop(key, (-math.inf, 0))
        if now - at < _REPEAT_SECONDS:
            self._said[key] = (at, held_back + 1)
            return False
        self._forget()
        self._said[key] = (now, 0)
        if held_back:
            record.held_back = held_back
        return True

    def _forget(self) -> None:
        """Keep room for one more; messages with numbers in them never come again."""
        while len(self._said) >= _MOST_SAID:
            del self._said[next(iter(self._said))]


def set_up_logs(settings: LogSettings, *, service: str) -> None:
    """Send this process's logs to stderr, replacing whatever handlers were there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Repeats())
    handler.addFilter(_Service(service))
    handler.setFormatter(_json() if settings.format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    for noisy in (*_CLIENTS, "alembic", "fsspec", "urllib3", "uvicorn"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(settings.level)))


def _json() -> logging.Formatter:
    return JsonFormatter(
        "{asctime}{levelname}{service}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )
