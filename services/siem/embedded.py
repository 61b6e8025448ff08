"""What vendors put inside a text: JSON, or a list with commas between (`T1059, T1003`)."""

from services.siem.document import Document, text_of
from services.siem.parsing import parsed
from services.siem.refusal import Refusal


def opened(value: object) -> object:
    """The JSON inside a text, cleaned as a message is; None where a text holds none; anything else as it is."""
    if not isinstance(value, str):
        return value
    found = parsed(value.encode())
    return None if isinstance(found, Refusal) else found


def objects(value: object) -> list[Document]:
    """The objects of a list, or of the text of one; a single object is a list of one."""
    found = opened(value)
    items = found if isinstance(found, list) else [found]
    return [Document(item) for item in items if isinstance(item, dict)]


def words(value: object) -> list[str]:
    """The different texts of a list, of the text of one, or of a text with commas between."""
    found = opened(value)
    items = found if isinstance(found, list) else text_of(value).split(",")
    return list(dict.fromkeys(text for item in items if (text := text_of(item))))
