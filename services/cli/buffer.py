"""The training buffer as a command needs it: one that is there."""

from services.cli.output import MISSING, fail
from services.runtime.settings import BufferSettings


def require_buffer(settings: BufferSettings) -> None:
    """End with exit code 3 where the buffer does not exist: opening it would make an empty one."""
    from services.runtime.buffer import missing_file

    if (missing := missing_file(settings)) is not None:
        fail(f"there is no buffer at {missing}; name it with WINNOW_BUFFER__URL or WINNOW_CONFIG", code=MISSING)
