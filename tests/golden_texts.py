"""tests/golden/texts.txt: what a model reads of one alert of each format, for a change of it to be seen in review.

python -m tests.golden_texts
"""

from pathlib import Path

from services.core.text import TEXT_VERSION, render_alert
from tests.format_table import alert_of
from tests.unit.siem.conftest import ALERTS

GOLDEN = Path(__file__).parent / "golden" / "texts.txt"


def texts() -> str:
    """Every format's name and its alert's text, in the version that new models are trained with."""
    pairs = (f"{name}\n    {render_alert(alert_of(name))}\n" for name in sorted(ALERTS))
    return f"text version {TEXT_VERSION}\n\n" + "\n".join(pairs)


if __name__ == "__main__":
    GOLDEN.write_text(texts(), encoding="utf-8")
