"""Verdicts in every format: what takes one back, and what the values mean that a site has added to its SIEM's."""

from collections.abc import Mapping

from schemas import FeedbackV1, Verdict

TAKEN_BACK: dict[str, object] = {"verdict": Verdict.UNDETERMINED, "retracted": True, "analyst": ""}
"""What an alert says that is open again: whatever was said of it, by whomever, no longer holds."""

VerdictTables = Mapping[str, Mapping[str, Verdict]]
"""By source, and in it by the vendor's value in lower case."""

_OPEN = frozenset({Verdict.OTHER, Verdict.UNDETERMINED})


def as_the_site_means(feedback: FeedbackV1, tables: VerdictTables) -> FeedbackV1:
    """The verdict that the site's table gives the vendor's value.

    Only where the format itself could name none: what a vendor defines, a site does not redefine. A retraction is none.
    """
    if feedback.retracted or feedback.verdict not in _OPEN:
        return feedback
    meant = tables.get(feedback.source, {}).get(feedback.vendor_value.strip().lower())
    return feedback.model_copy(update={"verdict": meant}) if meant else feedback
