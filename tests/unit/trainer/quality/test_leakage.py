"""Leaks: what a text may not hold is found in it, and ordinary words are not taken for it."""

from services.trainer.quality import Severity
from services.trainer.quality.leakage import leaked_ids, leaked_times, leaked_verdicts
from tests.defects import healthy, labelled, name_of, only, rows, saying
from tests.labelled import FP, TP


def test_healthy_texts_leak_nothing() -> None:
    """Neither do words that only look like it, nor another alert's date."""
    one = healthy(1)[0]
    odd = saying(one, "malicious suspicious positive truepositives.exe 2019-01-01 jjjjjj 12:00")
    for made in (rows(healthy()), rows([odd])):
        assert [*leaked_ids(made), *leaked_times(made)] == []
    assert leaked_verdicts(rows([saying(one, "false positives-rate, malicious")])) != []
    assert leaked_verdicts(rows([saying(one, "malicious suspicious positive")])) == []


def test_an_alert_s_own_id_in_its_text_is_found() -> None:
    """Not another's."""
    made = healthy(20)
    own = saying(made[3], f"see {made[3].alert.alert_id.rpartition(':')[2]}")
    finding = only(leaked_ids(rows(made[:3], [own, saying(made[4], f"see {name_of(3)}")])))
    assert finding.examples == (own.alert.alert_id,)
    assert finding.severity is Severity.WARNING


def test_an_alert_s_own_time_in_its_text_is_found() -> None:
    """As a date, as a time of day, as seconds; what the renderer masks is no leak."""
    made = healthy(20)
    when = made[5].alert.observed_at
    leaks = [saying(made[5], f"task_{when:%Y%m%d}"), saying(made[5], f"day {when:%d/%b/%Y}")]
    texts = [rows([one]).texts[0] for one in leaks]
    found = [bool(leaked_times(rows([one]))) for one in leaks]
    assert found == [f"{when:%Y%m%d}" in texts[0], f"{when:%d/%b/%Y}" in texts[1]]
    assert any(found)
    assert leaked_times(rows([saying(made[6], "task_20200101")])) == []


def test_a_verdict_in_the_text_blocks_where_it_tells() -> None:
    """Twenty alerts that say true positive and are; a few, or a word that says nothing, only warn."""
    telling = [saying(labelled(n, TP), f"{n} tag: TruePositive") for n in range(25)]
    finding = only(leaked_verdicts(rows(healthy(50, start=100), telling)))
    assert (finding.severity, finding.count) == (Severity.BLOCKER, 25)
    assert only(leaked_verdicts(rows(telling[:10]))).severity is Severity.WARNING
    both = [saying(labelled(n, TP if n % 2 else FP), f"{n} false-positive rate measured") for n in range(40)]
    assert only(leaked_verdicts(rows(both))).severity is Severity.WARNING
