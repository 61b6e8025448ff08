"""`report.html`: the report as a page a person reads, self-contained and without scripts."""

from pathlib import Path

from jinja2 import PackageLoader

from services.sandbox.demo.report import DemoReport, failed_first
from services.trainer.report.charts import Frame, lines
from services.trainer.report.page import environment

JSON, PAGE = "report.json", "report.html"


def write_report(report: DemoReport, folder: Path) -> None:
    """Write `report.json` and `report.html` into the folder."""
    (folder / JSON).write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(report), encoding="utf-8")


def page(report: DemoReport) -> str:
    """The whole page."""
    template = environment(PackageLoader("services.sandbox.demo")).get_template("demo.html.j2")
    return template.render(
        report=report,
        checks=failed_first(report.checks),
        rivals=sorted({name for model in report.models for name in model.live_baselines}),
        acts_chart=_acts_chart(report),
        latency_chart=_latency_chart(report),
    )


def _acts_chart(report: DemoReport) -> str:
    series = {
        name: [(float(number), getattr(act.live, field)) for number, act in enumerate(report.acts, start=1)]
        for name, field in (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))
    }
    frame = Frame(
        title="Live precision, recall and F1 of each act", x="rows of the table above", y_limits=(0, 1), whole_x=True
    )
    return lines(series, frame=frame)


def _latency_chart(report: DemoReport) -> str:
    series = {
        name: [
            (float(number), 1000 * getattr(act.latency_seconds, name))
            for number, act in enumerate(report.acts, start=1)
        ]
        for name in ("p50", "p99")
    }
    return lines(series, frame=Frame(title="Latency of each act", x="rows of the table above", y="ms", whole_x=True))
