"""Servers that tests start from Debian's packages. Without one its tests fail, unless they are left out by name."""

import os
from typing import NoReturn

import pytest


def needed(package: str, *, what: str) -> NoReturn:
    """Fail for want of a package, or skip where WINNOW_TEST_WITHOUT names it (several are separated by commas)."""
    if package in os.environ.get("WINNOW_TEST_WITHOUT", "").split(","):
        pytest.skip(f"left out by WINNOW_TEST_WITHOUT={package}")
    pytest.fail(
        f"{what}: install Debian's package `{package}`, or leave its tests out with WINNOW_TEST_WITHOUT={package}"
    )
