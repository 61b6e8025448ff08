"""Alert and verdict of every product meet in the buffer: both sent natively, in both orders, and opened again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from schemas import ScoreV1, Verdict, VerdictOrigin
from services.collector.settings import CollectorSettings
from services.runtime.buffer import TrainingBuffer
from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import Stage as ClassifierStage
from tests.integration.collector_stage import Stage, stage_on, wait_until
from tests.messages import score
from tests.products import PRODUCTS, Product, encoded

Labels = dict[str, Verdict]

TRAINING = [product for product in PRODUCTS if product.origin is VerdictOrigin.HUMAN]
REOPENED = [(product, product.reopened) for product in TRAINING if product.reopened is not None]
IDS = {product.name: product.read_alert().alert_id for product in PRODUCTS}
SAID: Labels = {IDS[product.name]: product.says for product in TRAINING}
KEPT: Labels = {IDS[one.name]: one.says for one in TRAINING if one.reopened is None}


@pytest.fixture
def classifying(kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[ClassifierStage]:
    """Topics for a classifier and whoever reads its scores."""
    made = ClassifierStage(kafka.bootstrap, tmp_path)
    yield made
    made.close()


def scores_of(products: Sequence[Product]) -> list[ScoreV1]:
    """The score of each native alert, its context telling whose it is."""
    return [score(of=one.read_alert(), offset=place, values=(float(place),)) for place, one in enumerate(products)]


def send_verdicts(stage: Stage, products: Sequence[Product], *, named: bool) -> None:
    """Each product's verdict as it sends it."""
    stage.send_native([(encoded(one.verdict), one.format if named else None) for one in products])


def count(products: Sequence[Product]) -> int:
    """How many verdicts their documents are: an incident's is one for each of its alerts."""
    return sum(len(one.read_verdicts()) for one in products)


def labels(buffer: TrainingBuffer) -> Labels:
    """What the buffer learns, by alert."""
    return {one.alert.alert_id: one.label for one in buffer.examples()}


def wait_for_counts(buffer: TrainingBuffer, *, scores: int, verdicts: int) -> None:
    """Return when the buffer holds as many."""

    def holds() -> bool:
        summary = buffer.summary()
        return (summary.scores, summary.verdicts) == (scores, verdicts)

    wait_until(holds, what=f"{scores} scores and {verdicts} verdicts")


@pytest.mark.parametrize(("first", "named"), [(0, True), (1, False)])
def test_alert_and_verdict_of_every_product_meet_in_both_orders(stage: Stage, first: int, named: bool) -> None:
    """Half of the products' verdicts come before the scores, then the other half's; named by header, or recognised."""
    buffer = stage.buffer()
    early, late = PRODUCTS[first::2], PRODUCTS[1 - first :: 2]
    scores = dict(zip(IDS, scores_of(PRODUCTS), strict=True))
    with stage.collecting():
        send_verdicts(stage, early, named=named)
        stage.send_scores([scores[one.name] for one in late])
        wait_for_counts(buffer, scores=len(late), verdicts=count(early))
        stage.send_scores([scores[one.name] for one in early])
        send_verdicts(stage, late, named=named)
        wait_for_counts(buffer, scores=len(PRODUCTS), verdicts=count(PRODUCTS))
        assert labels(buffer) == SAID
        contexts = {one.alert.alert_id: one.context for one in buffer.examples()}
        assert contexts == {one.alert.alert_id: one.context for one in scores.values() if one.alert.alert_id in SAID}
        assert buffer.summary().by_origin["propagated"] == count([one for one in PRODUCTS if one not in TRAINING])
        assert buffer.summary().waiting == 0


def test_an_alert_opened_again_in_any_product_is_no_longer_learned_from(stage: Stage) -> None:
    """All that was said stays stored."""
    buffer = stage.buffer()
    with stage.collecting():
        stage.send_scores(scores_of(TRAINING))
        send_verdicts(stage, TRAINING, named=False)
        wait_until(lambda: labels(buffer) == SAID, what="every label")
        stage.send_native([(encoded(reopened), None) for _, reopened in REOPENED])
        wait_for_counts(buffer, scores=len(TRAINING), verdicts=len(TRAINING) + len(REOPENED))
        assert labels(buffer) == KEPT


def test_native_alerts_that_a_classifier_scored_meet_their_native_verdicts(
    classifying: ClassifierStage, tmp_path: Path
) -> None:
    """From one product's alert to its label, with nothing in between that knows of the test."""
    collecting = on_the_same_topics(classifying, tmp_path)
    buffer = collecting.buffer()
    classifying.announce(classifying.publish("v1"))
    with classifying.classifier(), collecting.collecting():
        send_verdicts(collecting, PRODUCTS[::2], named=True)
        for one in PRODUCTS:
            classifying.send([encoded(one.alert)], format_name=one.sent_as if one in PRODUCTS[::3] else None)
        send_verdicts(collecting, PRODUCTS[1::2], named=False)
        wait_for_counts(buffer, scores=len(PRODUCTS), verdicts=count(PRODUCTS))
        assert labels(buffer) == SAID
        collecting.send_native([(encoded(reopened), None) for _, reopened in REOPENED])
        wait_until(lambda: labels(buffer) == KEPT, what="every retraction")
    assert {each.key for each in classifying.scores()} == set(IDS.values())
    assert classifying.dead_letters() == []


def on_the_same_topics(classifying: ClassifierStage, folder: Path) -> Stage:
    """A stage for a collector, of the classifier's topics."""
    apart = stage_on(classifying.bootstrap, folder=folder, new_name=lambda purpose: f"{purpose}-{classifying.name}")
    settings = apart.settings.model_dump() | {"topics": classifying.topics}
    return Stage(folder=folder, settings=CollectorSettings.model_validate(settings))
