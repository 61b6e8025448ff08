"""The model in service, and the change to another: verify, load, warm, swap, drop, while scoring goes on.

On any failure the old model stays, and a counter and a log say why.
"""

import asyncio
import logging
from collections.abc import Callable

from schemas import ModelEventV1, Serving
from services.classifier.engine import Model
from services.classifier.errors import ClassifierError
from services.core.errors import CoreError
from services.runtime.errors import RuntimeFailure
from services.runtime.memory import give_back
from services.runtime.metrics import ClassifierMetrics

log = logging.getLogger(__name__)

Load = Callable[[Serving], Model]
_OUTCOMES = ("swapped", "withdrawn", "refused", "unreachable")
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_LAST_ALERTS_SECONDS = 5.0
"""How long the alerts that a model is dropped over may take to be done with it."""


class Slot:
    """Where the model in service is found. Whoever scores takes it once for each alert."""

    def __init__(self, metrics: ClassifierMetrics) -> None:
        self._metrics = metrics
        self.model: Model | None = None
        self.trouble = "no model has been promoted yet"
        """Why there is no model, as long as there is none."""

    @property
    def version(self) -> str | None:
        """The version in service."""
        return self.model.version if self.model is not None else None

    def put(self, model: Model | None) -> None:
        """Let another model serve, or none; the old one goes when its last alert is done."""
        if self.version is not None:
            self._metrics.model.remove(self.version)
        self.model = model
        self._metrics.run_tokens.set(model.encoder.tokens if model is not None else 0)
        if model is not None:
            self._metrics.model.labels(model.version).set(1)


class Swapper:
    """Brings what was announced last into service. An unreachable store is asked again, with growing patience.

    Some time after a swap `give_back` is called, in a thread: the model that went has left memory that nobody uses.
    """

    def __init__(
        self, slot: Slot, *, load: Load, metrics: ClassifierMetrics, give_back: Callable[[], object] = give_back
    ) -> None:
        self._slot = slot
        self._load = load
        self._metrics = metrics
        self._give_back = give_back
        self._loaded: Serving | None = None
        self._wanted: Serving | None = None
        self._news = asyncio.Event()
        self.settled = asyncio.Event()
        """Set once the first announcement, if there was one, has been acted upon."""
        for outcome in _OUTCOMES:
            metrics.swaps.labels(outcome)  # at zero: Prometheus' `increase` cannot see a counter's first value
        metrics.not_taken.set_function(lambda: float(self._wanted != self._loaded))

    def announce(self, event: ModelEventV1 | None) -> None:
        """Say what shall serve now; none while nothing was ever announced, and what serves then stays.

        A topic that was lost and made anew looks as if nothing had ever been announced.
        """
        if event is not None:
            self._wanted = event.serving
        self._news.set()

    async def run(self) -> None:
        """Follow the announcements until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            before = self._slot.model
            await self._settle()
            if before is not self._slot.model:
                del before  # the last to hold it but for the alerts it still judges
                await self._tidied_up()

    async def _settle(self) -> None:
        wait = _FIRST_WAIT
        while not await self._settled():
            self.settled.set()
            if await self._news_within(wait):
                self._news.clear()
            wait = min(2 * wait, _LONGEST_WAIT)
        self.settled.set()

    async def _tidied_up(self) -> None:
        """Give the old model's memory back, unless the next announcement comes first: it will see to that."""
        if not await self._news_within(_LAST_ALERTS_SECONDS):
            await asyncio.to_thread(self._give_back)

    async def _news_within(self, seconds: float) -> bool:
        """Wait, but not longer than until the next announcement; whether there is one."""
        try:
            return await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False

    async def _settled(self) -> bool:
        """Try once to bring what is wanted into service; whether there is no use in trying again."""
        wanted = self._wanted
        if wanted == self._loaded:
            return True
        if wanted is None:
            self._swap(None, wanted)
            return True
        try:
            model = await asyncio.to_thread(self._load, wanted)
        except (RuntimeFailure, CoreError, ClassifierError) as error:
            unreachable = isinstance(error, OSError) or isinstance(error.__cause__, OSError)
            return self._failed(wanted, error, for_good=not unreachable)
        except Exception as error:  # noqa: BLE001 - a bundle that breaks a library must not end the watching
            return self._failed(wanted, error, for_good=True)
        if wanted == self._wanted:
            self._swap(model, wanted)
        return wanted == self._wanted

    def _swap(self, model: Model | None, serving: Serving | None) -> None:
        before = self._slot.version
        self._slot.put(model)
        self._loaded = serving
        self._metrics.swaps.labels("swapped" if model is not None else "withdrawn").inc()
        log.info("another model serves", extra={"model_version": self._slot.version, "before": before})

    def _failed(self, wanted: Serving, error: Exception, *, for_good: bool) -> bool:
        self._metrics.swaps.labels("refused" if for_good else "unreachable").inc()
        self._slot.trouble = f"model {wanted.version} cannot serve: {type(error).__name__}"
        log.error(
            "the announced model cannot serve; the one in service stays",
            extra={
                "model_version": wanted.version,
                "serving": self._slot.version,
                "error": type(error).__name__,
                "reason": str(error)[:500],
            },
        )
        return for_good
