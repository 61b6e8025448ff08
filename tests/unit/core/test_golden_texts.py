"""The text of one alert of each format, in every version."""

import pytest

from tests.golden_texts import FILES, texts


@pytest.mark.parametrize("version", FILES)
def test_no_text_has_changed(version: int) -> None:
    """A change that is wanted is a new text version; `python -m tests.golden_texts` then writes its file."""
    assert texts(version).splitlines() == FILES[version].read_text(encoding="utf-8").splitlines()
