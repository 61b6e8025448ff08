"""`python -m deploy.grafana.generate`: write the dashboard's JSON anew from `panels`. A test holds the two together."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, statetimeline, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement, VisibilityMode
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from deploy.grafana.panel import Panel
from deploy.grafana.panels import ROWS

FILE = Path(__file__).parent / "dashboards" / "winnow.json"
_SOURCE = DataSourceRef(type_val="prometheus", uid="winnow-prometheus")  # as in provisioning/datasources
_HEIGHT = 8


def main() -> None:
    """Write the file."""
    FILE.write_text(rendered(), encoding="utf-8")


def rendered() -> str:
    """The dashboard as the JSON Grafana provisions."""
    board = (
        dashboard.Dashboard("Winnow")
        .uid("winnow")
        .description("What the loop does: speed, quality by analysts' verdicts, and training.")
        .tags(["winnow"])
        .refresh("5s")
        .time("now-1h", "now")
        .timezone("browser")
        .readonly()
    )
    numbers = count(1)
    for row in ROWS:
        board = board.with_row(dashboard.Row(row.title).id(next(numbers)))
        for panel in row.panels:
            board = board.with_panel(_built(panel).id(next(numbers)))
    return JSONEncoder(sort_keys=True, indent=2).encode(board.build()) + "\n"


def _built(panel: Panel) -> Any:  # noqa: ANN401 - the library's builders share no public base
    made = _KINDS[panel.kind]().title(panel.title).description(panel.says).datasource(_SOURCE).unit(panel.unit)
    made = made.span(panel.width).height(_HEIGHT).min(0)
    if panel.highest is not None:
        made = made.max(panel.highest)
    for number, (legend, promql) in enumerate(panel.queries.items()):
        target = prometheus.Dataquery().ref_id("ABCDEF"[number]).datasource(_SOURCE).expr(promql)
        made = made.with_target(target.legend_format(legend) if legend else target)
    return made


def _lines() -> timeseries.Panel:
    return timeseries.Panel().show_points(VisibilityMode.NEVER).line_width(2).legend(_legend())


def _number() -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))


def _states() -> statetimeline.Panel:
    return statetimeline.Panel().show_value(VisibilityMode.NEVER).legend(_legend())


def _legend() -> common.VizLegendOptions:
    shown = common.VizLegendOptions().show_legend(True)  # noqa: FBT003 - the library's signature
    return shown.display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)


_KINDS: Mapping[str, Callable[[], Any]] = {"lines": _lines, "number": _number, "states": _states}

if __name__ == "__main__":
    main()
