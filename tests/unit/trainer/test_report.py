"""The model card and the report page: whole, self-contained, honest about synthetic data, safe with hostile text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.core.bundle import Estimate, sha256
from services.core.metrics import evaluate
from services.core.splits import SplitPolicy
from services.trainer.quality import check
from services.trainer.report.page import duration, figure, heading, interval, measured, plain
from services.trainer.report.run_report import Measured, RunReport
from services.trainer.report.written import CARD, PAGE, render_card, render_evaluation, render_page, write_report
from tests.defects import healthy
from tests.labelled import BP, FP, answers
from tests.runs import manifest, run_report

HOSTILE = '<script>alert(1)</script>|x"\n# heading'


@pytest.fixture(scope="module")
def report() -> RunReport:
    """A promoted candidate with champion, baselines and anchor set."""
    return run_report()


@pytest.fixture(scope="module")
def page(report: RunReport) -> str:
    """Its page."""
    return render_page(report)


class Outline(HTMLParser):
    """Every tag opened and closed, every address referred to, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self.addresses += [values[name] or "" for name in ("href", "src", "xlink:href") if name in values]
        self.ids += [values["id"] or ""] if "id" in values else []
        if tag not in {"meta", "link", "br", "img"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_and_needs_nothing_else(page: str) -> None:
    """No scripts, no addresses but within the page, every tag closed, no id used twice."""
    outline = Outline(page)
    assert outline.open == []
    assert not {"script", "link", "iframe", "img", "object"} & outline.tags
    assert all(address.startswith("#") for address in outline.addresses)
    assert {address[1:] for address in outline.addresses} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    assert not re.search(r"url\((?!#)|@import|\son\w+=", page)


def test_the_page_shows_every_part(page: str, report: RunReport) -> None:
    """Figures of every model, every rule of the gate, every chart, every part of the data."""
    text = Outline(page).text
    assert page.count("<svg ") == 14
    for title in (
        *("Precision and recall", "Alerts saved at each recall", "Difference in F1", "Calibration", "Loss"),
        *("Recall by source", "Recall by severity", "Recall by tactic", "Likeliest verdict against truth"),
        *("Attacks by the first of their alerts that is shown", "Attacks noticed within so many minutes"),
    ):
        assert f"<h3>{title}</h3>" in page
    for reason in report.outcome.reasons:
        assert reason.text in text
    for model in report.models.values():
        assert figure(model.holdout.metrics["average_precision"]) in text
        assert interval(model.holdout.metrics["f1"]) in text
    for words in (
        "promoted",
        "TF-IDF with context",
        "look-up by rule and host",
        "ROC AUC",
        "anchor set",
        "1,500",
        "61.2 s",
        "41",
    ):
        assert words in text
    assert report.split_notes[0] in text


def test_every_chart_has_its_figures_as_a_table_too(page: str) -> None:
    """For those who cannot see it; each row as wide as its head."""
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
    assert len(figures) == page.count("<svg ")
    for one in figures:
        table = one[one.index("<details") :]
        head, *rows = [row.count("<th") + row.count("<td") for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]
        assert rows
        assert set(rows) == {head}


def test_the_page_says_where_the_model_errs(report: RunReport, page: str) -> None:
    """By every dimension, tactics by their names, and which attacks were never noticed."""
    text = Outline(page).text
    for dimension in ("class", "source", "rule", "severity", "tactic"):
        assert f"By {dimension}: " in text
    assert "Initial Access" in text
    assert "10 others" in text  # of 25 rules
    never = [one for one in report.candidate.holdout.detections if one.first is None]
    assert never
    assert f"{len(never)}</td>" in page[page.index("first of their alerts") :]


def test_hosts_stay_out_of_the_page(report: RunReport) -> None:
    """A report outlives what is forgotten on request."""
    holdout = report.candidate.holdout
    late = replace(holdout.detections[0], group="R-7\x1fjdoe-laptop")
    page = render_page(run_report(candidate=Measured(holdout=replace(holdout, detections=(late,)))))
    assert "R-7 on one host" in page
    assert "jdoe" not in page


def test_an_evaluation_has_a_page_of_its_own(report: RunReport) -> None:
    """The same sections but for those about a run."""
    page = render_evaluation(report.candidate.holdout, model="20261123-<b>", examples="labelled.jsonl")
    outline = Outline(page)
    assert outline.open == []
    assert "20261123-<b>" in outline.text
    assert "b" not in outline.tags
    assert page.count("<svg ") == 9
    assert "What the gate said" not in page
    assert "Difference in" not in page


def test_an_evaluation_without_attacks_has_a_page_too() -> None:
    """Nothing is drawn where nothing is."""
    harmless = answers([BP, FP] * 20, noise=0.2)
    page = render_evaluation(evaluate(harmless, threshold=0.5, resamples=3), model="m", examples="x")
    assert "How soon attacks are noticed" not in page
    assert Outline(page).open == []


def test_the_page_shows_what_edits_do_and_nothing_where_none_were_tried(page: str, report: RunReport) -> None:
    """Each edit with its counts, a dash where it applies nowhere, and the worst of them beside recall before."""
    text = " ".join(Outline(page[page.index("<h2>Under attack") : page.index("<h2>Data")]).text.split())
    assert "candidate 0.8400.715 to 0.917 0.6600.522 to 0.776 0.1800.098 to 0.308" in text
    assert "forged fields 312722 0.1850.082 to 0.367 0.740" in text
    assert "homoglyphs 000 – 0.840" in text
    untried = replace(report, candidate=replace(report.candidate, attacked=None))
    assert "Under attack" not in render_page(untried)


def test_the_same_run_gives_the_same_bytes(report: RunReport, page: str) -> None:
    """Charts carry no time and no chance."""
    assert sha256(render_page(report).encode()) == sha256(page.encode())
    assert sha256(render_card(report).encode()) == sha256(render_card(report).encode())


def test_card_and_page_say_that_data_are_synthetic(report: RunReport, page: str) -> None:
    """Whoever sees a figure must know; of real data nobody says so."""
    assert page.count("Synthetic data") == 1
    assert render_card(report).count("Synthetic data") == 1
    real = manifest(data=report.manifest.data.model_copy(update={"synthetic": False}))
    told = run_report(manifest=real)
    assert render_page(told).count("ynthetic") == 0
    assert render_card(told).count("ynthetic") == 0


def test_a_rejected_candidate_says_so_first() -> None:
    """In the event's word, with a line for each rule that it failed."""
    rejected = run_report(noise=0.5)
    page, card = render_page(rejected), render_card(rejected)
    failed = [reason for reason in rejected.outcome.reasons if not reason.passed]
    first = page[: page.index("What the gate said")]
    assert len(failed) > 3
    assert [f"<li><strong>{plain(reason.rule)}</strong>" in first for reason in failed] == [True] * len(failed)
    assert '<span class="badge bad">rejected</span>' in first
    assert "**Rejected: this model does not serve.**" in card
    assert "refused" not in (page + card).lower()


def test_what_failed_stands_first_among_the_gates_reasons() -> None:
    """In the page and on the card, each rule on a line of its own."""
    rejected = run_report(noise=0.5)
    card, page = render_card(rejected), render_page(rejected)
    outcomes = [line.startswith("- **failed**: ") for line in card.splitlines() if line.startswith(("- pass", "- **"))]
    assert len(outcomes) == len(rejected.outcome.reasons)
    assert outcomes == sorted(outcomes, reverse=True)
    table = page[page.index("What the gate said") : page.index("Against the others")]
    assert table.rindex(">failed<") < table.index(">passed<")


def test_a_first_model_has_no_champion_and_a_bare_run_no_loss() -> None:
    """Parts that do not exist leave no empty frames."""
    first = run_report(
        champion=None, training_loss=(), validation_loss=(), seconds={}, machine={}, examples_per_second=None
    )
    page = render_page(first)
    assert "<h3>Loss</h3>" not in page
    text = Outline(page).text
    assert "champion 0." not in text
    assert "Machine" not in text
    assert "champion |" not in render_card(first)


def test_hostile_text_stays_text(report: RunReport) -> None:
    """Names and notes may come from outside: escaped in the page, kept to their line and cell in the card."""
    hostile = run_report(
        manifest=report.manifest.model_copy(
            update={"base": report.manifest.base.model_copy(update={"name": HOSTILE}), "parent": HOSTILE}
        ),
        split_notes=(HOSTILE,),
        remarks=(HOSTILE,),
        machine={HOSTILE: HOSTILE},
        baselines={HOSTILE: report.baselines["tfidf"]},
    )
    page, card = render_page(hostile), render_card(hostile)
    assert "script" not in Outline(page).tags
    assert page.count("alert(1)") >= 6
    assert card.count("<script") == 0
    assert card.count("\n# heading") == 0
    assert card.count("&lt;script>") >= 4
    assert card.replace("\\|x", "").count("|x") == 0


def test_the_card_is_a_card(report: RunReport) -> None:
    """Sections, and tables whose rows have as many cells as their heads."""
    card = render_card(report)
    titles = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert titles == ["What it is", "What it learned from", "How good it is", "Why it serves", "Limits"]
    for table in re.findall(r"(?:^\|.*\n)+", card, flags=re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table
        assert len(table.splitlines()) > 3


def test_both_files_are_written(report: RunReport, tmp_path: Path) -> None:
    """Under the names the bundle knows, in UTF-8."""
    write_report(report, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CARD, PAGE])
    assert (tmp_path / CARD).read_text(encoding="utf-8").splitlines() == render_card(report).splitlines()


def test_numbers_are_written_for_people() -> None:
    """And a figure with nothing behind it is a dash."""
    assert figure(0.12345) == "0.123"
    assert figure(None) == "–"
    assert figure(Estimate(value=0, low=0, high=1, support=0)) == "–"
    assert interval(Estimate(value=0, low=0, high=1, support=0)) == ""
    assert interval(Estimate(value=0.5, low=0.25, high=0.75, support=4)) == "0.250 to 0.750"
    assert [duration(0.25), duration(61.25), duration(600)] == ["250 ms", "61.2 s", "10.0 min"]
    assert (plain("macro_f1"), heading("roc_auc"), heading("missed")) == ("macro F1", "ROC AUC", "Missed")
    assert figure(1234.5) == "1,234"
    assert [measured(None), measured(-0.012345), measured(23_400_000)] == ["–", "-0.01235", "23,400,000"]
    assert plain("saved_at_99") == "alerts saved at 99 % recall"


def test_the_page_tells_the_quality_of_the_data_without_names() -> None:
    """Findings, their examples, steps and the share that needed no hand; whom a finding is about stays out."""
    examples = [replace(one, analysts=("mallory",)) for one in healthy(60)]
    checked = check(examples, policy=SplitPolicy(), seed=1)
    text = Outline(render_page(run_report(checked=checked))).text
    for finding in checked.findings:
        assert finding.effect in text
        assert finding.advice in text
        assert all(alert_id in text for alert_id in finding.examples)
    assert all(step.name in text and step.why in text for step in checked.steps)
    assert f"{100 * checked.quality.no_hand:.1f} % of the rows needed no hand" in text
    assert "mallory" not in text


def test_alert_ids_on_the_page_are_text_and_nothing_else() -> None:
    """An id comes from outside."""
    examples = healthy(40)
    hostile = examples[0].alert.model_copy(update={"alert_id": "winnow:test:<script>alert(1)</script>"})
    checked = check([replace(examples[0], alert=hostile), *examples[1:]], policy=SplitPolicy(), seed=1)
    page = render_page(run_report(checked=checked))
    assert "alert(1)" in page
    assert "<script>" not in page
