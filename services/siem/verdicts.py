"""What a site's own verdict values mean: closing reasons and dispositions it has added to its SIEM's."""

from collections.abc import Mapping

from schemas import FeedbackV1, Verdict

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
