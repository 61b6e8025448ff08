"""Pages without scripts: one environment of templates, one way numbers are written.

`templates/base.html.j2` is the dress of every page. Another report brings its own templates with `environment(loader)`
and extends it.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from services.core.bundle import Estimate

_DASH = "–"
_LARGE, _HUGE = 100.0, 10_000.0
_WORDS = {
    "saved_at_99": "alerts saved at 99 % recall",
    "saved_at_999": "alerts saved at 99.9 % recall",
    "detected_early": "attacks detected within three alerts",
    "rule_host_look_up": "look-up by rule and host",
    "rule_look_up": "look-up by rule",
}


def environment(*loaders: BaseLoader) -> Environment:
    """Templates of pages: of the given loaders first, then this package's; everything inserted is escaped."""
    return _with_filters(Environment(autoescape=True, **_options(loaders)))


def markdown_environment() -> Environment:
    """Templates of Markdown: what is inserted stays on its line, in its cell, and is no HTML."""
    return _with_filters(Environment(autoescape=False, finalize=_in_line, **_options(())))  # noqa: S701


def _options(loaders: Sequence[BaseLoader]) -> dict[str, Any]:
    loader = ChoiceLoader([*loaders, PackageLoader("services.trainer.report")])
    return {"loader": loader, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}


def _with_filters(templates: Environment) -> Environment:
    templates.filters |= {"figure": figure, "interval": interval, "plain": plain, "duration": duration, "count": count}
    templates.filters |= {"heading": heading, "measured": measured}
    return templates


def _in_line(value: object) -> object:
    if not isinstance(value, str):
        return value
    return " ".join(value.split()).replace("<", "&lt;").replace("|", "\\|")


def figure(value: float | Estimate | None) -> str:
    """A share or score with three places, a large number with none; a dash where nothing is behind it."""
    if isinstance(value, Estimate):
        return figure(value.value if value.support else None)
    return _DASH if value is None else _number(value)


def measured(value: float | None) -> str:
    """A figure of any size, with four digits that count."""
    if value is None:
        return _DASH
    return f"{value:,.0f}" if abs(value) >= _HUGE else f"{value:.4g}"


def interval(estimate: Estimate | None) -> str:
    """The 95 % interval, or nothing where nothing is behind it."""
    return f"{_number(estimate.low)} to {_number(estimate.high)}" if estimate is not None and estimate.support else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.3f}"


def plain(name: str) -> str:
    """A figure's or rule's name as words: `average_precision` is "average precision"."""
    if name in _WORDS:
        return _WORDS[name]
    words = (
        name.replace("_", " ")
        .replace("f1", "F1")
        .replace("f2", "F2")
        .replace("roc auc", "ROC AUC")
        .replace("look up", "look-up")
    )
    return words.replace("tfidf context", "TF-IDF with context").replace("tfidf", "TF-IDF")


def heading(name: str) -> str:
    """The same with a capital letter."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def count(value: float) -> str:
    """A whole number with thin thousands."""
    return f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min"
