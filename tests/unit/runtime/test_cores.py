"""How many cores a process may use, from files as Linux has them."""

import math
import os
from pathlib import Path

import pytest

from services.runtime import cores


def written(folder: Path, **files: str) -> None:
    """A control group's files; a double underscore in a name stands for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def quota(tmp_path: Path, own: str) -> float:
    """What is left to a process that is in these groups."""
    (tmp_path / "own").write_text(own)
    return cores.quota(groups=tmp_path / "groups", own=tmp_path / "own")


@pytest.mark.parametrize(
    ("limit", "expected"), [("250000 100000", 2.5), ("max 100000", math.inf), ("50000 100000", 0.5)]
)
def test_a_container_s_limit_is_its_quota_by_its_period(tmp_path: Path, limit: str, expected: float) -> None:
    """A container sees its own group as the topmost."""
    written(tmp_path / "groups", cpu__max=limit)
    assert quota(tmp_path, "0::/\n") == expected


def test_the_lowest_limit_of_a_group_and_those_above_it_holds(tmp_path: Path) -> None:
    """As systemd nests a service in a slice."""
    written(tmp_path / "groups" / "soc.slice", cpu__max="300000 100000")
    written(tmp_path / "groups" / "soc.slice" / "winnow.service", cpu__max="max 100000")
    written(tmp_path / "groups" / "other.slice", cpu__max="100000 100000")
    assert quota(tmp_path, "0::/soc.slice/winnow.service\n") == 3.0


@pytest.mark.parametrize(("limit", "expected"), [("150000", 1.5), ("-1", math.inf)])
def test_the_first_version_s_groups_are_read_too(tmp_path: Path, limit: str, expected: float) -> None:
    """There each kind of resource has groups of its own."""
    written(tmp_path / "groups" / "cpu,cpuacct" / "pod", cpu__cfs_quota_us=limit, cpu__cfs_period_us="100000")
    written(tmp_path / "groups" / "memory" / "pod", cpu__cfs_quota_us="1", cpu__cfs_period_us="100000")
    assert quota(tmp_path, "7:memory:/pod\n4:cpu,cpuacct:/pod\n0::/\n") == expected


@pytest.mark.parametrize("content", ["", "many 100000", "100000 0", "1 2 3"])
def test_what_says_no_limit_is_none(tmp_path: Path, content: str) -> None:
    """A file nobody understands must not keep a service from starting."""
    written(tmp_path / "groups", cpu__max=content)
    assert quota(tmp_path, "0::/\n") == math.inf


@pytest.mark.parametrize("own", ["", "\n", "docker\n"])
def test_groups_that_are_named_otherwise_are_none(tmp_path: Path, own: str) -> None:
    """Nor must such a file."""
    assert quota(tmp_path, own) == math.inf


def test_another_system_has_no_groups(tmp_path: Path) -> None:
    """Nothing is mounted, nothing is named."""
    assert cores.quota(groups=tmp_path / "groups", own=tmp_path / "own") == math.inf


@pytest.mark.parametrize(("left", "expected"), [(math.inf, 8), (2.5, 3), (0.2, 1), (64.0, 8)])
def test_a_process_uses_what_it_may_run_on_and_its_quota_allows(
    monkeypatch: pytest.MonkeyPatch, left: float, expected: int
) -> None:
    """A part of a core is worth a thread; no process has none."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(cores, "quota", lambda: left)
    assert cores.usable_cores() == expected
