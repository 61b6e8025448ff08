"""Ten thousand real alerts get the same answer from a file, from Kafka and in the trainer; in torch, within bounds.

Needs the data folder; fails without it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from benchmarks.ait import alert_of, stream
from benchmarks.data import records
from schemas import ScoreV1
from services.classifier.loading import load_bundle
from services.classifier.scoring import score_lines
from services.core.bundle import TOKENIZER
from services.core.example import Example
from services.core.text import render_alert
from services.runtime.settings import StoreSettings
from services.runtime.store import ModelStore
from services.sandbox.broker import EmbeddedKafka
from services.siem.reading import BUILT_IN
from services.trainer.by_hand import open_bundle
from services.trainer.change import LARGEST_CHANGE
from services.trainer.samples import prepare
from services.trainer.voices import answers
from tests import ait
from tests.classifiers import Published, Stage
from tests.data.conftest import RealRun

pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]

NATIVE = "wazuh_native_labelled.jsonl.gz"
COUNT = 10_000
SAME = 1e-6
"""Probabilities that are the same: what is left is the order in which a graph adds up."""
_FOR_EVER = {"alerts": {"retention.ms": "-1"}}


@pytest.fixture(scope="module")
def messages() -> list[bytes]:
    """The alerts as they would come: native ones of Wazuh, then AIT-ADS as it came."""
    native = [json.dumps(record["alert"]).encode() for record in records(NATIVE)]
    rest = islice(stream("fox"), COUNT - len(native))
    return native + [alert_of(record).to_bytes() for record in rest]


@pytest.fixture(scope="module")
def scored(trained: RealRun, messages: Sequence[bytes]) -> list[ScoreV1]:
    """What `winnow score` says of them, in their order."""
    model = load_bundle(str(trained.bundle), cache_bytes=1 << 28)
    found = list(score_lines(messages, model, reader=BUILT_IN, now=datetime.now(UTC)))
    assert len(found) == COUNT
    return [one for one in found if isinstance(one, ScoreV1)]


@pytest.fixture(scope="module")
def stage(
    trained: RealRun, messages: Sequence[bytes], scored: Sequence[ScoreV1], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The alerts on a topic of one partition, in their order, and the model in service.

    Each message has its alert's time, which `winnow score` goes by.
    """
    folder = tmp_path_factory.mktemp("stage")
    with EmbeddedKafka(data_dir=folder / "kafka") as kafka:
        stage = Stage(kafka.bootstrap, folder, partitions={"alerts": 1}, topic_config=_FOR_EVER)
        store = ModelStore(StoreSettings(url=str(folder / "store")))
        digest = store.publish("v1", trained.bundle)
        stage.announce(store.serving("v1", digest=digest))
        for value, score in zip(messages, scored, strict=True):
            sent_at = round(1000 * score.alert.observed_at.timestamp())
            stage.producer.send(stage.topics.alerts, value=value, timestamp_ms=sent_at)
        stage.producer.flush()
        yield stage
        stage.close()


@pytest.fixture(scope="module", params=["cached", "uncached"])
def live(request: pytest.FixtureRequest, stage: Stage) -> list[Published]:
    """What a running classifier says of them, in their order, with its cache and without."""
    settings = {
        "WINNOW_CLASSIFIER__GROUP": f"{stage.group}-{request.param}",
        "WINNOW_CLASSIFIER__CONTEXTS_URL": str(stage.folder / request.param),
        "WINNOW_CLASSIFIER__CACHE_BYTES": str(1 << 28 if request.param == "cached" else 0),
        "WINNOW_CLASSIFIER__PATIENCE_SECONDS": "0",  # they are years old
    }
    before = stage.ends(stage.topics.scores)
    began = datetime.now(UTC).isoformat()
    with stage.classifier(settings=settings):
        found = stage.wait_for_scores(before + COUNT, seconds=400)
    return sorted((one for one in found if one.value["times"]["scored_at"] >= began), key=lambda one: one.origin)


def _probabilities(scores: Sequence[ScoreV1]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """P(true_positive), [n]."""
    return np.array([one.probabilities.true_positive if one.probabilities else np.nan for one in scores])


def test_the_running_classifier_says_what_the_file_s_scores_say(
    live: Sequence[Published], scored: Sequence[ScoreV1]
) -> None:
    """The same contexts, probabilities and decisions, whether texts are looked up in the cache or encoded each time."""
    said = [ScoreV1.model_validate(one.value) for one in live]
    assert [one.context.values for one in said] == [one.context.values for one in scored]
    assert np.abs(_probabilities(said) - _probabilities(scored)).max() <= SAME
    assert [(one.decision, one.shown) for one in said] == [(one.decision, one.shown) for one in scored]


@pytest.fixture(scope="module")
def examples(scored: Sequence[ScoreV1]) -> list[Example]:
    """The same alerts with the contexts they were scored with, as the trainer has them."""
    (any_example, *_) = ait.examples(every=COUNT)
    return [replace(any_example, alert=one.alert, context=one.context) for one in scored]


def test_the_trainer_judges_by_what_serves(
    examples: Sequence[Example], trained: RealRun, scored: Sequence[ScoreV1]
) -> None:
    """In the order they came and in the opposite one, on one thread and on two."""
    serving = _probabilities(scored)
    for threads, step in ((1, 1), (2, -1)):
        said = open_bundle(str(trained.bundle), threads=threads).probabilities(examples[::step])
        assert np.abs(np.array(said)[::step, 0] - serving).max() <= SAME


def test_torch_says_the_same_but_for_int8(
    examples: Sequence[Example], trained: RealRun, scored: Sequence[ScoreV1]
) -> None:
    """What int8 may change is stated, and is what the export was held to."""
    model = open_bundle(str(trained.bundle))
    tokenizer = Tokenizer.from_file(str(trained.bundle / TOKENIZER))
    tokenizer.enable_truncation(model.manifest.max_tokens)
    samples = prepare(examples, tokenizer)
    head = model.manifest.heads[0]
    with torch.no_grad():
        rows = torch.softmax(answers(trained.network, samples).double() / head.temperature, dim=-1).tolist()
    assert model.surges is not None
    said = np.array(model.surges.all_weighed(map(tuple, rows), examples))[:, 0]
    assert model.manifest.quantisation == "int8"
    assert np.quantile(np.abs(said - _probabilities(scored)), 0.99) <= LARGEST_CHANGE


def test_the_answers_are_not_all_one(scored: Sequence[ScoreV1]) -> None:
    """Else all above would hold of a model that says nothing."""
    said = _probabilities(scored)
    assert said.max() - said.min() > 0.5


def test_most_texts_come_again(scored: Sequence[ScoreV1]) -> None:
    """So that the cache is asked, and answers."""
    assert len({render_alert(one.alert) for one in scored}) < COUNT / 5
