"""AWS Security Hub: findings in the AWS Security Finding Format (ASFF, schema 2018-10-08), which carry the verdict too.

After the Security Hub API reference (AwsSecurityFinding) and the user guide's types taxonomy.
"""

from schemas import Severity, Verdict
from services.siem.attack import tactic_ids
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_bounds, by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

NORMALIZED = (
    (0, Severity.INFORMATIONAL),
    (1, Severity.LOW),
    (40, Severity.MEDIUM),
    (70, Severity.HIGH),
    (90, Severity.CRITICAL),
)
"""From which `Severity.Normalized` on; AWS derives the label by these bounds where only the number is given."""

VERIFICATIONS = {
    "TRUE_POSITIVE": Verdict.TRUE_POSITIVE,
    "BENIGN_POSITIVE": Verdict.BENIGN_POSITIVE,
    "FALSE_POSITIVE": Verdict.FALSE_POSITIVE,
    "UNKNOWN": Verdict.UNDETERMINED,
}
"""By `VerificationState`, which stands beside the workflow: a finding can be verified and still be worked on."""

UNRESOLVED = frozenset({"NEW", "NOTIFIED"})
"""Workflow statuses of a finding that nobody has dealt with, or that AWS has set back."""

_SEVERITIES = ("Severity", "FindingProviderFields.Severity")
_LABELS = tuple(f"{path}.Label" for path in _SEVERITIES)
_KEY = "Resources.Details.AwsIamAccessKey"
_ACTION = "Action.NetworkConnectionAction"
_CALL = "Action.AwsApiCallAction"


def severity(document: Document) -> Severity:
    """The level of the label, else that of the normalised number."""
    level = by_word(document.text(*_LABELS))
    number = document.number(*(f"{path}.Normalized" for path in _SEVERITIES))
    return by_bounds(number, NORMALIZED) if level is Severity.UNKNOWN else level


def vendor_id(document: Document) -> str:
    """The finding's id; unless it is an ARN it is unique only within its product, so the product goes in front."""
    named, product = document.text("Id"), document.text("ProductArn").partition(":product/")[2]
    return f"{product}/{named}" if named and product and not named.startswith("arn:") else named


def decisions(document: Document) -> dict[str, object]:
    """Tactics out of the types, the rule where the generator is not one, the instance, and the cloud's name."""
    types = document.texts("Types")
    ttps = (kind.split("/")[1] for kind in types if kind.startswith("TTPs/"))
    found: dict[str, object] = {"attack.tactics": tactic_ids(ttps), "entities.cloud.provider": "aws"}
    if types and ":guardduty:" in document.text("GeneratorId"):
        found["rule.id"] = types[0]  # GuardDuty's generator is its detector, the same for all it finds
    return found | _instance(document)


def _instance(document: Document) -> dict[str, object]:
    arns = (text for text in document.texts("Resources.Id") if ":instance/" in text)
    instance = next(arns, "").partition(":instance/")[2]
    return {"entities.host.name": instance} if instance else {}


def verdict(document: Document) -> dict[str, object]:
    """What the finding was verified as; set back to unknown, or never set, it takes back what was said."""
    state, workflow = document.text("VerificationState"), document.text("Workflow.Status", "WorkflowState")
    instance = document.text("AwsAccountId")
    found: dict[str, object] = {
        "alert_id": alert_id(source="asff", instance=instance, vendor_id=vendor_id(document)),
        "vendor_value": state or workflow,
        "verdict": VERIFICATIONS.get(state.upper() or "UNKNOWN", Verdict.OTHER),
    }
    is_taken_back = found["verdict"] is Verdict.UNDETERMINED and workflow in UNRESOLVED
    return found | (TAKEN_BACK if is_taken_back else {})


FORMAT = Format(
    name="asff",
    alerts=AlertFormat(
        recognised_by=(
            ("SchemaVersion=2018-10-08", "ProductArn"),
            ("ProductArn", "AwsAccountId", "GeneratorId"),
        ),
        fields={
            "instance": ("AwsAccountId",),
            "title": ("Title",),
            "description": ("Description",),
            "rule.id": ("GeneratorId",),
            "severity_original": (*_LABELS, *(f"{path}.Normalized" for path in _SEVERITIES)),
            "entities.host.ip": (
                "Resources.Details.AwsEc2Instance.IpV4Addresses",
                "Resources.Details.AwsEc2Instance.IpV6Addresses",
            ),
            "entities.user.name": (
                f"{_KEY}.UserName",
                f"{_KEY}.PrincipalName",
                f"{_KEY}.SessionContext.SessionIssuer.UserName",
                "Resources.Details.AwsIamUser.UserName",
            ),
            "entities.process.name": ("Process.Name",),
            "entities.process.executable": ("Process.Path",),
            "entities.network.source_ip": (
                "Network.SourceIpV4",
                "Network.SourceIpV6",
                f"{_CALL}.RemoteIpDetails.IpAddressV4",
                "Action.PortProbeAction.PortProbeDetails.RemoteIpDetails.IpAddressV4",
            ),
            "entities.network.source_port": ("Network.SourcePort",),
            "entities.network.destination_ip": ("Network.DestinationIpV4", "Network.DestinationIpV6"),
            "entities.network.destination_port": ("Network.DestinationPort",),
            "entities.network.protocol": ("Network.Protocol", f"{_ACTION}.Protocol"),
            "entities.network.domain": ("Network.DestinationDomain", "Action.DnsRequestAction.Domain"),
            "entities.file.path": ("Malware.Path",),
            "entities.file.name": ("Malware.Name",),
            "entities.cloud.account": ("AwsAccountId",),
            "entities.cloud.region": ("Region", "Resources.Region"),
            "entities.cloud.service": (f"{_CALL}.ServiceName", "ProductName"),
        },
        vendor_id=vendor_id,
        identity=("ProductArn", "GeneratorId", "Title", "CreatedAt", "Resources.Id"),
        observed_at=("FirstObservedAt", "Process.LaunchedAt", "CreatedAt", "UpdatedAt"),
        raised_at=("CreatedAt", "FirstObservedAt"),
        severity=severity,
        decide=decisions,
        noise=(
            "Id",
            "SchemaVersion",
            "ProductArn",
            "AwsAccountId",
            "CreatedAt",
            "UpdatedAt",
            "FirstObservedAt",
            "LastObservedAt",
            "ProcessedAt",
            "FindingProviderFields",
            "Severity",
            "VerificationState",
            "Workflow",
            "WorkflowState",
            "Note",
            "UserDefinedFields",
            "ProductFields.aws/securityhub/FindingId",
            "Remediation",
        ),
        leading=("Types", "Resources", "Action", "Compliance", "ProductName", "ProductFields"),
    ),
    feedback=FeedbackFormat(
        recognised_by=(("ProductArn", "VerificationState"), ("ProductArn", "Workflow.Status")),
        fields={"analyst": ("Note.UpdatedBy",), "reason": ("Note.Text",)},
        # Not UpdatedAt: that is the finding provider's, and older than the verdict and its score.
        decided_at=("Note.UpdatedAt",),
        decide=verdict,
    ),
)
