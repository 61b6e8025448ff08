"""Paths that lead to the same place by another way.

Windows takes `.` and `..` out of a path by its letters alone and both slashes for one ("File path formats on Windows
systems", Microsoft Learn), so a folder that is left again need not exist. POSIX follows links, so only `.` and repeated
slashes mean nothing there (POSIX.1-2017, 4.13 Pathname Resolution).
"""

import re

from services.trainer.adversarial.fields import IDLE_STEPS, System

_ROOTS = "bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var"
_POSIX_PATH = re.compile(rf"(?<![\w/.:~*}}-])/(?:{_ROOTS})(?:/[\w.+@-]+)+")
_WINDOWS_ROOT = re.compile(r"(?<![\w:])([A-Za-z]:)\\(?=[\w.])")


def detoured(value: str, system: System) -> str:
    """Every absolute path of a path or a command line with detours in it."""
    if system == "windows":
        return _WINDOWS_ROOT.sub(r"\1\\.\\Windows\\..\\", value)
    if system == "posix":
        return _POSIX_PATH.sub(lambda path: "/" + path[0][1:].replace("/", "/.//"), value)
    return value


def lengthened(value: str, system: System) -> str:
    """The first absolute path with so many steps that lead nowhere that what follows them is cut away."""
    if system == "windows":
        return _WINDOWS_ROOT.sub(lambda root: root[0] + ".\\" * IDLE_STEPS, value, count=1)
    if system == "posix":
        return _POSIX_PATH.sub(lambda path: "/." * IDLE_STEPS + path[0], value, count=1)
    return value


def mixed_slashes(path: str) -> str:
    """A Windows path with slashes; for paths alone, since a program may take `/` in its arguments for a switch."""
    return path.replace("\\", "/") if re.match(r"[A-Za-z]:\\", path) else path
