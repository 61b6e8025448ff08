"""What happened around an alert: a small, bounded memory of the stream, read as a fixed vector of numbers.

Training and serving use the same tracker; the vector an alert was scored with travels in its score, so the two cannot
differ. `sums` is the memory, `tracker` what is read from it, `naming` what names an alert's rule, host and kind.
"""

from services.core.context.naming import host_of, kind_of, rule_of, source_of, user_of
from services.core.context.tracker import CLAMP, CONTEXT_VERSION, FEATURES, REACH, ContextTracker

__all__ = [
    "CLAMP",
    "CONTEXT_VERSION",
    "FEATURES",
    "REACH",
    "ContextTracker",
    "host_of",
    "kind_of",
    "rule_of",
    "source_of",
    "user_of",
]
