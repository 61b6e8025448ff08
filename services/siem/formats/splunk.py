"""Splunk Enterprise Security 7 and 8: notables, or findings as version 8 says, and their disposition as the verdict.

Read as a search returns them, and as the webhook action wraps them as `result`. The parser of messages has already made
a space of the line breaks between the values of a field.
"""

from ipaddress import ip_address

from schemas import Severity, Verdict, VerdictOrigin
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format, Marks, Paths
from services.siem.verdicts import TAKEN_BACK

DISPOSITIONS = {
    "0": Verdict.UNDETERMINED,
    "1": Verdict.TRUE_POSITIVE,
    "2": Verdict.BENIGN_POSITIVE,
    "3": Verdict.FALSE_POSITIVE,
    "4": Verdict.FALSE_POSITIVE,
    "5": Verdict.OTHER,
    "6": Verdict.UNDETERMINED,
    "unassigned": Verdict.UNDETERMINED,
    "true positive - suspicious activity": Verdict.TRUE_POSITIVE,
    "benign positive - suspicious but expected": Verdict.BENIGN_POSITIVE,
    "false positive - incorrect analytic logic": Verdict.FALSE_POSITIVE,
    "false positive - inaccurate data": Verdict.FALSE_POSITIVE,
    "other": Verdict.OTHER,
    "undetermined": Verdict.UNDETERMINED,
    "": Verdict.UNDETERMINED,
}
"""By number, with or without `disposition:` before it, or by label in lower case. A site's own are not guessed."""

OPEN = frozenset({"0", "1", "2", "3", "unassigned", "new", "in progress", "pending"})
"""Statuses, by number or label, of what nobody has closed, or what was opened again."""

CLOSED = frozenset({"4", "5", "resolved", "closed"})
"""The statuses of what is decided, by number or label."""

_SYSTEM = "splunk-system-user"
_WHO = ("dest", "src", "user", "risk_object")


def _paths(*names: str) -> Paths:
    """Fields, each as the webhook wraps it, then as a search returns it."""
    return tuple(path for name in names for path in (f"result.{name}", name))


def _marks(*alternatives: Paths) -> Marks:
    """Marks as a search returns them, and as the webhook wraps them."""
    return tuple(tuple(f"{where}{mark}" for mark in marks) for where in ("", "result.") for marks in alternatives)


_FIELDS = {
    "title": ("rule_title", "rule_name", "search_name", "source"),
    "description": ("rule_description", "savedsearch_description", "description"),
    "rule.id": ("search_name", "source", "rule_name"),
    "rule.name": ("rule_name", "search_name", "rule_title"),
    "severity_original": ("urgency", "severity"),
    "entities.host.os": ("dest_os", "os"),
    "entities.user.name": ("user", "user_name", "src_user"),
    "entities.user.domain": ("user_domain", "dest_nt_domain"),
    "entities.process.name": ("process_name",),
    "entities.process.executable": ("process_path", "process_exec"),
    "entities.process.command_line": ("process", "cmdline"),
    "entities.process.parent": ("parent_process_path", "parent_process_name", "parent_process_exec"),
    "entities.process.parent_command_line": ("parent_process",),
    "entities.process.sha256": ("process_sha256",),
    "entities.network.source_port": ("src_port",),
    "entities.network.destination_port": ("dest_port",),
    "entities.network.protocol": ("transport",),
    "entities.network.domain": ("query", "url_domain"),
    "entities.file.path": ("file_path",),
    "entities.file.name": ("file_name",),
    "entities.file.sha256": ("file_sha256", "sha256"),
    "entities.url.full": ("url",),
    "entities.url.method": ("http_method",),
    "entities.url.user_agent": ("http_user_agent",),
    "entities.email.sender": ("src_user_email", "sender"),
    "entities.email.recipient": ("recipient",),
    "entities.cloud.account": ("vendor_account",),
    "entities.cloud.region": ("vendor_region",),
}
_HOSTS = ("dest_nt_host", "dest_host", "dest", "dvc", "src_nt_host", "src_host", "src")
_SOURCE, _DESTINATION = ("src_ip", "src"), ("dest_ip", "dest")

_NOISE = (
    "_bkt",
    "_cd",
    "_indextime",
    "_kv",
    "_raw",
    "_serial",
    "_si",
    "_sourcetype",
    "_subsecond",
    "_time",
    "annotations",
    "app",
    "comment",
    "dest_asset_id",
    "dest_lat",
    "dest_long",
    "disposition",
    "disposition_default",
    "disposition_description",
    "disposition_label",
    "drilldown_earliest",
    "drilldown_latest",
    "drilldown_search",
    "event_hash",
    "event_id",
    "eventtype",
    "finding_id",
    "host",
    "index",
    "indexer_guid",
    "info_max_time",
    "info_min_time",
    "info_search_time",
    "linecount",
    "notable_type",
    "orig_action_name",
    "orig_bkt",
    "orig_cd",
    "orig_event_hash",
    "orig_event_id",
    "orig_rid",
    "orig_sid",
    "orig_time",
    "owner",
    "owner_realname",
    "priorities",
    "results_link",
    "review_time",
    "reviewer",
    "reviewer_realname",
    "rid",
    "rule_id",
    "search_name",
    "severities",
    "severity",
    "sid",
    "savedsearch_description",
    "source",
    "sourcetype",
    "splunk_server",
    "splunk_server_group",
    "status",
    "status_default",
    "status_description",
    "status_end",
    "status_group",
    "status_label",
    "tag",
    "timestamp",
    "urgency",
)


