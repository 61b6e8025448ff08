"""All checks on labelled alerts, in a fixed order, and what share of the rows needed no hand."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.core.splits import SplitPolicy
from services.trainer.quality.analysts import analysts_apart, analysts_changed
from services.trainer.quality.classes import class_balance, class_counts, other_context
from services.trainer.quality.contradictions import contested, same_text, same_text_and_context
from services.trainer.quality.dominance import dominating
from services.trainer.quality.duplicates import exact_duplicates, near_clusters, near_duplicates
from services.trainer.quality.finding import Finding, Severity
from services.trainer.quality.label_errors import Reviewed, likely_errors
from services.trainer.quality.leakage import leaked_ids, leaked_times, leaked_verdicts
from services.trainer.quality.opinions import agreement, opinions
from services.trainer.quality.rows import Rows

Tell = Callable[[str], None]
"""Is told the name of each check before it begins."""

CHECKS = ("classes", "leaks", "duplicates", "contradictions", "dominance", "analysts", "label errors")
_ORDER = (Severity.BLOCKER, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the checks found, the gravest first, on how many rows; and the share of rows that needed no hand.

    A row needs a hand where its alert is contested, where its text in its context has mostly the opposite verdict
    (attack or harmless), or where its label is likely wrong. All others went from the buffer into training, in order,
    deduplicated, checked and capped, without anybody looking at them again: `no_hand` is their share, of the rows that
    were looked at for likely errors. It is the measured share of manual preparation that the pipeline takes away.
    """

    rows: int
    findings: tuple[Finding, ...]
    no_hand: float

    def having(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def figures(self) -> Mapping[str, float]:
        """The figures a run keeps: rows, their share that needed no hand, findings by severity."""
        counts = {f"quality_{one.value}s": float(len(self.having(one))) for one in _ORDER}
        return {"quality_rows": float(self.rows), "quality_no_hand": self.no_hand, **counts}

    def counts(self) -> Mapping[str, float]:
        """How many rows each finding has."""
        return {f"quality_{finding.name}": float(finding.count) for finding in self.findings}


def assess(rows: Rows, *, policy: SplitPolicy, seed: int, tell: Tell = lambda _: None) -> Quality:
    """Run all checks on the latest rows, as many as a run uses; without rows there is nothing to find."""
    if not len(rows):
        return Quality(rows=0, findings=(), no_hand=0.0)
    rows = rows.latest(policy.newest)
    tell(CHECKS[0])
    findings = [*class_counts(rows), *class_balance(rows), *other_context(rows)]
    tell(CHECKS[1])
    findings += [*leaked_verdicts(rows), *leaked_ids(rows), *leaked_times(rows)]
    tell(CHECKS[2])
    clusters = near_clusters(rows, seed=seed)
    findings += [*exact_duplicates(rows), *near_duplicates(rows, clusters)]
    tell(CHECKS[3])
    findings += [*contested(rows), *same_text_and_context(rows), *same_text(rows)]
    tell(CHECKS[4])
    findings += dominating(rows, policy.caps)
    tell(CHECKS[5])
    findings += _of_analysts(rows)
    tell(CHECKS[6])
    reviewed, errors = likely_errors(rows, clusters, seed=seed)
    findings += errors
    ordered = sorted(findings, key=lambda finding: _ORDER.index(finding.severity))
    return Quality(rows=len(rows), findings=tuple(ordered), no_hand=_no_hand(rows, reviewed))


def _of_analysts(rows: Rows) -> Iterator[Finding]:
    said = list(opinions(rows))
    yield from agreement(rows, said)
    yield from analysts_apart(rows, said)
    yield from analysts_changed(rows, said)


def _no_hand(rows: Rows, reviewed: Reviewed) -> float:
    """See `Quality`."""
    held = {example.alert.alert_id for example in rows.examples if example.contested}
    held |= {*reviewed.suspects, *rows.ids(rows.unexplained)}
    return 1 - len(held & reviewed.looked_at) / len(reviewed.looked_at)
