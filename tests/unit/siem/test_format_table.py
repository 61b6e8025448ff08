"""The page of formats is what the formats do."""

import pytest

from schemas import Severity
from tests.format_table import PAGE, alert_of, page
from tests.unit.siem.conftest import ALERTS

WITHOUT_SEVERITY = {"aminer", "sentinelone", "guide"}
"""Products that give none."""


def test_the_page_is_what_the_formats_do() -> None:
    """`python -m tests.format_table` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_every_format_gives_what_every_alert_needs(name: str) -> None:
    """A title, an id of its source, a severity where the vendor has one, and somebody or something it is about."""
    alert = alert_of(name)
    assert alert.title
    assert alert.alert_id.startswith(f"{alert.source}:")
    assert (alert.severity is Severity.UNKNOWN) == (name in WITHOUT_SEVERITY)
    assert alert.entities.model_dump(exclude_defaults=True) or alert.evidence
