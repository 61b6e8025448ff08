"""The invented company: its machines, its people, and where connections come from. Always the same, without a seed."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

Platform = Literal["windows", "linux"]

_GIVEN = ("anna", "bela", "carl", "dina", "emil", "fay", "gus", "hana", "ivo", "june", "kai", "lena")
_FAMILY = ("berg", "clark", "dahl", "ekman", "frost")

EMPLOYEES: tuple[str, ...] = tuple(f"{given}.{family}" for family in _FAMILY for given in _GIVEN)
"""Accounts of the people who work there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One machine: its name, address, and operating system."""

    name: str
    address: str
    platform: Platform

    @property
    def is_windows(self) -> bool:
        """Whether it runs Windows."""
        return self.platform == "windows"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    prefix: str
    count: int
    subnet: int
    platform: Platform


_GROUPS = (
    _Group(prefix="ws-fin", count=14, subnet=20, platform="windows"),
    _Group(prefix="ws-dev", count=14, subnet=21, platform="windows"),
    _Group(prefix="srv-app", count=10, subnet=10, platform="windows"),
    _Group(prefix="srv-dc", count=2, subnet=11, platform="windows"),
    _Group(prefix="lx-db", count=12, subnet=12, platform="linux"),
    _Group(prefix="lx-build", count=12, subnet=13, platform="linux"),
    _Group(prefix="dmz-web", count=8, subnet=80, platform="linux"),
)


@cache
def hosts() -> tuple[Host, ...]:
    """The 72 machines: workstations, servers, domain controllers, and the DMZ."""
    return tuple(
        Host(name=f"{group.prefix}-{n:02}", address=f"10.40.{group.subnet}.{10 + n}", platform=group.platform)
        for group in _GROUPS
        for n in range(1, group.count + 1)
    )


_AUTOMATION = (*(f"10.40.9.{n}" for n in range(20, 30)), "198.51.100.17", "203.0.113.44")
"""The scanner, backup, deployment and build machines, and two partners' gateways (RFC 5737 addresses)."""


def automation_source(rng: Random) -> str:
    """Where an unattended connection comes from."""
    return rng.choice(_AUTOMATION)


def personal_source(rng: Random) -> str:
    """Where a person's connection comes from: mostly a workstation, else outside (RFC 2544 addresses)."""
    if rng.random() < 0.65:
        return f"10.40.{rng.randint(20, 21)}.{rng.randint(11, 200)}"
    return f"198.{rng.randint(18, 19)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"
