"""Retention by age, with a clock that is passed in, on a real buffer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.collector.retention import Retention
from services.core.subject import Subject, SubjectKind
from services.runtime.buffer import (
    Batch,
    BufferWriter,
    ReadVerdict,
    TrainingBuffer,
    open_buffer,
    open_eraser,
    open_writer,
)
from services.runtime.settings import BufferSettings
from tests.messages import NOON, alert, score, verdict

DAY = timedelta(days=1)
AFTER_A_MONTH = 30
_TEN_DAYS = 10 * 24 * 60  # in minutes; further apart than a context reaches


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
    """The sweep begins anew at its end."""
    clock = Clock()
    retention = Retention(writer, days=AFTER_A_MONTH, rows=100, clock=clock)
    assert retention.step() == 0
    clock.now += (AFTER_A_MONTH + 93) * DAY
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
