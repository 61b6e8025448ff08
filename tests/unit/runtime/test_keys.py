"""Secret keys from a setting or a file."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from services.runtime.errors import SettingsInvalid
from services.runtime.keys import key_of

NAME = "section.key"
KEY = "0123456789abcdef"


def test_a_key_comes_from_its_file_where_one_is_named_else_from_the_setting(tmp_path: Path) -> None:
    """Without the line's end that editors put there; with neither there is none."""
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert key_of(SecretStr("another key than the file's"), file, setting=NAME) == KEY.encode()
    assert key_of(SecretStr(KEY), None, setting=NAME) == KEY.encode()
    assert key_of(SecretStr(""), None, setting=NAME) == b""


@pytest.mark.parametrize("content", [b"", b" \n", b"fifteen letters"])
def test_a_file_with_too_short_a_key_is_refused(content: bytes, tmp_path: Path) -> None:
    """Also an empty one: whoever names a file means to have a key."""
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(SettingsInvalid, match=r"section\.key has \d+ bytes, at least 16"):
        key_of(SecretStr(KEY), file, setting=NAME)


def test_a_key_that_is_too_short_or_not_there_names_the_setting(tmp_path: Path) -> None:
    """And never itself."""
    with pytest.raises(SettingsInvalid, match=r"section\.key has 5 bytes") as refused:
        key_of(SecretStr("short"), None, setting=NAME)
    assert "short" not in str(refused.value)
    with pytest.raises(SettingsInvalid, match=r"section\.key cannot be read"):
        key_of(SecretStr(""), tmp_path / "none", setting=NAME)
