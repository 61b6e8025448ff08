"""Lists in a document, read whole."""

import pytest

from services.siem.document import MANY, Document


@pytest.mark.parametrize(
    "fields",
    [
        {"case": {"alerts": [1, {"id": 2}, "x"]}},
        {"case.alerts": [1, {"id": 2}, "x"]},
        {"case": None, "case.alerts": [1, {"id": 2}, "x"]},
    ],
)
def test_a_list_is_found_however_the_path_is_written(fields: dict[str, object]) -> None:
    """Nested, dotted, or beside an empty parent."""
    document = Document(fields)
    assert document.items("nowhere", "case.alerts") == [1, {"id": 2}, "x"]
    assert document.parts("case.alerts") == [Document({"id": 2})]


def test_all_of_a_list_is_read() -> None:
    """Also what lies beyond the items that other readers look at."""
    numbers = list(range(MANY * 3))
    assert Document({"alerts": numbers}).items("alerts") == numbers


@pytest.mark.parametrize("value", [None, "text", 5, {"alerts": 1}, {}])
def test_what_is_no_list_has_no_items(value: object) -> None:
    """Nor is there an error."""
    assert Document({"alerts": value}).items("alerts", "alerts.alerts") == []
