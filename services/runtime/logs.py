"""Structured logs on stderr: one JSON object a line, with the service's name. Alert text never goes into a log."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from services.runtime.settings import LogSettings

_TEXT = "%(asctime)s %(levelname)-7s %(service)s %(name)s %(message)s"


class _Service(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def filter(self, record: logging.LogRecord) -> bool:
        record.service = self._service
        return True


def set_up_logs(settings: LogSettings, *, service: str) -> None:
    """Send this process's logs to stderr, replacing whatever handlers were there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Service(service))
    handler.setFormatter(_json() if settings.format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    for noisy in ("kafka", "aiokafka", "faust", "mode", "alembic", "fsspec", "urllib3", "uvicorn"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(settings.level)))


def _json() -> logging.Formatter:
    return JsonFormatter(
        "{asctime}{levelname}{service}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )
