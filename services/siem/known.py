"""Known: whether what a message holds is in a format that is read, with no more work than the message may cost."""

from collections.abc import Callable, Iterable, Iterator

from services.siem.bounds import MOST_VALUES
from services.siem.document import CrowdedError, Document

IsKnown = Callable[[dict[str, object]], bool]
"""Whether an object is in a format that is read."""
MOST_LOOKED_AT = 2 * MOST_VALUES
"""Values looked at to find the formats in one message: what is in an envelope is looked at with it, and by itself."""
_ASKING = 16
"""Values that could be looked at in the time it takes to ask about an object without any."""


class Known:
    """Asked about the objects of one message, one after the other."""

    def __init__(self, is_known: Callable[[Document], bool]) -> None:
        self._is_known = is_known
        self._last = Document({})
        self._asked = self._last
        self._looked_at = 0

    def document(self, fields: dict[str, object]) -> Document:
        """An object as a document.

        The last one is kept, so that an alert that was recognised is not gathered once more when it is read.
        """
        if self._last.fields is not fields:
            self._last = Document(fields)
        return self._last

    def documents(self, items: Iterable[object]) -> Iterator[object]:
        """The items, objects as documents."""
        return (self.document(item) if isinstance(item, dict) else item for item in items)

    def __call__(self, fields: dict[str, object]) -> bool:
        """Whether an object is in a format that is read.

        Raises:
            CrowdedError: there was more to look at than one message may have.
        """
        document = self.document(fields)
        if document is not self._asked:
            self._asked = document
            self._looked_at += document.size + _ASKING
        if self._looked_at > MOST_LOOKED_AT:
            raise CrowdedError(f"more in its envelopes than {MOST_LOOKED_AT} fields take")
        return not document.is_crowded and self._is_known(document)
