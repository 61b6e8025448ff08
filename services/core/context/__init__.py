"""What happened around an alert: a small, bounded memory of the stream, read as a fixed vector of numbers.

Training and serving use the same tracker; the vector an alert was scored with travels in its score, so the two cannot
differ. `sums` is the memory, `tracker` what is read from it, `naming` what names an alert's rule, host and user,
`event` what is taken of an alert, `snapshot` how all of it is written down.
"""

from services.core.context.event import CLAMP, Event, event_of
from services.core.context.naming import host_of, rule_of, source_of, user_of
from services.core.context.snapshot import Place, Snapshot, read_snapshot, written
from services.core.context.sums import DAY
from services.core.context.tracker import CONTEXT_VERSION, FEATURES, REACH, ContextTracker, TrackerState

__all__ = [
    "CLAMP",
    "CONTEXT_VERSION",
    "DAY",
    "FEATURES",
    "REACH",
    "ContextTracker",
    "Event",
    "Place",
    "Snapshot",
    "TrackerState",
    "event_of",
    "host_of",
    "read_snapshot",
    "rule_of",
    "source_of",
    "user_of",
    "written",
]
