"""A log line that carries a CEF or LEEF event, or JSON, behind a syslog header (RFC 3164, RFC 5424) or bare."""

import re

from services.siem.cef import cef_event
from services.siem.leef import leef_event
from services.siem.parsing import cleaning, parsed

LONGEST = 256 * 1024
"""Characters a line may have; syslog carries 64 KiB at most, and taking a line apart costs many times its length."""
_HEADER_WITHIN = 8 * 1024
_PRIORITY = r"(?:<[0-9]{1,3}>)?"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_BSD = r"[A-Z][a-z]{2} [ 0-9]?[0-9](?: [0-9]{4})? [0-9]{2}:[0-9]{2}:[0-9]{2}(?: [0-9]{4})?"
_TAG = r"(?:[\w./-]{1,48}(?:\[[0-9]{1,10}\])?: ?)?"
_DATA = r'(?:-|(?:\[(?:[^\]\\"]|"(?:[^"\\]|\\.)*")*\])+)'
_HEADER_OR_NONE = re.compile(
    rf"{_PRIORITY}(?:"
    rf"1 (?P<time>{_ISO}|-) (?P<host>\S{{1,255}})(?: \S{{1,48}} \S{{1,128}} \S{{1,32}} {_DATA})? \ufeff?"
    rf"|(?P<other_time>{_ISO}|{_BSD}) (?:(?P<other_host>[\w.:-]{{0,254}}[\w.-]) )?{_TAG}"
    r")?(?=CEF: ?[0-9]|LEEF: ?[0-9]|(?:@cee: ?)?\{)"
)
"""RFC 5424 with its version 1 (vendors leave out what follows the host), RFC 3164 with or without host and tag.

The event must follow the header at once: a line that merely quotes an event somewhere in its text is none.
"""


def event_of(line: str) -> dict[str, object] | None:
    """The event a line carries: as the formats `cef` and `leef` read it, or a JSON object; None where there is none."""
    if len(line) > LONGEST:
        return None
    header = _HEADER_OR_NONE.match(line.lstrip(" \ufeff"), 0, _HEADER_WITHIN)
    if header is None:
        return None
    text = header.string[header.end() :]
    if text.startswith(("{", "@cee:")):
        content = parsed(text.removeprefix("@cee:").encode(errors="replace"), clean=cleaning(text))
        return content if isinstance(content, dict) else None
    event = cef_event(text) or leef_event(text)
    return event and event | _origin(header)


def _origin(header: "re.Match[str]") -> dict[str, object]:
    """Which machine sent the line, and when, as far as the header says so."""
    said = {
        "host": header["host"] or header["other_host"],
        "timestamp": header["time"] or header["other_time"],
    }
    known: dict[str, object] = {name: value for name, value in said.items() if value and value != "-"}
    return {"syslog": known} if known else {}
