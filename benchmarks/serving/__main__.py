"""Winnow's classifier beside its peers, in one run: `python -m benchmarks.serving [ALERTS]`, or `make bench-serving`.

All answer over Kafka, broker and sender on the same cores, with the same int8 encoder, head and tokenizer (the
tutorial's agent with the pretrained model in float32, as tutorials have it). MLServer and the tutorial's agent are
given texts that are rendered already, Winnow native alerts. Answers are stamped by the broker. A peer that is not
installed is left out.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from benchmarks.ait import alert_of, stream
from benchmarks.data import FOLDER
from benchmarks.report import Line, asked, line
from benchmarks.rig import CACHE_BYTES, SILENT, Bench, percentiles, report_on
from benchmarks.serving import peers
from benchmarks.serving.peer import Message, Peer, Worked
from schemas import AlertV1

ALERTS, REAL_ALERTS, TUTORIAL_ALERTS = 2_000, 4_000, 300
ROUNDS = 3
LOADS = (0.25, 0.5, 0.75)
"""Of what MLServer works off: alerts a second at which latency is measured."""
SECONDS_AT_LOAD = 20
_SCORE_BYTES = 2_000
"""Of a score, about: what the bare application answers with."""

Given = Sequence[tuple[AlertV1, str, bytes]]
"""Alerts, with their formats and bytes."""
Form = Callable[[Given], list[Message]]


class Contender:
    """A peer, what it is sent (the first of the alerts as its probe), and what it did in each round."""

    def __init__(self, peer: Peer, form: Form, alerts: Given) -> None:
        self.peer = peer
        self.probe, *self.messages = form(alerts)
        self.rounds: list[Worked] = []

    def work(self) -> None:
        """Another round, of a process and topics of its own."""
        with self.peer.running(self.probe) as running:
            self.rounds.append(running.burst(self.messages))

    @property
    def rates(self) -> list[float]:
        """Messages a second, round by round."""
        return [each.rate for each in self.rounds]


def main() -> None:
    """Measure, write, print."""
    report_on("serving", _measured, alerts=asked(ALERTS), besides=("transformers",))


def _measured(bench: Bench) -> Iterator[Line]:
    bench.announce(SILENT)
    written = ((each.format, each.value) for each in bench.alerts)
    synthetic = [(alert, *form) for alert, form in zip(bench.as_read(), written, strict=True)]
    winnow = Contender(peers.winnow(bench, cache_bytes=0), peers.as_alerts, synthetic)
    agent = Contender(peers.tutorial(bench), peers.as_texts, synthetic[:TUTORIAL_ALERTS])
    mlserver = _mlserver(bench, synthetic)
    ceiling = _rounds(
        [each for each in (winnow, agent, mlserver) if each is not None], beside=lambda: max(bench.bare())
    )
    yield line("bare loop, the better way", ceiling, unit="texts/s")
    yield line("Winnow, cache off (reference: bare loop)", winnow.rates, unit="alerts/s", reference=ceiling)
    yield from _costs("Winnow", winnow)
    yield line("tutorial's agent (reference: Winnow)", agent.rates, unit="alerts/s", reference=winnow.rates)
    if mlserver is not None:
        yield line("MLServer (reference: Winnow)", mlserver.rates, unit="alerts/s", reference=winnow.rates)
        yield from _costs("MLServer", mlserver)
        yield from _under_load(winnow, mlserver)
    yield from _on_real_streams(bench, mlserver)


def _mlserver(bench: Bench, alerts: Given) -> Contender | None:
    if not (peers.MLSERVER / "bin" / "mlserver").exists():
        sys.stderr.write(f"MLServer is not at {peers.MLSERVER}: it is left out; `make bench-serving` installs it\n")
        return None
    return Contender(peers.mlserver(bench, bench.folder / SILENT), peers.as_requests, alerts)


def _rounds(contenders: Sequence[Contender], *, beside: Callable[[], float] = lambda: 0.0) -> list[float]:
    """Every contender in turn, after a round that does not count; what was measured `beside` them in each."""
    found = []
    for number in range(ROUNDS + 1):
        found.append(beside())
        for each in contenders:
            each.work()
            if not number:
                each.rounds.clear()
    return found[1:]


def _costs(name: str, contender: Contender) -> Iterator[Line]:
    seconds = [1e3 * each.seconds for each in contender.rounds]
    yield line(f"{name}: processor time for 1,000 alerts", seconds, unit="s")
    yield line(f"{name}: resident", [each.resident_mebibytes for each in contender.rounds], unit="MiB")


def _under_load(winnow: Contender, mlserver: Contender) -> Iterator[Line]:
    """Latency at shares of what MLServer works off, and what a kill at half of it loses."""
    capacity = sorted(mlserver.rates)[len(mlserver.rates) // 2]
    named = {"Winnow": winnow, "MLServer": mlserver}
    for load in LOADS:
        for name, one in named.items():
            yield from _latency(f"{name} at {load:.0%} of MLServer's {capacity:.0f} alerts/s", one, load * capacity)
    for name, one in named.items():
        sent = one.messages[: round(0.5 * capacity * SECONDS_AT_LOAD)]
        with one.peer.running(one.probe) as process:
            lost = process.lost_by_a_kill(sent, rate=0.5 * capacity)
        yield line(f"{name}: never answered after a kill, of {len(sent):,} sent at 50%", [float(lost)], unit="alerts")


def _latency(name: str, contender: Contender, rate: float) -> Iterator[Line]:
    with contender.peer.running(contender.probe) as process:
        seconds = process.latencies(contender.messages[: round(rate * SECONDS_AT_LOAD)], rate=rate)
    for percent, milliseconds in percentiles(seconds):
        yield line(f"{name}, p{percent}", [milliseconds], unit="ms")


def _on_real_streams(bench: Bench, mlserver: Contender | None) -> Iterator[Line]:
    """AIT-ADS' alerts as they came, the cache on and empty at first: how often texts come again is theirs."""
    if not FOLDER.is_dir():
        sys.stderr.write("without the data folder nothing is measured on real streams\n")
        return
    alerts = [(alert, "winnow", alert.to_bytes()) for alert in map(alert_of, islice(stream("fox"), REAL_ALERTS))]
    ours = Contender(peers.winnow(bench, cache_bytes=CACHE_BYTES), peers.as_alerts, alerts)
    passing = Contender(peers.passing(bench, answer_bytes=_SCORE_BYTES), peers.as_alerts, alerts)
    others = [Contender(mlserver.peer, peers.as_requests, alerts)] if mlserver is not None else []
    _rounds([ours, passing, *others])
    yield line("real stream: Faust passing on", passing.rates, unit="alerts/s")
    yield line("real stream: Winnow, cache on (reference: that)", ours.rates, unit="alerts/s", reference=passing.rates)
    for each in others:
        yield line("real stream: MLServer (reference: Winnow)", each.rates, unit="alerts/s", reference=ours.rates)


if __name__ == "__main__":
    main()
