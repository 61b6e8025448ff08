"""The swapper: what is announced comes into service, or the old model stays."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from prometheus_client import CollectorRegistry

from schemas import Candidate, ModelEvent, ModelEventV1, Serving
from services.classifier import models
from services.classifier.announcements import newest_event
from services.classifier.engine import Model
from services.classifier.loading import load_served
from services.classifier.models import Slot, Swapper
from services.core.errors import FileCorrupt
from services.runtime.errors import StoreError
from services.runtime.metrics import ClassifierMetrics
from tests.bundles import publish_bundle
from tests.messages import NOON


def event(serving: Serving | None, *, model_name: str = "alerts", when: datetime = NOON) -> ModelEventV1:
    """An announcement."""
    return ModelEventV1(
        model_name=model_name,
        event=ModelEvent.PROMOTED,
        candidate=Candidate(version="v"),
        serving=serving,
        occurred_at=when,
    )


class Bench:
    """A swapper whose loads are counted, and can be made to fail."""

    def __init__(self, folder: Path) -> None:
        self.registry = CollectorRegistry()
        metrics = ClassifierMetrics(self.registry)
        self.folder = folder
        self.slot = Slot(metrics)
        self.loads: list[str] = []
        self.failure: Exception | None = None
        self.given_back = 0
        self.swapper = Swapper(self.slot, load=self.load, metrics=metrics, give_back=self.give_back)

    def load(self, serving: Serving) -> Model:
        """Load it really, unless told to fail."""
        self.loads.append(serving.version)
        if self.failure is not None:
            raise self.failure
        return load_served(serving, cache_bytes=0)

    def give_back(self) -> None:
        """Count it."""
        self.given_back += 1

    def bundle(self, version: str) -> Serving:
        """A bundle in the store."""
        return publish_bundle(self.folder / "store", self.folder / "made", version=version)

    def swaps(self, outcome: str) -> float:
        """How often that was the outcome."""
        return self.registry.get_sample_value("winnow_model_swaps_total", {"outcome": outcome}) or 0

    def gauge(self, version: str) -> float | None:
        """What the gauge of the serving model says of a version."""
        return self.registry.get_sample_value("winnow_model_serving", {"model_version": version})

    @property
    def not_taken(self) -> float | None:
        """What the gauge says of the model announced last."""
        return self.registry.get_sample_value("winnow_model_not_taken")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A running swapper."""
    made = Bench(tmp_path)
    async with _running(made.swapper):
        yield made


@asynccontextmanager
async def _running(swapper: Swapper) -> AsyncIterator[None]:
    task = asyncio.create_task(swapper.run())
    yield
    task.cancel()


async def soon(look: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(10):
        while not look():  # noqa: ASYNC110 - gauges and slots set no event
            await asyncio.sleep(0.005)


async def test_what_is_announced_comes_into_service_and_the_old_one_goes(bench: Bench) -> None:
    """The gauge names one model at a time."""
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.slot.version == "v1")
    bench.swapper.announce(event(bench.bundle("v2")))
    await soon(lambda: bench.slot.version == "v2")
    assert bench.swaps("swapped") == 2
    assert (bench.gauge("v1"), bench.gauge("v2")) == (None, 1)


async def test_the_memory_of_the_one_that_went_is_given_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once after each swap, when nothing holds the old model any more; not for an announcement that swaps nothing."""
    monkeypatch.setattr(models, "_LAST_ALERTS_SECONDS", 0.01)
    second = bench.bundle("v2")
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.given_back == 1)
    old = weakref.ref(cast("Model", bench.slot.model))
    bench.swapper.announce(event(second))
    await soon(lambda: bench.given_back == 2)
    assert old() is None
    bench.swapper.announce(event(second))
    await asyncio.sleep(0.05)
    assert bench.given_back == 2


async def test_what_is_announced_meanwhile_is_not_kept_waiting(bench: Bench) -> None:
    """Memory can wait."""
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.slot.version == "v1")
    bench.swapper.announce(event(bench.bundle("v2")))
    async with asyncio.timeout(models._LAST_ALERTS_SECONDS / 2):
        await soon(lambda: bench.slot.version == "v2")
    assert bench.given_back == 0


async def test_a_topic_that_looks_empty_withdraws_nothing(bench: Bench) -> None:
    """It may have been lost and made anew; only an event that serves nothing takes a model out of service."""
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.slot.version == "v1")
    bench.swapper.announce(None)
    bench.swapper.announce(event(bench.bundle("v2")))
    await soon(lambda: bench.slot.version == "v2")
    assert bench.swaps("withdrawn") == 0
    bench.swapper.announce(event(None))
    await soon(lambda: bench.slot.model is None)


async def test_the_same_again_loads_nothing(bench: Bench) -> None:
    """A rejected candidate's event names what serves already."""
    serving = bench.bundle("v1")
    for _ in range(3):
        bench.swapper.announce(event(serving))
        await soon(lambda: bench.slot.version == "v1")
    assert bench.loads == ["v1"]


