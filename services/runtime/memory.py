"""Memory that was freed, given back to the system."""

import ctypes


def give_back() -> bool:
    """Have the C library return what nobody uses any more; whether it returned anything.

    glibc keeps most of it for later (malloc_trim(3)); where there is no glibc this does nothing.
    """
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError, TypeError):
        return False
