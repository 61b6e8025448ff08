"""A service as a process: what its exit code says, and what makes it stop."""

import signal
import sys
import threading
from collections.abc import Callable

from services.runtime.errors import SettingsInvalid, Unavailable


def exit_code(run: Callable[[], int | None]) -> int:
    """What `run` returns, nothing meaning 0; or 2 for unusable settings and 3 for something needed that is not there.

    The reason goes to stderr, for logs may not be set up yet.
    """
    try:
        return run() or 0
    except (SettingsInvalid, Unavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, SettingsInvalid) else 3


def stop_by_signal(stop: threading.Event | None = None) -> threading.Event:
    """An event, `stop` where one is given, that SIGTERM and SIGINT set; on any thread but the main one they do not."""
    event = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: event.set())
    return event