async def test_nothing_promoted_yet_is_settled_without_a_model(bench: Bench) -> None:
    """Neither an empty topic nor an event that serves nothing keeps the start waiting."""
    bench.swapper.announce(None)
    await asyncio.wait_for(bench.swapper.settled.wait(), 5)
    bench.swapper.announce(event(None))
    assert bench.slot.model is None


@pytest.mark.parametrize("failure", [FileCorrupt("damaged"), RuntimeError("a library broke")])
async def test_a_bundle_that_is_no_good_is_tried_once(bench: Bench, failure: Exception) -> None:
    """The old model stays."""
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.slot.version == "v1")
    bench.failure = failure
    bench.swapper.announce(event(bench.bundle("v2")))
    await soon(lambda: bench.swaps("refused") == 1)
    bench.failure = None
    bench.swapper.announce(event(bench.bundle("v3")))
    await soon(lambda: bench.slot.version == "v3")
    assert bench.loads == ["v1", "v2", "v3"]


async def test_a_model_that_is_announced_and_not_taken_is_told_for_as_long_as_that_is_so(bench: Bench) -> None:
    """A refusal is counted once, maybe before anybody looks; an alert needs something that stays."""
    assert bench.not_taken == 0
    bench.failure = FileCorrupt("damaged")
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.swaps("refused") == 1)
    assert bench.not_taken == 1
    bench.failure = None
    bench.swapper.announce(event(bench.bundle("v2")))
    await soon(lambda: bench.slot.version == "v2")
    assert bench.not_taken == 0


async def test_a_model_that_was_refused_and_then_withdrawn_is_missed_by_nobody(bench: Bench) -> None:
    """Nothing is to serve, and nothing does."""
    bench.failure = FileCorrupt("damaged")
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.not_taken == 1)
    bench.swapper.announce(event(None))
    await soon(lambda: bench.not_taken == 0)


async def test_every_outcome_is_shown_before_the_first_announcement(bench: Bench) -> None:
    """Prometheus cannot tell how much a counter grew before it first saw it."""
    for outcome in ("swapped", "withdrawn", "refused", "unreachable"):
        assert bench.registry.get_sample_value("winnow_model_swaps_total", {"outcome": outcome}) == 0


async def test_a_store_that_does_not_answer_is_asked_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it does; also where only a file of the bundle could not be had."""
    monkeypatch.setattr(models, "_FIRST_WAIT", 0.01)
    half = FileCorrupt("encoder.onnx cannot be read")
    half.__cause__ = StoreError("timed out")
    foreign = StoreError("no store")
    foreign.__cause__ = RuntimeError("an object store's own error")
    for failure in (StoreError("no store"), half, foreign):
        bench.failure = failure
        tries = len(bench.loads)
        bench.swapper.announce(event(bench.bundle(f"v{tries}")))
        await soon(lambda tries=tries: len(bench.loads) >= tries + 3)  # type: ignore[misc]
    bench.failure = None
    await soon(lambda: bench.slot.model is not None)
    assert bench.swaps("refused") == 0


async def test_a_newer_announcement_ends_the_asking(bench: Bench) -> None:
    """Nobody waits for a bundle that is no longer wanted."""
    bench.failure = StoreError("no store")
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.swaps("unreachable") == 1)
    bench.failure = None
    bench.swapper.announce(event(bench.bundle("v2")))
    await soon(lambda: bench.slot.version == "v2")
    assert "v1" not in bench.loads[1:]


async def test_without_a_model_the_trouble_is_told(bench: Bench) -> None:
    """Unscored alerts carry it."""
    assert "promoted" in bench.slot.trouble
    bench.failure = FileCorrupt("damaged")
    bench.swapper.announce(event(bench.bundle("v1")))
    await soon(lambda: bench.swaps("refused") == 1)
    assert "v1" in bench.slot.trouble


def test_the_newest_event_of_the_model_counts() -> None:
    """Others' events, tombstones and what cannot be read are passed over."""
    first, last = (Serving(version=name, uri="u", manifest_sha256="0" * 64) for name in ("first", "last"))
    values = [
        event(first).to_bytes(),
        event(last).to_bytes(),
        event(first, model_name="another").to_bytes(),
        None,
        b"no event",
    ]
    newest = newest_event(values, model_name="alerts")
    assert newest is not None
    assert newest.serving == last
    assert newest_event([None, b""], model_name="alerts") is None
