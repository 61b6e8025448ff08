"""What a value can do without: where programs lie on every machine, whose profile it is, and what one run was called.

A command cut at its limit keeps its arguments, which decide, if its path does not fill it; a log line keeps its end.
"""

import re

from services.core.text.masks import Replacement, replaced

_DRIVE = r"(?:[a-z]:|\\device\\harddiskvolume\d{1,3})\\+"
_PROFILES = rf"{_DRIVE}(?:users|documents and settings)\\+"
_BACKSLASH = re.compile(r"\\")

_PATHS: tuple[Replacement, ...] = (
    (
        _BACKSLASH,
        re.compile(rf"{_DRIVE}windows\\+(?:system32|syswow64)\\+(?:windowspowershell\\+v1\.0\\+)?", re.I),
        "",
    ),
    (_BACKSLASH, re.compile(rf"{_DRIVE}program files(?: \(x86\))?\\+", re.I), r"programs\\"),
    (
        _BACKSLASH,
        re.compile(
            rf"{_DRIVE}(?:users|documents and settings)\\+(?!(?:public|default|all users)\\)[^\\\"'/]+\\+", re.I
        ),
        r"~\\",
    ),
    (re.compile("/home/"), re.compile(r"/home/[^/\s\"']+/"), "~/"),
)
"""A system's own programs need no path, those elsewhere show theirs; a profile is anybody's."""

_LOG_LINES: tuple[Replacement, ...] = (
    (re.compile(r"[A-Z][a-z]{2} [ \d]\d "), re.compile(r"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "), ""),  # syslog
    (
        re.compile(r"/[A-Z][a-z]{2}/\d{4}:"),  # Common Log Format: who asked by ident and by log-in, and when
        re.compile(r"(?: - [^ ]{1,32})? \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?\]"),
        "",
    ),
    (
        re.compile(r"\[[A-Z][a-z]{2} "),  # Apache's error log
        re.compile(r"\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}\] "),
        "",
    ),
    (re.compile("HTTP/"), re.compile(r" HTTP/[\d.]+(?=\")"), ""),
    (re.compile('"-"'), re.compile(r'(?<=\d) "-"'), ""),
    (re.compile("Mozilla/"), re.compile(r"Mozilla/\d+\.\d+ "), ""),  # every browser and half of the tools say so
    (re.compile("audit"), re.compile(r"\bmsg=audit\([\d.:]{1,32}\): "), ""),
    (re.compile("= "), re.compile(r"(?<!\S)[\w-]{1,32}= "), ""),  # PAM names what it does not know
    (re.compile(r"\[\d"), re.compile(r"(?<=\w)\[\d{1,7}\]"), ""),  # syslog's process id
    (re.compile(r"\[pid"), re.compile(r"\[pid \d+(?::tid \d+)?\] "), ""),
)

_OF_ONE_RUN: tuple[Replacement, ...] = (
    (re.compile("pid"), re.compile(r"\bpid[ =:]+\d+"), "pid"),
    (re.compile("PID"), re.compile(r"\bPID[ =:]+\d+"), "PID"),
    (re.compile(r"[3-6]\d{4}"), re.compile(r"(?<![\w.])(?:3[3-9]\d{3}|[4-6]\d{4})(?![\w.])"), "<number>"),
    (
        re.compile(r"[A-Za-z0-9_+-]{20}"),  # Python takes twice as long for \w
        re.compile(r"(?<![\w+-])(?=[\w+-]{20})(?=(?:[\w+-]*?\d){3})(?=(?:[\w+-]*?[a-z]){3})[\w+=-]+", re.I | re.A),
        "<random>",
    ),
)
"""Process ids, numbers of ephemeral ports' size, and long words of letters and digits: keys, sessions, payloads."""

SHORTER = _PATHS + _LOG_LINES + _OF_ONE_RUN
_SOMETHING = re.compile(r"[\\/\d=]")
"""One of these is in all that is shortened."""


def shortened(value: str) -> str:
    """The value without all that."""
    return replaced(value, SHORTER) if _SOMETHING.search(value) else value
