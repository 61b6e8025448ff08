"""The text of one alert of each format."""

from tests.golden_texts import GOLDEN, texts


def test_no_text_has_changed() -> None:
    """A change that is wanted is a new text version; `python -m tests.golden_texts` then writes the file anew."""
    assert texts().splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()
