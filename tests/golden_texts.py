"""tests/golden/text_N.txt: what a model reads of one alert of each format, for a change of it to be seen in review.

python -m tests.golden_texts
"""

from pathlib import Path

from services.core.text import TEXT_VERSION, renderer
from tests.format_table import alert_of
from tests.messages import alert
from tests.unit.siem.conftest import ALERTS

FOLDER = Path(__file__).parent / "golden"
ALONE = alert(
    title="Audit event",
    description="eventName DeleteTrail eventSource cloudtrail userAgent console sourceAddress 203.0.113.9 "
    "requestParameters name trail-main region eu-central-1 readOnly false managementEvent true recipient 111122223333 "
    "sessionIssuer role admin mfaAuthenticated false errorCode none additionalData loginTo console mobileVersion no "
    "eventCategory Management",
)
"""An event that has nothing but its description."""
FILES = {version: FOLDER / f"text_{version}.txt" for version in range(1, TEXT_VERSION + 1)}


def texts(version: int) -> str:
    """Every format's name and its alert's text, and that of one without entities."""
    render = renderer(version)
    alerts = {name: alert_of(name) for name in sorted(ALERTS)} | {"nothing but a description": ALONE}
    return "\n".join(f"{name}\n    {render(one)}\n" for name, one in alerts.items())


if __name__ == "__main__":
    for version, file in FILES.items():
        file.write_text(texts(version), encoding="utf-8")
