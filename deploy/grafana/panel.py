"""A panel of the dashboard, and the PromQL that many of them are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lines", "number", "states"]
SHARE = "percentunit"
"""The unit of shares; lines of them end at 1."""
MODEL = "{{model_version}}"
"""What a series of one model is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: PromQL expressions by what their series are called.

    `width` is in 24ths of the page, `unit` is Grafana's name of it.
    """

    title: str
    says: str
    queries: Mapping[str, str]
    unit: str = "short"
    width: int = 8
    kind: Kind = "lines"

    @property
    def highest(self) -> float | None:
        """Where its axis ends, if that is known."""
        return 1 if self.unit == SHARE and self.kind == "lines" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


def rate(counter: str, *by: str) -> str:
    """How much a counter grows in a second, summed by these labels."""
    labels = f" by ({', '.join(by)}) " if by else ""
    return f"sum{labels}(rate({counter}[$__rate_interval]))"


def rate_per_minute(counter: str, *by: str) -> str:
    """The same in a minute."""
    return f"60 * {rate(counter, *by)}"


def quantile(share: float, histogram: str, *by: str) -> str:
    """A quantile of a histogram's newest values, by these labels."""
    return f"histogram_quantile({share}, {rate(f'{histogram}_bucket', 'le', *by)})"
