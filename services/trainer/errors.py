"""What can go wrong in a training run; each ends the run, never the service.

TrainingFailure
├── BaseModelUnusable   the pretrained model is not there, or is not the one that was pinned
├── ExportFailed        the exported graphs do not answer as torch does
├── RunFailed           the run's process ended without a result: crashed, killed, out of memory or time
└── Superseded          another model went into service while the candidate was trained
"""


class TrainingFailure(Exception):
    """Any failure this package names."""


class BaseModelUnusable(TrainingFailure):
    """The pretrained model is not there, or is not the one that was pinned."""


class ExportFailed(TrainingFailure):
    """The exported graphs do not answer as torch does."""


class RunFailed(TrainingFailure):
    """The run's process ended without a result."""


class Superseded(TrainingFailure):
    """Another model went into service while the candidate was trained; what it was judged against no longer serves."""
