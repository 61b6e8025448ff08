"""Every value that a product documents for its verdicts, read from its own document; any other is never a label."""

import copy
from typing import Any

import pytest

from schemas import FeedbackV1, Verdict
from services.core.labels import TRAINABLE
from services.siem.reading import FEEDBACK_FORMATS, read_feedback
from tests.labelled import BP, FP, TP
from tests.messages import NOON
from tests.products import PRODUCTS, encoded

Native = dict[str, Any]

UNDETERMINED, DUPLICATE, OTHER = Verdict.UNDETERMINED, Verdict.DUPLICATE, Verdict.OTHER

SAID = {one.name: one.verdict for one in PRODUCTS}
FORMATS = {one.name: one.format for one in PRODUCTS} | {"elastic, tags": "elastic", "thehive 4": "thehive"}
IRIS_NAMES = {
    "True Positive With Impact": TP,
    "True Positive Without Impact": TP,
    "Legitimate": BP,
    "False Positive": FP,
    "Not Applicable": OTHER,
    "Unknown": UNDETERMINED,
}
HIVE = {
    "TruePositive": TP,
    "FalsePositive": FP,
    "Indeterminate": UNDETERMINED,
    "Duplicated": DUPLICATE,
    "Other": OTHER,
    "Ignored": OTHER,
    "Imported": OTHER,
}
HIVE_4 = {
    "TruePositive": TP,
    "FalsePositive": FP,
    "Indeterminate": UNDETERMINED,
    "Other": OTHER,
    "Duplicated": DUPLICATE,
}
GRAPH = {"truePositive": TP, "informationalExpectedActivity": BP, "falsePositive": FP, "unknown": UNDETERMINED}
PASCAL = {"TruePositive": TP, "InformationalExpectedActivity": BP, "FalsePositive": FP, "Unknown": UNDETERMINED}
SENTINEL = {"TruePositive": TP, "BenignPositive": BP, "FalsePositive": FP, "Undetermined": UNDETERMINED}
OCSF = {
    0: UNDETERMINED,
    1: FP,
    2: TP,
    3: OTHER,
    4: UNDETERMINED,
    5: BP,
    6: BP,
    7: UNDETERMINED,
    8: OTHER,
    9: OTHER,
    10: DUPLICATE,
    99: OTHER,
}
CANONICAL = {
    "true_positive": TP,
    "benign_positive": BP,
    "false_positive": FP,
    "undetermined": UNDETERMINED,
    "duplicate": DUPLICATE,
    "other": OTHER,
}
DISPOSITIONS = {
    "disposition:0": UNDETERMINED,
    "disposition:1": TP,
    "disposition:2": BP,
    "disposition:3": FP,
    "disposition:4": FP,
    "disposition:5": OTHER,
    "disposition:6": UNDETERMINED,
}
REASONS = {
    "true_positive": TP,
    "benign_positive": BP,
    "false_positive": FP,
    "duplicate": DUPLICATE,
    "other": OTHER,
    "automated_closure": OTHER,
}
ASFF = {"TRUE_POSITIVE": TP, "BENIGN_POSITIVE": BP, "FALSE_POSITIVE": FP, "UNKNOWN": UNDETERMINED}
CARBONBLACK = {"TRUE_POSITIVE": TP, "FALSE_POSITIVE": FP, "NONE": UNDETERMINED}
CROWDSTRIKE = {"true_positive": TP, "false_positive": FP, "ignored": OTHER}
SECOPS = {
    "MALICIOUS": TP,
    "NOT_MALICIOUS": FP,
    "MAINTENANCE": OTHER,
    "INCONCLUSIVE": UNDETERMINED,
    "UNKNOWN": UNDETERMINED,
}
SENTINELONE = {"true_positive": TP, "false_positive": FP, "suspicious": UNDETERMINED, "undefined": UNDETERMINED}
TAGS = {"False Positive": FP, "Duplicate": DUPLICATE, "Further investigation required": UNDETERMINED}

