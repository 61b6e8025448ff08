"""A product's verdict is about the alert that the same product sent, and opening it again takes it back."""

import json
from datetime import UTC, datetime

import pytest

from schemas import AlertV1, FeedbackV1, Verdict, VerdictOrigin
from services.siem.reading import FEEDBACK_FORMATS, read_alerts, read_feedback
from tests.products import CLOSED, PRODUCTS, REOPENED, Native, Product

NOW = datetime(2026, 5, 4, 16, tzinfo=UTC)
ELSEWHERE = {"guide", "secops", "sentinel"}
"""Verdicts of incidents, and of another product's alerts: see their own tests."""

UNTIMED = {"iris"}
"""Its alerts do not say when they were closed: the time of the message stands in."""

by_name = pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)


def verdict_of(native: Native) -> FeedbackV1:
    """The one verdict of a document, recognised by its fields."""
    (read,) = read_feedback(json.dumps(native).encode(), format_name=None, received_at=NOW)
    assert isinstance(read, FeedbackV1), read
    return read


def test_every_product_with_verdicts_is_here() -> None:
    """A new one has to show that its verdicts find its alerts."""
    assert {product.name for product in PRODUCTS} | ELSEWHERE == set(FEEDBACK_FORMATS)


@by_name
def test_a_verdict_names_the_alert_it_is_about(product: Product) -> None:
    """By the id that the alert itself had, when it was raised and after it was closed."""
    (alert,) = read_alerts(json.dumps(product.alert).encode(), format_name=None, received_at=NOW)
    assert isinstance(alert, AlertV1)
    verdict = verdict_of(product.closed)
    assert verdict.alert_id == alert.alert_id
    assert verdict.alert is None or verdict.alert.alert_id == alert.alert_id
    assert (verdict.verdict, verdict.origin) == (Verdict.FALSE_POSITIVE, VerdictOrigin.HUMAN)


@by_name
def test_opening_it_again_takes_the_verdict_back(product: Product) -> None:
    """Later than it was given, and by whomever it was given."""
    closed, reopened = verdict_of(product.closed), verdict_of(product.reopened)
    assert (reopened.alert_id, reopened.retracted) == (closed.alert_id, True)
    assert reopened.analyst in ("", closed.analyst)
    times = (closed.decided_at.timestamp(), reopened.decided_at.timestamp())
    assert times == ((CLOSED, REOPENED) if product.name not in UNTIMED else (NOW.timestamp(), NOW.timestamp()))
