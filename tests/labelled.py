"""Labelled alerts and a model's answers for tests: small, valid, and different only in what a test names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import log1p
from random import Random
from typing import Any

from schemas import AlertV1, ContextV1, Rule, Severity, Verdict
from schemas.alert import Entities, Host
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.judged import Facts, Judged
from services.core.surges import FEATURE
from tests.messages import alert, at

TP, BP, FP = Verdict.TRUE_POSITIVE, Verdict.BENIGN_POSITIVE, Verdict.FALSE_POSITIVE
PLACES = len(FEATURES[CONTEXT_VERSION])
"""Numbers of a whole context."""


def example(
    number: int,
    label: Verdict = FP,
    *,
    minutes: float | None = None,
    rule: str = "R-1",
    host: str = "h-1",
    analysts: Sequence[str] = ("ana",),
    **fields: Any,
) -> Example:
    """The example of this number, observed so many minutes (its number, if not said) after noon."""
    when, entities = number if minutes is None else minutes, Entities(host=Host(name=host))
    one = alert(f"winnow:test:{number}", minutes=when, rule=Rule(id=rule), entities=entities)
    return of_alert(one, label, values=(0.0,), analysts=tuple(analysts), **fields)


def fired(times: float, *, partial: bool = False) -> ContextV1:
    """A context in which the alert's rule fired so often on its host within the hour, and nothing else happened."""
    values = [log1p(times) if name == FEATURE else 0.0 for name in FEATURES[CONTEXT_VERSION]]
    return ContextV1(version=CONTEXT_VERSION, values=tuple(values), partial=partial)


def of_alert(one: AlertV1, label: Verdict, *, values: Sequence[float] = (0.0,) * PLACES, **fields: Any) -> Example:
    """An alert with the numbers of its context, judged half an hour later."""
    made: dict[str, Any] = {
        "alert": one,
        "context": ContextV1(version=CONTEXT_VERSION, values=tuple(values)),
        "label": label,
        "decided_at": one.raised_at + timedelta(minutes=30),
        "analysts": ("ana",),
    }
    return Example(**made | fields)


def ahead(one: Example) -> Example:
    """The same of a sensor whose clock is decades ahead."""
    observed = one.alert.observed_at.replace(year=2099)
    return replace(one, alert=one.alert.model_copy(update={"observed_at": observed}))


def stream(size: int, *, seed: int = 1, analysts: int = 5, rules: int = 12, attack_share: float = 0.2) -> list[Example]:
    """A stream of examples, one a minute; one in four is confirmed by a second analyst, attacks come in incidents."""
    random = Random(seed)
    made = []
    for number in range(size):
        attack = random.random() < attack_share
        names = random.sample(range(analysts), min(2 if random.random() < 0.25 else 1, analysts))
        made.append(
            example(
                number,
                TP if attack else random.choice((BP, FP)),
                rule=f"R-{random.randrange(rules)}",
                host=f"h-{random.randrange(8)}",
                analysts=[f"analyst-{name}" for name in names],
                incident=f"I-{number // 40}" if attack else "",
                contested=random.random() < 0.05,
            )
        )
    return made


def judged(
    label: Verdict,
    score: float,
    *,
    group: str = "g",
    seen: bool = True,
    analyst: str = "ana",
    benign: float = 0.5,
    minutes: float | None = None,
    **facts: Any,
) -> Judged:
    """An answer with this P(true_positive); `benign` is the share of the rest that goes to benign_positive.

    The alert was observed so many minutes after noon, if said; other facts of it by name.
    """
    rest = 1 - score
    return Judged(
        label=label,
        probabilities=(score, rest * benign, rest - rest * benign),
        group=group,
        seen=seen,
        analyst=analyst,
        facts=Facts(observed_at=None if minutes is None else at(minutes), **facts),
    )


def answers(
    labels: Sequence[Verdict], *, noise: float, seed: int = 1, analysts: int = 4, groups_of: int = 2
) -> tuple[Judged, ...]:
    """A model's answers: right on average, and the better the less noise."""
    random = Random(seed)
    said = []
    for place, label in enumerate(labels):
        score = (0.75 if label is TP else 0.25) + random.gauss(0, noise)
        said.append(
            judged(
                label,
                min(max(score, 0.001), 0.999),
                group=f"g-{place // groups_of}",
                seen=place % 3 > 0,
                analyst=f"analyst-{place % analysts}",
                benign=0.8 if label is BP else 0.2,
                minutes=place,
                source=("wazuh", "suricata", "defender")[place % 3],
                rule=f"R-{place % 25}",
                severity=(Severity.LOW, Severity.MEDIUM, Severity.HIGH)[place % 3],
                tactics=(("TA0001",), ("TA0002", "TA0011"), ())[place // 2 % 3],
            )
        )
    return tuple(said)


def labels(attacks: int, harmless: int, *, seed: int = 1) -> list[Verdict]:
    """So many attacks and harmless alerts, shuffled."""
    made = [TP] * attacks + [(BP, FP)[place % 2] for place in range(harmless)]
    Random(seed).shuffle(made)
    return made
