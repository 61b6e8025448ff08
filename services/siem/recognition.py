"""Which format an item is in: by what the header says, else by fields that only one vendor's messages have."""

from collections.abc import Mapping

from schemas import DeadLetterReason
from services.siem.document import Document
from services.siem.envelopes import GENERAL, SPECIFIC, UNKNOWN
from services.siem.shape import AlertFormat, FeedbackFormat, Marks, fits


class UnnamedError(Exception):
    """No format, or more than one, can be meant."""

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Recognition:
    """The marks of all formats for alerts, or of all for verdicts. Stateless once made."""

    def __init__(self, shapes: Mapping[str, AlertFormat] | Mapping[str, FeedbackFormat]) -> None:
        self._marks = {name: shape.recognised_by for name, shape in shapes.items()}
        self._general = {name: shape.recognised_by for name, shape in shapes.items() if shape.general}
        self._specific = {name: marks for name, marks in self._marks.items() if name not in self._general}

    def rank(self, item: dict[str, object]) -> int:
        """How well an object is known; see `envelopes`."""
        document = Document(item)
        if any(fits(document, marks) for marks in self._specific.values()):
            return SPECIFIC
        return GENERAL if any(fits(document, marks) for marks in self._general.values()) else UNKNOWN

    def name(self, document: Document, said: str | None) -> str:
        """The format's name; `said` is what the header says.

        Raises UnnamedError if no format can be meant, or more than one.
        """
        return self._recognised(document) if said is None else self._checked(document, said.strip().lower())

    def _recognised(self, document: Document) -> str:
        names = self._fitting(document)
        if not names:
            raise UnnamedError(DeadLetterReason.UNKNOWN_FORMAT, "no header `format`, and no vendor's own fields")
        if len(names) > 1:
            raise UnnamedError(DeadLetterReason.AMBIGUOUS_FORMAT, f"fields of {' and '.join(names)}")
        return names[0]

    def _checked(self, document: Document, name: str) -> str:
        """The header's format, unless all fields say that it is another vendor's: a header set wrong must be seen."""
        if name not in self._marks:
            known = ", ".join(self._marks)
            raise UnnamedError(DeadLetterReason.UNKNOWN_FORMAT, f"no format {name[:64]!r}; known are {known}")
        if not fits(document, self._marks[name]) and (others := self._fitting(document)):
            detail = f"the header says {name}, the fields are those of {' and '.join(others)}"
            raise UnnamedError(DeadLetterReason.AMBIGUOUS_FORMAT, detail)
        return name

    def _fitting(self, document: Document) -> list[str]:
        """The formats a document has the fields of; the general ones only where it has no vendor's own."""
        return _fitting(document, self._specific) or _fitting(document, self._general)


def _fitting(document: Document, marks_of: Mapping[str, Marks]) -> list[str]:
    return [name for name, marks in marks_of.items() if fits(document, marks)]
