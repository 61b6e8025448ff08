"""Verdicts that contradict each other: on one alert, on one text in one context, on one text."""

from services.trainer.quality.finding import Finding, Severity, by_share, found
from services.trainer.quality.rows import Rows

_MUCH = 0.05


def contested(rows: Rows) -> list[Finding]:
    """Alerts on which analysts disagree."""
    places = [place for place, example in enumerate(rows.examples) if example.contested]
    return found(
        rows,
        "contested_alerts",
        places,
        severity=by_share(rows, places, much=_MUCH),
        effect="The latest verdict trains; these alerts judge nothing, so validation and holdout are smaller.",
        advice="Have a third analyst decide, or agree on what the verdicts mean.",
    )


def same_text_and_context(rows: Rows) -> list[Finding]:
    """Attack and harmless for one text with its context in the same bucket: nothing a model sees tells them apart."""
    return found(
        rows,
        "contradictory_text_and_context",
        rows.unexplained,
        severity=by_share(rows, rows.unexplained, much=_MUCH),
        effect="Nothing that the model sees tells these from alerts with the opposite verdict (attack or harmless): "
        "at least so many it gets wrong, or learns wrongly.",
        advice="Review the verdicts; where both are right, what tells the alerts apart is missing from the text.",
    )


def same_text(rows: Rows) -> list[Finding]:
    """Attack and harmless for one text, where the context differs."""
    unexplained = set(rows.unexplained)
    explained = [place for place in rows.against_most(rows.by_text.values()) if place not in unexplained]
    return found(
        rows,
        "contradictory_text",
        explained,
        severity=Severity.NOTE,
        effect="The text alone cannot decide these; the context around the alert has to.",
        advice="Nothing has to be done where the context decides; see the figures of the baseline without context.",
    )
