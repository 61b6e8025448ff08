"""Alert and verdict of every product meet in the buffer, whichever comes first, and part when it is opened again."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from schemas import AlertV1, ScoreV1, Verdict
from services.sandbox.broker import EmbeddedKafka
from services.siem.reading import read_alerts
from tests.integration.collector_stage import Stage, stage_on, wait_until
from tests.messages import score
from tests.products import PRODUCTS, Native, Product

FIRST, LATER = PRODUCTS[::2], PRODUCTS[1::2]
"""Half of the verdicts come before their alert's score, half after it."""


def scores(products: Iterable[Product]) -> list[ScoreV1]:
    """The scores of the products' alerts, read as a classifier reads them."""
    return [score(of=alert_of(product.alert), offset=number) for number, product in enumerate(products)]


def alert_of(native: Native) -> AlertV1:
    """A native alert, read."""
    (alert,) = read_alerts(json.dumps(native).encode(), format_name=None, received_at=datetime.now(UTC))
    assert isinstance(alert, AlertV1), alert
    return alert


def send(stage: Stage, documents: Iterable[Native]) -> None:
    """Verdicts as the products write them."""
    stage.send_raw(stage.settings.topics.feedback, [json.dumps(each).encode() for each in documents])


def test_every_products_verdict_finds_its_alert_and_is_taken_back(
    kafka: EmbeddedKafka, topic_name: Callable[..., str], tmp_path: Path
) -> None:
    """All at once, through one collector."""
    stage = stage_on(kafka.bootstrap, folder=tmp_path, new_name=topic_name)
    stage.make_topics()
    buffer = stage.buffer()
    ids = {alert_of(product.alert).alert_id for product in PRODUCTS}
    with stage.collecting():
        send(stage, [product.closed for product in FIRST])
        stage.send_scores(scores(LATER))
        wait_until(lambda: buffer.summary().scores == len(LATER), what="the scores")
        wait_until(lambda: buffer.summary().verdicts == len(FIRST), what="the first verdicts")
        stage.send_scores(scores(FIRST))
        send(stage, [product.closed for product in LATER])
        wait_until(lambda: buffer.summary().verdicts == len(PRODUCTS), what="all verdicts")
        wait_until(lambda: buffer.summary().scores == len(PRODUCTS), what="all scores")
        assert {each.alert.alert_id: each.label for each in buffer.examples()} == dict.fromkeys(
            ids, Verdict.FALSE_POSITIVE
        )
        assert buffer.summary().waiting == 0
        send(stage, [product.reopened for product in PRODUCTS])
        wait_until(lambda: buffer.summary().verdicts == 2 * len(PRODUCTS), what="the retractions")
        assert buffer.examples() == []
