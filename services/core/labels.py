"""What a verdict is worth: which of the verdicts an alert was given counts, and which of its scores it judges.

Only people's true, benign and false positives train. All else is kept, and nothing is guessed from it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas import Verdict, VerdictOrigin

TRAINABLE: tuple[Verdict, ...] = (Verdict.FALSE_POSITIVE, Verdict.BENIGN_POSITIVE, Verdict.TRUE_POSITIVE)
"""The verdicts that train, from the one that is least to the one that is most costly to overlook."""


class Given(NamedTuple):
    """One verdict as it was given: what the rules need to know of it. No analyst's name is the name ''."""

    verdict: Verdict
    analyst: str
    decided_at: datetime
    origin: VerdictOrigin = VerdictOrigin.HUMAN
    retracted: bool = False
    incident: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an alert's verdicts come to: see `services.core.example.Example` for the fields."""

    label: Verdict
    decided_at: datetime
    analysts: tuple[str, ...]
    contested: bool
    incident: str
    dissent: tuple[tuple[str, Verdict], ...] = ()


def standing(given: Iterable[Given]) -> Standing | None:
    """What one alert's verdicts come to, in whatever order they arrived; None where none of them trains.

    - An analyst's latest verdict is the one that holds, so a later `undetermined` takes an earlier verdict away.
    - A retraction, whoever sent it, takes back what its analyst said until then; without a name, what anybody said.
    - Where analysts disagree the latest counts, and the alert is contested.
    - Of verdicts given at the same instant the one more costly to overlook counts; a retraction counts after them.
    """
    latest = [one for one in _latest_of_each_analyst(list(given)) if one.verdict in TRAINABLE]
    if not latest:
        return None
    latest.sort(key=_order, reverse=True)
    agreeing = [one for one in latest if one.verdict is latest[0].verdict]
    return Standing(
        label=latest[0].verdict,
        decided_at=latest[0].decided_at,
        analysts=tuple(one.analyst for one in agreeing),
        contested=len(agreeing) < len(latest),
        incident=next((one.incident for one in agreeing if one.incident), ""),
        dissent=tuple((one.analyst, one.verdict) for one in latest if one.verdict is not latest[0].verdict),
    )


def score_judged(scored_at: Sequence[datetime], *, decided_at: datetime) -> int | None:
    """Which of an alert's scores a verdict judges, as its place in `scored_at`; None where there is none.

    It is the latest until the decision. An alert decided before any score of it (the classifier was behind, or down) is
    the same alert all the same: then it is the first one after.
    """
    places = range(len(scored_at))
    before = [place for place in places if scored_at[place] <= decided_at]
    if before:
        return max(before, key=lambda place: (scored_at[place], place))
    return min(places, key=lambda place: (scored_at[place], place), default=None)


def _latest_of_each_analyst(given: list[Given]) -> list[Given]:
    retractions = [one for one in given if one.retracted]
    latest: dict[str, Given] = {}
    for one in given:
        if one.retracted or one.origin is not VerdictOrigin.HUMAN or _is_taken_back(one, retractions):
            continue
        held = latest.get(one.analyst)
        if held is None or _order(one) > _order(held):
            latest[one.analyst] = one
    return list(latest.values())


def _is_taken_back(one: Given, retractions: list[Given]) -> bool:
    return any(then.analyst in ("", one.analyst) and one.decided_at <= then.decided_at for then in retractions)


def _order(one: Given) -> tuple[datetime, int, str, str, str]:
    rank = TRAINABLE.index(one.verdict) if one.verdict in TRAINABLE else -1
    return one.decided_at, rank, one.verdict.value, one.analyst, one.incident
