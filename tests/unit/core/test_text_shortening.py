"""What a value can do without is left out, and what only looks alike stays."""

import pytest

from services.core.text.quoting import quoted
from services.core.text.shortening import shortened


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (r"C:\WINDOWS\system32\cmd.exe /c whoami", "cmd.exe /c whoami"),
        (r"\Device\HarddiskVolume3\Windows\SysWOW64\reg.exe", "reg.exe"),
        (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe -nop", "powershell.exe -nop"),
        (r"C:\\Windows\\System32\\cmd.exe", "cmd.exe"),
        (r"C:\Windows\Temp\cmd.exe", r"C:\Windows\Temp\cmd.exe"),
        (r"C:\Program Files (x86)\Vendor\a.exe", r"programs\Vendor\a.exe"),
        (r"C:\Users\ana\AppData\Local\Temp\a.exe", r"~\AppData\Local\Temp\a.exe"),
        (r"C:\Users\Public\a.exe", r"C:\Users\Public\a.exe"),
        ("cat /home/ana/.ssh/id_rsa", "cat ~/.ssh/id_rsa"),
        ("/root/.ssh/id_rsa", "/root/.ssh/id_rsa"),
        (
            '192.0.2.7 - ana [18/Jan/2022:12:15:33 +0000] "GET /x HTTP/1.1" 404 146 "-" "Mozilla/5.0 (Nikto/2.1)"',
            '192.0.2.7 "GET /x" 404 146 "(Nikto/2.1)"',
        ),
        ("[Tue Jan 18 12:01:02.123 2022] [php7:error] [pid 41] x", "[php7:error] x"),
        ("Mar  2 12:00:00 web-3 sshd[811]: Failed", "web-3 sshd: Failed"),
        ("since Mar  2 12:00:00 nothing", "since Mar  2 12:00:00 nothing"),
        ("array[1]", "array"),
        ("type=USER_ACCT msg=audit(1642300000.740:2001): uid=0", "type=USER_ACCT uid=0"),
        ("failure; logname= uid=0 tty=ssh", "failure; uid=0 tty=ssh"),
        ("taskkill /pid 4711", "taskkill /pid"),
        ("port 40022 ssh2", "port <number> ssh2"),
        ("port 8080, event 4625, 32000", "port 8080, event 4625, 32000"),
        ("key AKx7Qm2LpZ90vbTyW3cd here", "key <random> here"),
        ("Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Security-Auditing"),
        ("libjavascriptcoregtk-4.1-0", "libjavascriptcoregtk-4.1-0"),
    ],
)
def test_a_value_is_shortened(value: str, expected: str) -> None:
    """Known places lose their paths, log lines their heads, and one run its numbers."""
    assert shortened(value) == expected


def test_two_runs_of_one_command_by_two_people_are_one_text() -> None:
    """That is what makes the exact cache hit, and a verdict count for the next of its kind."""

    def text(user: str, process: int, key: str) -> str:
        return quoted(shortened(rf"C:\Users\{user}\x.exe /pid {process} --key {key}"), limit=96)

    assert text("ana", 4711, "AKx7Qm2LpZ90vbTyW3cd") == text("ben.li", 92, "Zq81mN5xRt7Lk2Vb9PwE")
