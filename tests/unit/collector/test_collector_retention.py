"""Retention by age, with a clock that is passed in, on a real buffer."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.collector.retention import Retention, Sweep
from services.core.subject import Subject, SubjectKind
from services.runtime.buffer import (
    Batch,
    BufferWriter,
    ReadVerdict,
    Seen,
    TrainingBuffer,
    open_buffer,
    open_eraser,
    open_writer,
)
from services.runtime.errors import Unavailable
from services.runtime.settings import BufferSettings
from tests.messages import NOON, alert, score, verdict

DAY = timedelta(days=1)
AFTER_A_MONTH = 30
_TEN_DAYS, _YEAR = 10 * 24 * 60, 365 * 24 * 60  # in minutes; ten days are further than a context reaches


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> BufferSettings:
    """A new buffer."""
    return BufferSettings(url=SecretStr(f"sqlite:///{tmp_path}/buffer.db"))


@pytest.fixture
def writer(settings: BufferSettings) -> Iterator[BufferWriter]:
    """Ten scores and ten imported alerts, one of each judged."""
    writer = open_writer(settings)
    writer.store(
        Batch(
            scores=[score(f"scored:{number}", offset=number) for number in range(10)],
            alerts=[alert(f"imported:{number}", minutes=_TEN_DAYS * number) for number in range(10)],
            verdicts=[ReadVerdict(feedback=verdict(one)) for one in ("scored:3", "imported:3")],
        )
    )
    yield writer
    writer.close()


@pytest.fixture
def buffer(settings: BufferSettings, writer: BufferWriter) -> Iterator[TrainingBuffer]:
    """The same, for reading."""
    buffer = open_buffer(settings)
    yield buffer
    buffer.close()


def test_nothing_young_is_forgotten(writer: BufferWriter) -> None:
    """One day short of the age."""
    clock = Clock()
    clock.now += (AFTER_A_MONTH - 1) * DAY
    assert Retention(writer, days=AFTER_A_MONTH, rows=100, clock=clock).step() == 0


def test_old_alerts_nobody_judged_are_forgotten_a_few_at_a_time(writer: BufferWriter, buffer: TrainingBuffer) -> None:
    """Each step is bounded, the steps together reach all, and the examples stay."""
    clock, before = Clock(), buffer.examples()
    clock.now += (AFTER_A_MONTH + 93) * DAY
    retention = Retention(writer, days=AFTER_A_MONTH, rows=3, clock=clock)
    forgotten = [retention.step() for _ in range(4)]
    assert max(forgotten) <= 6
    assert sum(forgotten) == 18
    assert (buffer.summary().scores, buffer.summary().imported_alerts) == (1, 1)
    assert buffer.examples() == before


def test_what_grows_old_later_is_forgotten_later(writer: BufferWriter) -> None:
    """Each time the sweep may go on."""
    clock = Clock()
    retention = Retention(writer, days=AFTER_A_MONTH, rows=100, clock=clock)
    assert [retention.step() for _ in range(3)] == [0, 0, 0]
    clock.now += (AFTER_A_MONTH + 93) * DAY
    assert retention.step() == 0
    retention.allow()
    assert retention.step() == 18


def test_reasons_are_forgotten_a_few_at_a_time_too(writer: BufferWriter, settings: BufferSettings) -> None:
    """Of verdicts that count as of others; each step goes on where the one before it ended."""
    writer.store(
        Batch(verdicts=[ReadVerdict(feedback=verdict(f"scored:{number}", reason="jdoe")) for number in range(9)])
    )
    clock = Clock()
    clock.now += (AFTER_A_MONTH + 3) * DAY
    retention = Retention(writer, days=AFTER_A_MONTH, rows=4, clock=clock)
    eraser, left = open_eraser(settings), []
    for _ in range(3):
        retention.step()
        left.append(len(eraser.find(Subject(SubjectKind.USER, "jdoe")).mentioning))
    eraser.close()
    assert left == [6, 2, 0]


def test_an_age_of_zero_keeps_everything(writer: BufferWriter) -> None:
    """For whoever keeps the buffer clean by other means."""
    clock = Clock()
    clock.now += 10_000 * DAY
    assert Retention(writer, days=0, rows=100, clock=clock).step() == 0


def test_nothing_outlives_its_time_whatever_comes_in(tmp_path: Path) -> None:
    """Ten times as many scores a day as one step looks at, for four times the age; one in four is judged and stays."""
    clock, rows = Clock(), 40
    writer = open_writer(BufferSettings(url=SecretStr(f"sqlite:///{tmp_path}/buffer.db")))
    retention = Retention(writer, days=5, rows=4, clock=clock)
    for day in range(20):
        clock.now = NOON + day * DAY
        writer.store(_day(day, rows=rows))
        retention.allow()
        for _ in range(15):
            retention.step()
    writer.close()
    scored = _scored(tmp_path / "buffer.db")
    assert min(time for time, is_judged in scored if not is_judged) >= clock.now - 5 * DAY
    assert sum(is_judged for _, is_judged in scored) == 20 * rows / 4


def _day(day: int, *, rows: int) -> Batch:
    minutes = day * 24 * 60
    scores = [score(f"{day}:{n}", minutes=minutes + n, offset=day * rows + n) for n in range(rows)]
    judged = [ReadVerdict(feedback=verdict(f"{day}:{n}", minutes=minutes + n)) for n in range(0, rows, 4)]
    return Batch(scores=scores, verdicts=judged)


def _scored(file: Path) -> list[tuple[datetime, bool]]:
    """When each score was made, and whether its alert is judged."""
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT scored_at, alert_id IN (SELECT alert_id FROM judgements) FROM scores")
        return [(datetime.fromisoformat(time).replace(tzinfo=UTC), bool(judged)) for time, judged in rows]


def test_scores_of_a_clock_that_is_ahead_hold_up_nobody(tmp_path: Path) -> None:
    """They were stored first, and are more than one step looks at."""
    clock = Clock()
    writer = open_writer(BufferSettings(url=SecretStr(f"sqlite:///{tmp_path}/buffer.db")))
    ahead = [score(f"ahead:{n}", minutes=2 * _YEAR, offset=n) for n in range(9)]
    writer.store(Batch(scores=ahead + [score(f"{n}", offset=10 + n) for n in range(9)]))
    clock.now += (AFTER_A_MONTH + 1) * DAY
    retention = Retention(writer, days=AFTER_A_MONTH, rows=4, clock=clock)
    assert [retention.step() for _ in range(4)] == [4, 4, 1, 0]
    writer.close()


def test_a_verdict_that_is_withdrawn_keeps_its_alert_no_longer(writer: BufferWriter, buffer: TrainingBuffer) -> None:
    """Nor does an old alert stay that arrives late: what was passed is looked at again."""
    clock = Clock()
    clock.now += (AFTER_A_MONTH + 93) * DAY
    retention = Retention(writer, days=AFTER_A_MONTH, rows=3, clock=clock)
    _go_on(retention)
    retracted = verdict("scored:3", minutes=20, retracted=True)
    writer.store(Batch(scores=[score("late", offset=100)], verdicts=[ReadVerdict(feedback=retracted)]))
    _go_on(retention)
    assert buffer.summary().scores == 0


def _go_on(retention: Retention) -> None:
    for _ in range(5):
        retention.allow()
        for _ in range(20):
            retention.step()


def test_what_stays_costs_no_more_the_more_it_is() -> None:
    """A thousand rows that stay, ten a step: once through them all, then two steps each time, however many turns."""
    rows, looked = [NOON + n * timedelta(minutes=1) for n in range(1000)], list[Seen | None]()

    def look(before: datetime, seen: Seen | None) -> tuple[int, Seen | None]:
        looked.append(seen)
        page = [time for time in rows if time < before and (seen is None or time > seen[0])][:10]
        return 0, (page[-1], "") if len(page) == 10 else None

    sweep = Sweep(look)
    for _ in range(50):
        sweep.allow()
        for _ in range(500):
            sweep.step(NOON + DAY)
    assert len(looked) == 100 + 1 + 49 + 50


def test_a_sweep_that_was_broken_off_goes_on_where_it_was() -> None:
    """The database did not answer: nothing is passed over, and nothing looked at twice."""
    looked = list[Seen | None]()

    def look(before: datetime, seen: Seen | None) -> tuple[int, Seen | None]:
        looked.append(seen)
        if len(looked) == 2:
            raise Unavailable("away")
        return 1, (before, len(looked)) if len(looked) < 4 else None

    sweep = Sweep(look)
    sweep.step(NOON)
    with pytest.raises(Unavailable):
        sweep.step(NOON)
    assert [sweep.step(NOON), sweep.step(NOON)] == [1, 1]
    assert looked == [None, (NOON, 1), (NOON, 1), (NOON, 3)]
