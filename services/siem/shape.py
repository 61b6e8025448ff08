"""What a vendor's file declares: how its alerts and verdicts are recognised, what moves where, what is decided.

Paths are those of `document`: dotted, and blind to whether the vendor nests. Where several are given the first that
says something counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas import Severity
from services.siem.document import Document

Paths = tuple[str, ...]
Marks = tuple[Paths, ...]
"""Alternatives, each a set of marks that only this vendor's messages have together (`path`, or `path=value`)."""
Decide = Callable[[Document], dict[str, object]]


def nothing(_: Document) -> dict[str, object]:
    """There is nothing to be decided."""
    return {}


def one(_: Document) -> None:
    """The document is about one alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFormat:
    """How a vendor's alert becomes an AlertV1.

    `fields` maps the contract's dotted names to the vendor's paths. `decide` returns further contract fields, by the
    same names, and has the last word. `identity` names what is hashed where `vendor_id` finds no id. What is not used
    becomes evidence, but for the `noise`; the `leading` paths come first. A `general` format (plain ECS, say) counts
    only where no other is recognised.
    """

    recognised_by: Marks
    general: bool = False
    fields: Mapping[str, Paths] = field(default_factory=dict)
    vendor_id: Callable[[Document], str]
    identity: Paths
    observed_at: Paths
    raised_at: Paths
    severity: Callable[[Document], Severity]
    tactics: Paths = ()
    techniques: Paths = ()
    decide: Decide = nothing
    noise: Paths = ()
    leading: Paths = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFormat:
    """How a vendor's verdict becomes a FeedbackV1: `fields` as above; `decide` gives `alert_id`, `verdict` and more.

    `judges` names all alerts of a case or an incident by their alert ids: its verdict goes to each of them, as
    `propagated` unless `decide` says otherwise. None where the document is about one alert.
    """

    recognised_by: Marks
    general: bool = False
    fields: Mapping[str, Paths] = field(default_factory=dict)
    decided_at: Paths
    decide: Decide
    judges: Callable[[Document], Sequence[str] | None] = one


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One vendor's formats under the name that the Kafka header `format` gives them."""

    name: str
    alerts: AlertFormat | None = None
    feedback: FeedbackFormat | None = None


def fits(document: Document, marks: Marks) -> bool:
    """Whether a document has all marks of one of the alternatives."""
    return any(all(document.has(mark) for mark in together) for together in marks)
