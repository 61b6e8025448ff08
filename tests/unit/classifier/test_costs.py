"""What an alert takes: counted and clocked on a real bundle, small as it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.classifier.costs import CLIENT_SECONDS, measure_costs
from services.classifier.engine import Model
from services.classifier.errors import ModelUnusable
from services.classifier.handler import Incoming
from services.classifier.loading import load_bundle
from services.core.errors import DataError
from services.siem.reading import Reader
from tests.bundles import write_bundle
from tests.messages import NOON, alert


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """A model with a cache."""
    return load_bundle(str(write_bundle(tmp_path / "bundle")), cache_bytes=1 << 20)


def incoming(value: bytes, offset: int) -> Incoming:
    """A message of Winnow's own format."""
    return Incoming(
        value=value,
        format_name="winnow",
        topic="alerts",
        partition=0,
        offset=offset,
        produced_at=NOON,
        received_at=NOON,
    )


def clock() -> datetime:
    """The time it is."""
    return datetime.now(UTC)


def test_alerts_texts_and_bytes_are_counted(model: Model) -> None:
    """Four alerts of two texts: half of them are new; the bytes are the messages', the score holds its alert."""
    values = [alert(f"winnow:t:{each}", title="another" if each == 3 else "the same").to_bytes() for each in range(4)]
    messages = [incoming(value, offset) for offset, value in enumerate(values)]
    costs = measure_costs(messages, model, reader=Reader(), clock=clock)
    assert costs.new_share == 0.5
    assert costs.alert_bytes == pytest.approx(sum(map(len, values)) / 4)
    assert costs.score_bytes > costs.alert_bytes
    assert costs.client_seconds == CLIENT_SECONDS
    assert 0 < costs.text_seconds < 1
    assert 0 < costs.alert_seconds < 1


def test_what_cannot_be_read_counts_as_no_alert(model: Model) -> None:
    """Its bytes and its reading are borne by the others; with nothing else there is nothing to reckon with."""
    good = alert("winnow:t:1").to_bytes()
    costs = measure_costs([incoming(b"{", 0), incoming(good, 1)], model, reader=Reader(), clock=clock)
    assert costs.alert_bytes == len(good) + 1
    with pytest.raises(DataError, match="none of the messages"):
        measure_costs([incoming(b"{", 0)], model, reader=Reader(), clock=clock)


def test_a_model_that_does_not_score_costs_nothing_that_could_be_told(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else unscored records would be clocked as scores."""
    monkeypatch.setattr(model, "places", model.places + 1)
    with pytest.raises(ModelUnusable, match="does not score these alerts"):
        measure_costs([incoming(alert("winnow:t:1").to_bytes(), 0)], model, reader=Reader(), clock=clock)
