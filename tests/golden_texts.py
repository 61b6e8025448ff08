"""tests/golden/text_N.txt: what a model reads of one alert of each format, for a change of it to be seen in review.

python -m tests.golden_texts
"""

from pathlib import Path

from services.core.text import TEXT_VERSION, renderer
from tests.format_table import alert_of
from tests.unit.siem.conftest import ALERTS

FOLDER = Path(__file__).parent / "golden"
FILES = {version: FOLDER / f"text_{version}.txt" for version in range(1, TEXT_VERSION + 1)}


def texts(version: int) -> str:
    """Every format's name and its alert's text."""
    render = renderer(version)
    return "\n".join(f"{name}\n    {render(alert_of(name))}\n" for name in sorted(ALERTS))


if __name__ == "__main__":
    for version, file in FILES.items():
        file.write_text(texts(version), encoding="utf-8")