# A product's verdict, where in it the value stands, and the values its documents give that field.
DOCUMENTED: list[tuple[str, str, dict[Any, Verdict]]] = [
    ("asff", "VerificationState", ASFF),
    ("carbonblack", "determination.value", CARBONBLACK),
    ("crowdstrike", "resolution", CROWDSTRIKE),
    ("crowdstrike detection", "status", CROWDSTRIKE),
    ("defender", "classification", GRAPH | PASCAL | {"unknownFutureValue": OTHER, "benignPositive": BP}),
    ("defender incident", "classification", GRAPH),
    ("elastic", "kibana.alert.workflow_reason", REASONS),
    ("elastic, tags", "kibana.alert.workflow_tags", TAGS),
    ("guide", "IncidentGrade", {"TruePositive": TP, "BenignPositive": BP, "FalsePositive": FP}),
    ("iris", "resolution_status.resolution_status_name", IRIS_NAMES),
    ("iris case", "status_id", {0: UNDETERMINED, 1: FP, 2: TP, 3: OTHER, 4: TP, 5: BP}),
    ("ocsf", "verdict_id", OCSF),
    ("ocsf incident", "verdict_id", OCSF),
    ("qradar", "closing_reason", {"False-Positive, Tuned": FP, "Non-Issue": OTHER, "Policy Violation": OTHER}),
    ("secops", "closureDetails.reason", SECOPS),
    ("sentinel", "properties.classification", SENTINEL),
    ("sentinel incident", "Classification", SENTINEL),
    ("sentinelone", "threatInfo.analystVerdict", SENTINELONE),
    ("splunk", "disposition", DISPOSITIONS),
    ("thehive", "status", HIVE),
    ("thehive case", "status", HIVE),
    ("thehive 4", "resolutionStatus", HIVE_4),
    ("winnow", "verdict", CANONICAL),
]
# Close to what is documented, or what a site has added: by analogy each could be taken for a verdict.
UNKNOWN: list[Any] = [
    "True Positive - by our own team",
    "not_a_false_positive",
    "false_positives",
    "harmless",
    "falsch positiv",
    "disposition:13",
    "-1",
    4711,
    "tрue_positive",  # its second letter is Cyrillic
]


def document(name: str, path: str, value: Any) -> Native:
    """The product's verdict with another value at a dotted path; dotted keys are taken as they stand."""
    if name == "elastic, tags":
        return SAID["elastic"] | {"kibana.alert.workflow_reason": None, path: [value]}
    if name == "thehive 4":
        return SAID["thehive case"] | {"status": "Resolved", "stage": None, path: value}
    native = copy.deepcopy(SAID[name])
    if name == "ocsf incident":
        del native["verdict"]  # the number's own name
    *folders, last = [path] if path in native else path.split(".")
    place = native
    for folder in folders:
        place = place[folder]
    place[last] = value
    return native


def read(name: str, path: str, value: Any) -> tuple[FeedbackV1, ...]:
    """What the product's verdict says with another value, under the format's name; refusals say nothing."""
    found = read_feedback(encoded(document(name, path, value)), format_name=FORMATS[name], received_at=NOON)
    return tuple(one for one in found if isinstance(one, FeedbackV1))


def test_the_table_has_every_product() -> None:
    """A new format's values are to be written down here."""
    assert {FORMATS[name] for name, _, _ in DOCUMENTED} == set(FEEDBACK_FORMATS)


@pytest.mark.parametrize(
    ("name", "path", "value", "verdict"),
    [(name, path, value, verdict) for name, path, values in DOCUMENTED for value, verdict in values.items()],
)
def test_every_documented_value_has_its_verdict(name: str, path: str, value: Any, verdict: Verdict) -> None:
    """For each alert that the document judges."""
    assert {one.verdict for one in read(name, path, value)} == {verdict}


@pytest.mark.parametrize("value", UNKNOWN)
@pytest.mark.parametrize(("name", "path"), [(name, path) for name, path, _ in DOCUMENTED])
def test_a_value_that_is_not_documented_is_kept_and_never_a_label(name: str, path: str, value: Any) -> None:
    """Word for word, for the site to say what it means; and it takes nothing back."""
    found = {(one.verdict, one.vendor_value, one.retracted) for one in read(name, path, value)}
    assert found == {(Verdict.OTHER, str(value), False)}


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize(("name", "path"), [(name, path) for name, path, _ in DOCUMENTED])
def test_no_value_is_no_label(name: str, path: str, value: Any) -> None:
    """Closed without a word: it may have been anything."""
    assert not {one.verdict for one in read(name, path, value)} & set(TRAINABLE)
