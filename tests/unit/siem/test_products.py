"""The pairs of alert and verdict that the integration tests send: every product has one, and its two sides meet."""

import pytest

from services.siem.reading import FEEDBACK_FORMATS
from tests.products import PRODUCTS, Native, Product

EACH = pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
REOPENED = [(one, one.reopened) for one in PRODUCTS if one.reopened is not None]


def test_every_product_with_verdicts_has_a_pair() -> None:
    """A new format's verdicts are tried as well; no two pairs are about one alert."""
    assert {product.format for product in PRODUCTS} == set(FEEDBACK_FORMATS)
    assert len({product.read_alert().alert_id for product in PRODUCTS}) == len(PRODUCTS)


@EACH
def test_a_verdict_names_the_alert_as_it_was_first_sent(product: Product) -> None:
    """Under the same id, with the label it says, and read the same with and without the format's name."""
    alert, (verdict, *others) = product.read_alert(), product.read_verdicts()
    assert (verdict.alert_id, verdict.verdict, verdict.origin) == (alert.alert_id, product.says, product.origin)
    assert not verdict.retracted
    assert product.read_verdicts(named=True) == (verdict, *others)


@pytest.mark.parametrize(("product", "reopened"), REOPENED, ids=[one.name for one, _ in REOPENED])
def test_an_alert_opened_again_takes_back_what_was_said(product: Product, reopened: Native) -> None:
    """Of the same alert, by whomever, and no earlier than it was said."""
    (verdict,), (again,) = product.read_verdicts(), product.read_verdicts(reopened)
    assert (again.alert_id, again.retracted, again.analyst) == (verdict.alert_id, True, "")
    assert again.decided_at >= verdict.decided_at
