"""Who a candidate is judged beside."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas import Serving, Severity
from services.core.bands import Band, Decisions
from services.core.bundle import MANIFEST, sha256
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.errors import DataError, FileCorrupt, VersionUnknown
from services.core.metrics import choose_threshold
from services.core.splits import SplitPolicy, split
from services.trainer.contenders import chooser, load_champion, unlearned
from services.trainer.graphs import OnnxModel
from services.trainer.judging import Court
from tests.bundles import write_bundle
from tests.labelled import FP, TP, judged
from tests.learning import learnable


def serving(folder: Path, *, context_version: int = CONTEXT_VERSION) -> Serving:
    """A bundle in that folder as an event names it."""
    write_bundle(folder, context_version=context_version)
    return Serving(version="v1", uri=str(folder), manifest_sha256=sha256((folder / MANIFEST).read_bytes()))


def test_the_champion_is_what_the_event_promised(tmp_path: Path) -> None:
    """Loaded from the run's folder; before the first model there is none, and what is not there says so."""
    champion = load_champion(tmp_path, serving(tmp_path), threads=1)
    assert isinstance(champion, OnnxModel)
    assert load_champion(tmp_path, None, threads=1) is None
    assert isinstance(load_champion(tmp_path / "gone", serving(tmp_path), threads=1), FileCorrupt)


def test_a_champion_that_reads_other_contexts_is_none_to_be_judged_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a sound bundle of a version that this build knows too; no example has the numbers that it reads."""
    monkeypatch.setitem(FEATURES, CONTEXT_VERSION + 1, FEATURES[CONTEXT_VERSION])
    champion = load_champion(tmp_path, serving(tmp_path, context_version=CONTEXT_VERSION + 1), threads=1)
    assert isinstance(champion, VersionUnknown)
    assert f"context version {CONTEXT_VERSION + 1}, not {CONTEXT_VERSION}" in str(champion)


def test_who_follows_a_champion_chooses_a_threshold_beside_it(tmp_path: Path) -> None:
    """A champion that shows everything lets nobody hide an attack beyond the margin; without one F2 alone chooses."""
    court = Court(split(learnable(200), policy=SplitPolicy(), seed=1), seed=1)
    champion = load_champion(tmp_path, serving(tmp_path), threads=1)
    assert isinstance(champion, OnnxModel)
    champion.threshold = 0.0
    said = [judged(TP, 0.9)] * 24 + [judged(TP, 0.1)] + [judged(FP, 0.2)] * 75
    assert chooser(court, None, margin=0.0)(said) == choose_threshold(said) == pytest.approx(0.55)
    assert chooser(court, champion, margin=0.0)(said) <= 0.1
    assert chooser(court, champion, margin=0.04)(said) > 0.1


def test_a_champion_is_not_judged_by_what_it_may_have_learned_from(tmp_path: Path) -> None:
    """Older alerts were imported after its run, so that what it learned from has come to be held out."""
    parts = split(learnable(200), policy=SplitPolicy(), seed=1)
    champion = load_champion(tmp_path, serving(tmp_path), threads=1)
    assert isinstance(champion, OnnxModel)
    assert unlearned(parts, champion) is parts is unlearned(parts, None)  # of a build that kept no border, or none
    times = sorted(one.alert.observed_at for one in parts.holdout)
    for border, left in ((times[0], len(times)), (times[10], len(times) - 10)):
        _learned_until(champion, border)
        assert len(unlearned(parts, champion).holdout) == left
    _learned_until(champion, times[-1] + timedelta(seconds=1))
    with pytest.raises(DataError, match="collect verdicts after"):
        unlearned(parts, champion)


def _learned_until(champion: OnnxModel, border: datetime) -> None:
    data = champion.manifest.data.model_copy(update={"border": border})
    champion.manifest = champion.manifest.model_copy(update={"data": data})


def test_a_model_without_decisions_is_held_to_all_that_the_champion_s_show(tmp_path: Path) -> None:
    """One that has its own is held to the champion's threshold, as it has that of its own to fall back behind."""
    court = Court(split(learnable(200), policy=SplitPolicy(), seed=1), seed=1)
    champion = load_champion(tmp_path, serving(tmp_path), threads=1)
    assert isinstance(champion, OnnxModel)
    band = Band(name="all", severities=tuple(Severity), may_close=0.0001)
    champion.threshold, champion.decisions = 1.0, Decisions(miss_rate=0.01, bands=(band,))
    said = [judged(TP, 0.9)] * 24 + [judged(TP, 0.1)] + [judged(FP, 0.2)] * 75
    assert chooser(court, champion, margin=0.0)(said) <= 0.1
    assert chooser(court, champion, margin=0.0, decides=True)(said) > 0.1
