"""Verdicts that contradict each other: on one alert, on one text in one context, on one text."""

from collections.abc import Collection

from services.trainer.quality.finding import Finding, Severity, few
from services.trainer.quality.rows import Rows

_MUCH = 0.05


def contested(rows: Rows) -> list[Finding]:
    """Alerts on which analysts disagree."""
    places = [place for place, example in enumerate(rows.examples) if example.contested]
    return _finding(
        rows,
        "contested_alerts",
        places,
        effect="The latest verdict trains; these alerts judge nothing, so validation and holdout are smaller.",
        advice="Have a third analyst decide, or agree on what the verdicts mean.",
    )


def same_text_and_context(rows: Rows) -> list[Finding]:
    """Attack and harmless for one text with its context in the same bucket: nothing a model sees tells them apart."""
    return _finding(
        rows,
        "contradictory_text_and_context",
        rows.unexplained,
        effect="Nothing that the model sees tells these from alerts with the opposite verdict (attack or harmless): "
        "at least so many it gets wrong, or learns wrongly.",
        advice="Review the verdicts; where both are right, what tells the alerts apart is missing from the text.",
    )


def same_text(rows: Rows) -> list[Finding]:
    """Attack and harmless for one text, where the context differs."""
    unexplained = set(rows.unexplained)
    explained = [place for place in rows.against_most(rows.by_text.values()) if place not in unexplained]
    return _finding(
        rows,
        "contradictory_text",
        explained,
        always=Severity.NOTE,
        effect="The text alone cannot decide these; the context around the alert has to.",
        advice="Nothing has to be done where the context decides; see the figures of the baseline without context.",
    )


def _finding(
    rows: Rows, name: str, places: Collection[int], *, effect: str, advice: str, always: Severity | None = None
) -> list[Finding]:
    if not places:
        return []
    share = len(places) / len(rows)
    return [
        Finding(
            name=name,
            count=len(places),
            share=share,
            severity=always or (Severity.WARNING if share > _MUCH else Severity.NOTE),
            effect=effect,
            advice=advice,
            examples=few(rows.ids(sorted(places))),
        )
    ]
