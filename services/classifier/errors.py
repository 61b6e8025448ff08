"""What can go wrong in the classifier alone.

ClassifierError
└── ModelUnusable    the bundle is what its manifest says, and still cannot judge: it does not load, or not as promised
"""

from pathlib import Path


class ClassifierError(Exception):
    """Any failure this package names."""


class ModelUnusable(ClassifierError):
    """A verified bundle does not load, or its graphs do not answer in the shapes the format promises."""


def told(error: BaseException) -> dict[str, str]:
    """An error for the log, without its message: that of a validation error quotes what it validated, the alert."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
    return {"error": type(error).__name__, "where": where}
