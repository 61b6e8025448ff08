"""One analyst, rule or host that has most of the verdicts."""

from collections import defaultdict
from collections.abc import Callable

from services.core.caps import Caps
from services.core.context import host_of, rule_of
from services.core.example import Example
from services.core.judged import analyst_of
from services.trainer.quality.finding import Finding, found
from services.trainer.quality.rows import Rows

_CUT = "A run cuts it by lot towards {cap:.0%} of each part, as far as a third of the part stays."
_ALONE = "There is no other {kind}, so no cap can hold: the model learns this one's habits, mistakes included."


def dominating(rows: Rows, caps: Caps) -> list[Finding]:
    """Whoever has a larger share than the caps let them have; a host is held against the rule's cap."""
    return [
        *_dominating(rows, "analyst", analyst_of, caps.analyst_share, advice="Have other analysts judge alerts too."),
        *_dominating(rows, "rule", lambda one: rule_of(one.alert), caps.rule_share, advice=_TUNE),
        *_dominating(rows, "host", lambda one: host_of(one.alert), caps.rule_share, advice=_OTHER_HOSTS),
    ]


_TUNE = "Tune the rule at its source, and have verdicts given on alerts of other rules."
_OTHER_HOSTS = "Have verdicts given on alerts of other hosts; nothing caps what one host weighs."


def _dominating(rows: Rows, kind: str, name_of: Callable[[Example], str], cap: float, *, advice: str) -> list[Finding]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(rows.examples):
        places[name_of(example)].append(place)
    name, largest = max(places.items(), key=lambda item: (len(item[1]), item[0]))
    if len(largest) / len(rows) <= cap or (kind == "host" and not name):
        return []
    return found(
        rows,
        f"dominating_{kind}",
        largest,
        effect=_effect(kind, cap, others=len(places) - 1),
        advice=advice,
        about=(name or "without a name",),
    )


def _effect(kind: str, cap: float, *, others: int) -> str:
    if not others:
        return _ALONE.format(kind=kind)
    if kind == "host":
        return "The model learns this host's habits above all; figures say little about others."
    return _CUT.format(cap=cap)
