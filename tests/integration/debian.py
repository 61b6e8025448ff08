"""Servers that tests start from Debian's packages. Without one its tests are skipped by name; in CI they fail."""

import os
from typing import NoReturn

import pytest


def needed(package: str, *, what: str) -> NoReturn:
    """End a test for want of a package: CI installs what its tests need, a first-time user need not."""
    message = f"{what}: install Debian's package `{package}`"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
