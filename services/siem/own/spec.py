"""The shape of the file of own formats; a name it does not know is an error, for a typo must not pass silently."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas import Severity
from schemas.base import Slug
from services.siem.draft import ENTITY_FIELDS, TEXT_FIELDS
from services.siem.evidence import ENTRIES
from services.siem.own.expressions import Expressions, ExpressionsField
from services.siem.shape import Paths
from services.siem.tables import SeverityName, VerdictTable, folded

ALERT_FIELDS = frozenset({*TEXT_FIELDS, *ENTITY_FIELDS})
"""Fields of AlertV1 that an expression can fill."""


def _alert_field(name: str) -> str:
    if name not in ALERT_FIELDS:
        raise ValueError("AlertV1 has no such field to fill")
    return name


class Spec(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)


Mark = Annotated[str, Field(min_length=1, max_length=256)]
Marks = Annotated[tuple[Annotated[tuple[Mark, ...], Field(min_length=1)], ...], Field(min_length=1)]


class SeveritySpec(Spec):
    """How severe: `values` by word or number, else `bounds`: from which number on."""

    from_: Annotated[ExpressionsField, Field(alias="from")]
    values: Annotated[dict[str, SeverityName], AfterValidator(folded)] = {}
    bounds: dict[int, SeverityName] = {}

    @property
    def steps(self) -> tuple[tuple[int, Severity], ...]:
        """The bounds, ascending."""
        return tuple(sorted(self.bounds.items()))


class EvidenceSpec(Spec):
    """What is kept of the rest: how many entries, which first, what not; dotted paths."""

    entries: Annotated[int, Field(ge=0, le=ENTRIES)] = ENTRIES
    first: Paths = ()
    leave_out: Paths = ()


class AlertsSpec(Spec):
    """How an alert is recognised and read."""

    recognised_by: Marks
    general: bool = False
    id: ExpressionsField = Expressions()
    """The vendor's id of the alert."""
    identity: ExpressionsField = Expressions()
    """What is hashed where there is no id."""
    fields: dict[Annotated[str, AfterValidator(_alert_field)], ExpressionsField] = {}
    severity: SeveritySpec | None = None
    observed_at: ExpressionsField = Expressions()
    raised_at: ExpressionsField = Expressions()
    tactics: ExpressionsField = Expressions()
    techniques: ExpressionsField = Expressions()
    evidence: EvidenceSpec = EvidenceSpec()

    @model_validator(mode="after")
    def _identifiable(self) -> Self:
        if not (self.id.compiled or self.identity.compiled):
            raise ValueError("id or identity is wanted: what tells two alerts apart?")
        if not {"title", "rule.name", "rule.id", "description"} & set(self.fields):
            raise ValueError("fields: one of title, rule.name, rule.id, description is wanted: what was detected?")
        return self


class AlertIdSpec(Spec):
    """Which alert is judged: its whole Winnow id, or the parts that its format makes the id of."""

    whole: ExpressionsField = Expressions()
    source: Slug | None = None
    """The format that reads the alert; this one where not given."""
    instance: ExpressionsField = Expressions()
    id: ExpressionsField = Expressions()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.whole.compiled) == bool(self.id.compiled):
            raise ValueError("either whole or id is wanted")
        return self


class VerdictSpec(Spec):
    """What was decided: a value, and what each means; one that is not listed is kept as `other`."""

    from_: Annotated[ExpressionsField, Field(alias="from")]
    values: VerdictTable


class OneOfSpec(Spec):
    """A value that is one of some, in any case."""

    from_: Annotated[ExpressionsField, Field(alias="from")]
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class VerdictsSpec(Spec):
    """How a verdict is recognised and read."""

    recognised_by: Marks
    general: bool = False
    alert_id: AlertIdSpec
    verdict: VerdictSpec
    decided_at: ExpressionsField = Expressions()
    analyst: ExpressionsField = Expressions()
    reason: ExpressionsField = Expressions()
    incident: ExpressionsField = Expressions()
    reopened: OneOfSpec | None = None
    """A state of the alert that takes the verdict back."""
    automated: OneOfSpec | None = None
    """Whoever closes alerts without being a person."""


class FormatSpec(Spec):
    """One format: alerts, verdicts, or both."""

    alerts: AlertsSpec | None = None
    verdicts: VerdictsSpec | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.alerts is None and self.verdicts is None:
            raise ValueError("alerts or verdicts are wanted")
        return self


class FormatsSpec(Spec):
    """The whole file: formats by the name that the header `format` gives them."""

    formats: Annotated[dict[Slug, FormatSpec], Field(min_length=1)]
