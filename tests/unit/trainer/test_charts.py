"""Charts: well-formed, named, and dressed by the page they stand on."""

from xml.etree import ElementTree

import pytest

from services.core.bundle import Estimate
from services.trainer.report.charts import Frame, Span, bars, estimates, lines, matrix, reliability

FRAME = Frame(title='A "chart" <of> things', x="time", y="share")
CHARTS = {
    "lines": lines(
        {"a & b": [(0, 1), (1, 2)], "c": [(0, 2)]},
        frame=FRAME,
        spans=[Span(name="act <1>", start=0, end=1)],
        dots={"c": (0, 2)},
    ),
    "bars": bars({"first": 0.3, "second": 12.0}, frame=FRAME),
    "matrix": matrix([[5, 0], [0, 0]], names=["yes", "no"], frame=FRAME),
    "reliability": reliability([(0.1, 0.2, 10), (0.9, 0.8, 1)], frame=FRAME),
    "estimates": estimates({"a & b": Estimate(value=0.1, low=-0.2, high=0.3)}, frame=FRAME, reference=0.0),
    "nothing": reliability([], frame=FRAME),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_well_formed_named_and_dressed_by_the_page(name: str) -> None:
    """Colours follow light and dark, text is text, and it has a name for those who cannot see it."""
    svg = CHARTS[name]
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == FRAME.title
    assert "width" not in root.attrib
    assert "#0101" not in svg
    assert "#0100" not in svg
    assert "#ffffff" not in svg
    assert "currentColor" in svg
    assert "font-family" not in svg


def test_a_line_has_its_name_and_its_spans() -> None:
    """As text, so that it can be searched and read out."""
    words = "".join(ElementTree.fromstring(CHARTS["lines"]).itertext())
    for word in ("a & b", "act <1>", "time", "share"):
        assert word in words
