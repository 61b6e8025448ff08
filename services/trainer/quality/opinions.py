"""Who said what of which alert, and how far pairs of analysts agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from schemas import Verdict
from services.core.context import rule_of
from services.trainer.quality.finding import Finding, Severity, few
from services.trainer.quality.rows import Rows

ENOUGH = 20
"""Alerts that two analysts must both have judged before their agreement is told."""
FAIR = 0.6
"""Kappa under which agreement is no more than moderate (Landis and Koch 1977, Biometrics 33)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One analyst's verdict on one alert; `place` is the alert's row."""

    place: int
    analyst: str
    verdict: Verdict
    rule: str
    text: str
    decided_at: datetime


def opinions(rows: Rows) -> Iterator[Opinion]:
    """All verdicts with an analyst's name, those that do not count too."""
    for place, (example, text) in enumerate(zip(rows.examples, rows.texts, strict=True)):
        for analyst, verdict in example.verdicts:
            if analyst:
                yield Opinion(
                    place=place,
                    analyst=analyst,
                    verdict=verdict,
                    rule=rule_of(example.alert),
                    text=text,
                    decided_at=example.decided_at,
                )


def agreement(rows: Rows, said: Sequence[Opinion]) -> list[Finding]:
    """How far analysts agree on the alerts that two of them judged; nothing where no pair has judged enough."""
    of_alert: dict[int, dict[str, Verdict]] = defaultdict(dict)
    for opinion in said:
        of_alert[opinion.place][opinion.analyst] = opinion.verdict
    pairs: dict[tuple[str, str], list[tuple[Verdict, Verdict]]] = defaultdict(list)
    for verdicts in of_alert.values():
        for one, other in combinations(sorted(verdicts), 2):
            pairs[one, other].append((verdicts[one], verdicts[other]))
    kappas = {pair: kappa(both) for pair, both in sorted(pairs.items()) if len(both) >= ENOUGH}
    if not kappas:
        return []
    apart = [place for place, verdicts in of_alert.items() if len(set(verdicts.values())) > 1]
    return [_agreement(rows, kappas, pairs, apart=apart, judged=sum(len(of) > 1 for of in of_alert.values()))]


def _agreement(
    rows: Rows,
    kappas: Mapping[tuple[str, str], float],
    pairs: Mapping[tuple[str, str], Sequence[object]],
    *,
    apart: Sequence[int],
    judged: int,
) -> Finding:
    lowest = min(kappas.values())
    return Finding(
        name="analyst_agreement",
        count=len(apart),
        share=len(apart) / judged,
        severity=Severity.WARNING if lowest < FAIR else Severity.NOTE,
        effect=f"Of {judged} alerts that two or more judged they disagree on {len(apart)}; Cohen's kappa is "
        f"{lowest:.2f} to {max(kappas.values()):.2f} over {len(kappas)} pairs. No model is surer than its teachers.",
        advice="Go through the alerts they disagree on together, and write down what each verdict means."
        if lowest < FAIR
        else "Go on having two analysts judge some alerts; it also fills the anchor set.",
        examples=few(rows.ids(apart)),
        about=tuple(
            f"{one} and {other}: {value:.2f} on {len(pairs[one, other])} alerts"
            for (one, other), value in sorted(kappas.items(), key=lambda item: item[1])
        ),
    )


def kappa(both: Sequence[tuple[Verdict, Verdict]]) -> float:
    """Agreement beyond chance, 1 where two always agree (Cohen 1960, "A coefficient of agreement for nominal scales").

    Two who give one and the same verdict throughout agree fully, though chance would have them do so too.
    """
    size = len(both)
    first, second = Counter(one for one, _ in both), Counter(other for _, other in both)
    observed = sum(one is other for one, other in both) / size
    expected = sum(count * second[verdict] for verdict, count in first.items()) / size**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)
