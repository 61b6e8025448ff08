"""The fields an attacker writes, read and replaced; a value that no longer fits its field is not put there.

The rule, its words and severity, the victim's host, account and addresses, and every time stay as they are: they are
the SIEM's or the victim's. An account's name is chosen by an attacker now and then, but no alert says when.
"""

import re
from typing import Literal

from schemas import AlertV1

System = Literal["windows", "posix", ""]
LONGEST = {"command_line": 4096, "full": 4096}
LONGEST_LINE, LONGEST_NAME = 1024, 256
IDLE_STEPS = 160
"""Steps of a path that lead nowhere: more characters than any field of a text has, so that what follows is cut away."""

_WINDOWS = re.compile(r"\.exe\b|\b[a-z]:\\|^\\\\|\b(?:powershell|pwsh|cmd)\b", re.I)
_POSIX = re.compile(
    r"(?:^|[\s='\"])/(?:bin|dev|etc|home|lib|opt|proc|root|run|sbin|srv|tmp|usr|var)/"
    r"|^\s*(?:sudo|env|(?:ba|da|z)?sh|curl|wget|python3?|perl|chmod|crontab|systemctl|systemd-run|ssh|timeout|flock)\s"
)


def system_of(alert: AlertV1) -> System:
    """Whose rules the alert's commands and paths follow, by the host's system, else by how they are written."""
    named, process, file = alert.entities.host.os.lower(), alert.entities.process, alert.entities.file
    written = (process.command_line, process.executable, process.name, file.path)
    if "windows" in named or any(_WINDOWS.search(value) for value in written):
        return "windows"
    is_posix = any(name in named for name in ("linux", "unix", "mac", "bsd", "ubuntu", "debian"))
    return "posix" if is_posix or any(_POSIX.search(value) for value in written) else ""


def with_process(alert: AlertV1, **values: str) -> AlertV1:
    """The alert with these fields of its process (`command_line`, `executable`, `name`)."""
    return _with(alert, "process", values)


def with_file(alert: AlertV1, **values: str) -> AlertV1:
    """The alert with these fields of its file (`path`, `name`)."""
    return _with(alert, "file", values)


def with_url(alert: AlertV1, **values: str) -> AlertV1:
    """The alert with these fields of its web request (`full`, `user_agent`)."""
    return _with(alert, "url", values)


def with_domain(alert: AlertV1, domain: str) -> AlertV1:
    """The alert with the domain's name written so."""
    return _with(alert, "network", {"domain": domain})


def with_email(alert: AlertV1, **values: str) -> AlertV1:
    """The alert with these fields of its message (`sender`, `subject`)."""
    return _with(alert, "email", values)


def _with(alert: AlertV1, part: str, values: dict[str, str]) -> AlertV1:
    before = getattr(alert.entities, part)
    new = {name: value for name, value in values.items() if value != getattr(before, name) and _fits(name, value)}
    if not new:
        return alert
    entities = alert.entities.model_copy(update={part: before.model_copy(update=new)})
    return alert.model_copy(update={"entities": entities})


def _fits(name: str, value: str) -> bool:
    return len(value) <= (LONGEST_NAME if name == "name" else LONGEST.get(name, LONGEST_LINE))