def event_id(document: Document) -> str:
    """The notable's id; reviews and older versions have it as `rule_id`, as `<indexer>@@<index>@@<hash>`."""
    rule_id = document.text(*_paths("rule_id"))
    return document.text(*_paths("event_id", "finding_id")) or (rule_id if "@@" in rule_id else "")


def severity(document: Document) -> Severity:
    """The level of the urgency, else of the severity, which `unknown` leaves open."""
    words = [
        word for name in ("urgency", "severity") for text in document.texts(*_paths(name)) for word in text.split()
    ]
    return next((level for word in words if (level := by_word(word)) is not Severity.UNKNOWN), Severity.UNKNOWN)


def decisions(document: Document) -> dict[str, object]:
    """Names and addresses, the object of risk, and `app`, which around a webhook's result is Splunk's own."""
    destination = _address(document, _DESTINATION)
    found: dict[str, object] = {
        "entities.host.name": _first(document.text(*_paths(*_HOSTS))),
        "entities.host.ip": destination,
        "entities.network.source_ip": _address(document, _SOURCE),
        "entities.network.destination_ip": destination,
        "entities.network.application": _event(document).text("app"),
    }
    return found | _at_risk(document)


def _at_risk(document: Document) -> dict[str, object]:
    """Risk-based alerting names a system or a user as the object of risk; what the event says itself comes first."""
    kind, named = document.text(*_paths("risk_object_type")).lower(), document.text(*_paths("risk_object"))
    if kind == "system" and not document.text(*_paths(*_HOSTS)):
        return {"entities.host.name": _first(named)}
    if kind == "user" and not document.text(*_paths(*_FIELDS["entities.user.name"])):
        return {"entities.user.name": named}
    return {}


def _address(document: Document, names: Paths) -> str:
    """An address: `src` and `dest` may be names as well."""
    found = (_first(document.text(*_paths(name))) for name in names)
    return next((text for text in found if _is_address(text)), "")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _first(text: str) -> str:
    """The first of several values, where the parser has made one text of them; hosts and addresses have no spaces."""
    return text.split(" ", 1)[0]


def _event(document: Document) -> Document:
    return document.part("result") if document.part("result").fields else document


def verdict(document: Document) -> dict[str, object]:
    """The disposition of what is closed; what is open again takes back what was said of it, by whomever.

    Of what may be open the status is all that was said: a site's table is not to find the disposition left in it.
    """
    about: dict[str, object] = {"alert_id": _alert_id(event_id(document))}
    if (status := _status(document)) == "closed":
        return about | _disposed(document) | _person(document)
    about["vendor_value"] = document.text(*_paths("status_label", "status", "status_group"))
    return about | (TAKEN_BACK if status == "open" else {"verdict": Verdict.OTHER} | _person(document))


def _disposed(document: Document) -> dict[str, object]:
    said = document.text(*_paths("disposition", "disposition_label"))
    known = DISPOSITIONS.get(said.lower().removeprefix("disposition:").strip(), Verdict.OTHER)
    return {"verdict": known, "vendor_value": said}


def _status(document: Document) -> str:
    """`open`, `closed`, or '' for a site's own status that does not say whether it ends; without one it is closed."""
    ends = document.text(*_paths("status_end")).lower()
    named = {text.lower() for text in document.texts(*_paths("status", "status_label", "status_group"))}
    if ends == "true" or named & CLOSED or not (named or ends):
        return "closed"
    return "open" if ends == "false" or named & OPEN else ""


def _person(document: Document) -> dict[str, object]:
    """Who reviewed it, else whose it is; Splunk's own user is nobody."""
    owner = _event(document).text("owner")
    name = document.text(*_paths("reviewer")) or ("" if owner == "unassigned" else owner)
    found: dict[str, object] = {"analyst": name}
    return found | ({"origin": VerdictOrigin.AUTOMATION} if name == _SYSTEM else {})


def _alert_id(vendor_id: str) -> str:
    return alert_id(source="splunk", instance="", vendor_id=vendor_id)


FORMAT = Format(
    name="splunk",
    alerts=AlertFormat(
        recognised_by=(
            *_marks(
                ("rule_title", "security_domain"),
                ("rule_name", "security_domain"),
                ("rule_title", "urgency"),
                ("event_id", "notable_type"),
                ("finding_id", "rule_title"),
                ("index=notable", "search_name"),
            ),
            ("result", "sid", "search_name"),
        ),
        fields={name: _paths(*fields) for name, fields in _FIELDS.items()},
        vendor_id=event_id,
        identity=("sid", *_paths("_bkt", "_cd", "_time", "orig_sid", "search_name", "rule_name", *_WHO)),
        observed_at=_paths("orig_time", "_time"),
        raised_at=_paths("_time"),
        severity=severity,
        tactics=_paths("annotations.mitre_attack.mitre_tactic_id", "annotations.mitre_attack.mitre_tactic"),
        techniques=_paths(
            "annotations.mitre_attack",
            "annotations.mitre_attack.mitre_technique_id",
            "annotations",
            "mitre_technique_id",
        ),
        decide=decisions,
        noise=_paths(*_NOISE, *_HOSTS, *_SOURCE, *_DESTINATION),
        leading=_paths(
            "security_domain", "signature", "action", "category", "change_type", "risk_score", "threat_object"
        ),
    ),
    feedback=FeedbackFormat(
        recognised_by=_marks(
            ("event_id", "disposition"),
            ("finding_id", "disposition"),
            ("rule_id", "disposition", "urgency"),
            ("event_id", "status_label"),
            ("finding_id", "status_label"),
            ("rule_id", "reviewer", "status"),
        ),
        fields={"reason": _paths("comment")},
        decided_at=_paths("review_time", "time"),
        decide=verdict,
    ),
)
