"""Which format an item is in: by what the header says, else by fields that only one vendor's messages have."""

from collections.abc import Mapping

from schemas import DeadLetterReason
from services.siem.document import Document
from services.siem.shape import AlertFormat, FeedbackFormat, Paths, fits


class UnnamedError(Exception):
    """No format, or more than one, can be meant."""

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Recognition:
    """The marks of all formats for alerts, or of all for verdicts. Stateless once made."""

    def __init__(self, shapes: Mapping[str, AlertFormat] | Mapping[str, FeedbackFormat]) -> None:
        self._marks = {name: shape.recognised_by for name, shape in shapes.items()}
        self._specific, self._general = _Marked(shapes, general=False), _Marked(shapes, general=True)

    def is_known(self, document: Document) -> bool:
        """Whether a document is in any of the formats."""
        return bool(self._fitting(document))

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
        return self._specific.fitting(document) or self._general.fitting(document)


class _Marked:
    """The formats with their marks, found by the paths a document has: most have no candidate but the right one."""

    def __init__(self, shapes: Mapping[str, AlertFormat] | Mapping[str, FeedbackFormat], *, general: bool) -> None:
        self._names = [name for name, shape in shapes.items() if shape.general is general]
        self._by_path: dict[str, list[tuple[str, Paths]]] = {}
        for name in self._names:
            for together in shapes[name].recognised_by:
                path = together[0].partition("=")[0]
                self._by_path.setdefault(path, []).append((name, together))

    def fitting(self, document: Document) -> list[str]:
        """The formats of which the document has all marks of one of the alternatives, in order."""
        paths = self._by_path.keys() & document.values.keys()
        candidates = (each for path in paths for each in self._by_path[path])
        found = {name for name, together in candidates if all(map(document.has, together))}
        return sorted(found, key=self._names.index)
