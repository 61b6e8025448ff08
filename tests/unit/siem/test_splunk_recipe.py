"""The searches that send Splunk's findings, as far as they can be told without a Splunk."""

from configparser import ConfigParser
from pathlib import Path

RECIPE = Path(__file__).parents[3] / "deploy" / "siem" / "splunk.savedsearches.conf"


def verdicts() -> tuple[set[str], set[str]]:
    """The fields that the search for verdicts returns, and those that make two of its results the same."""
    searches = ConfigParser(interpolation=None, delimiters="=")
    searches.read(RECIPE, encoding="utf-8")
    search = searches["Winnow - verdicts"]
    assert search["alert.digest_mode"] == "0"
    return _names(search["search"].rpartition("fields ")[2]), _names(search["alert.suppress.fields"])


def _names(fields: str) -> set[str]:
    return {name.strip() for name in fields.split(",")}


def test_a_second_review_of_the_same_finding_is_sent_too() -> None:
    """Closed again with the same disposition, by somebody else perhaps: only its time is another."""
    returned, compared = verdicts()
    assert {"event_id", "review_time"} <= compared <= returned
