"""Models come and go while alerts flow; what must not serve never does."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import ModelEvent, Serving
from services.core.bundle import ENCODER
from services.sandbox.broker import EmbeddedKafka
from tests.bundles import head_graph
from tests.classifiers import Running, Stage, eventually
from tests.messages import alert


@pytest.fixture
def stage(kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[Stage]:
    """Topics, group and store of this test's own."""
    made = Stage(kafka.bootstrap, tmp_path)
    yield made
    made.close()


@pytest.fixture
def serving_v1(stage: Stage) -> Iterator[Running]:
    """A classifier with model v1 in service."""
    stage.announce(stage.publish("v1"))
    with stage.classifier() as classifier:
        assert classifier.serves("v1")
        yield classifier


def model_of_a_new_score(stage: Stage) -> str | None:
    """What judges an alert that is sent now."""
    before = stage.ends(stage.topics.scores)
    stage.send([alert(f"winnow:t:{time.monotonic_ns()}").to_bytes()], format_name="winnow")
    newest = max(stage.wait_for_scores(before + 1), key=lambda each: each.value["times"]["scored_at"])
    version: str | None = newest.value.get("model_version")
    return version


def corrupt(stage: Stage, serving: Serving) -> None:
    """Change one byte of the encoder as it lies in the store."""
    file = stage.folder / "store" / "alerts" / serving.version / ENCODER
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def test_a_model_is_swapped_in_while_alerts_flow(stage: Stage, serving_v1: Running) -> None:
    """Every alert once, by the old model or the new one, nothing held back while it loads."""
    halfway = threading.Event()

    def swap() -> None:
        halfway.wait(30)
        stage.announce(stage.publish("v2", lean=4.0))

    swapping = threading.Thread(target=swap)
    swapping.start()
    for number in range(600):
        stage.send([alert(f"winnow:t:{number}", title=f"take {number}").to_bytes()], format_name="winnow")
        if number == 200:
            halfway.set()
    swapping.join()
    eventually(lambda: serving_v1.serves("v2"))
    assert model_of_a_new_score(stage) == "v2"
    scores = stage.wait_for_scores(601)
    assert len({each.origin for each in scores}) == len(scores) == 601
    assert {each.value.get("model_version") for each in scores} == {"v1", "v2"}
    assert {each.value["status"] for each in scores} == {"scored"}
    assert serving_v1.metric("winnow_model_serving") == 1


@pytest.mark.parametrize("flaw", ["corrupt file", "wrong manifest hash", "unknown text version", "wrong head"])
def test_a_bundle_that_must_not_serve_leaves_the_old_model_in_service(
    stage: Stage, serving_v1: Running, flaw: str
) -> None:
    """A counter and a log say why, and the stream goes on."""
    if flaw == "unknown text version":
        bad = stage.publish("v2", text_version=999)
    elif flaw == "wrong head":
        bad = stage.publish("v2", head=head_graph(labels=2))
    else:
        bad = stage.publish("v2")
    if flaw == "corrupt file":
        corrupt(stage, bad)
    if flaw == "wrong manifest hash":
        bad = bad.model_copy(update={"manifest_sha256": "f" * 64})
    stage.announce(bad)
    eventually(lambda: serving_v1.metric("winnow_model_swaps_total", outcome="refused") == 1)
    assert model_of_a_new_score(stage) == "v1"
    assert "the announced model cannot serve" in serving_v1.log
    stage.announce(stage.publish("v3"))
    eventually(lambda: serving_v1.serves("v3"))


def test_an_unreachable_store_is_asked_again(stage: Stage, serving_v1: Running) -> None:
    """The bundle appears after its announcement: the old model serves until then."""
    serving = stage.publish("v2")
    home, away = stage.folder / "store" / "alerts" / "v2", stage.folder / "away"
    home.rename(away)
    stage.announce(serving)
    eventually(lambda: serving_v1.metric("winnow_model_swaps_total", outcome="unreachable") >= 1)
    assert model_of_a_new_score(stage) == "v1"
    away.rename(home)
    eventually(lambda: serving_v1.serves("v2"))


def test_an_event_that_changes_nothing_does_nothing(stage: Stage, serving_v1: Running) -> None:
    """A rejected candidate, and another model's promotion: no load, no swap."""
    serving = stage.publish("other")
    (v1,) = [each.value["serving"] for each in stage.read(stage.topics.models)]
    stage.announce(Serving(**v1), event=ModelEvent.REJECTED, candidate="v2")
    stage.announce(serving, model_name="another-model")
    stage.announce(stage.publish("v3"))
    eventually(lambda: serving_v1.serves("v3"))
    assert serving_v1.metric("winnow_model_swaps_total") == 2


def test_a_fresh_classifier_serves_what_a_long_history_ends_with(stage: Stage) -> None:
    """Promotions, rejections, an unreadable event, and a roll-back to the first: that one, and no other is loaded."""
    servings = [stage.publish(f"v{number}") for number in range(5)]
    for number in range(300):
        serving = servings[number % 5]
        stage.announce(serving)
        stage.announce(serving, event=ModelEvent.REJECTED, candidate=f"c{number}")
    stage.producer.send(stage.topics.models, key=b"alerts", value=b"no event").get(20)
    stage.announce(servings[0], event=ModelEvent.ROLLED_BACK, candidate="v4")
    stage.announce(servings[0], event=ModelEvent.REJECTED, candidate="c-last")
    with stage.classifier() as classifier:
        assert classifier.serves("v0")
        assert classifier.metric("winnow_model_swaps_total") == 1
        assert model_of_a_new_score(stage) == "v0"


def test_a_restarted_classifier_loads_its_model_before_it_reads(stage: Stage) -> None:
    """Alerts that waited are scored, not passed unscored."""
    stage.announce(stage.publish("v1"))
    stage.send([alert(f"winnow:t:{number}").to_bytes() for number in range(50)], format_name="winnow")
    with stage.classifier():
        scores = stage.wait_for_scores(50)
    assert {each.value["status"] for each in scores} == {"scored"}
