"""The examples of every contract are messages of it, and readers bear what is newer than they are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas import CONTRACTS, AlertV1, Message, ScoreV1
from schemas.base import OpenEnum
from services.core.context import CONTEXT_VERSION, FEATURES

FOLDER = Path(schemas.__file__).parent / "examples"
BY_NAME = {contract.__name__: contract for contract in CONTRACTS}
FILES = sorted(FOLDER.glob("*/*.json"))
EACH = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")


def contract_of(file: Path) -> type[Message]:
    """The contract whose folder an example lies in."""
    return BY_NAME[file.parent.name]


def with_strange_fields(value: Any) -> Any:
    """The same JSON with a field nobody knows in every object that is not a mapping of its own."""
    if isinstance(value, list):
        return [with_strange_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    mappings = {"evidence", "answers", "metrics"}
    inner = {key: item if key in mappings else with_strange_fields(item) for key, item in value.items()}
    return inner | {"added_in_a_later_version": {"x": [1]}}


def test_every_contract_has_examples() -> None:
    """More than one each, and none of something that is no contract."""
    assert {file.parent.name for file in FILES} == set(BY_NAME)
    assert all(len(list((FOLDER / name).glob("*.json"))) > 1 for name in BY_NAME)


@EACH
def test_an_example_is_written_as_its_contract_writes_it(file: Path) -> None:
    """It is read, and writing it gives the same JSON: no field ignored, misspelt or left to a default."""
    message = contract_of(file).from_bytes(file.read_bytes())
    assert json.loads(message.to_bytes()) == json.loads(file.read_bytes())
    assert contract_of(file).from_bytes(message.to_bytes()) == message


@EACH
def test_fields_of_a_later_version_are_ignored(file: Path) -> None:
    """At every depth."""
    contract = contract_of(file)
    newer = json.dumps(with_strange_fields(json.loads(file.read_bytes()))).encode()
    assert contract.from_bytes(newer) == contract.from_bytes(file.read_bytes())


@pytest.mark.parametrize(
    ("file", "field", "read_as"),
    [
        ("AlertV1/wazuh", "severity", "unknown"),
        ("ScoreV1/scored", "status", "unknown"),
        ("ScoreV1/unscored", "unscored_reason", "unknown"),
        ("ScoreV1/not_shown", "decision", "unknown"),
        ("FeedbackV1/human", "verdict", "other"),
        ("FeedbackV1/human", "severity", "unknown"),
        ("FeedbackV1/human", "origin", "automation"),
        ("ModelEventV1/promoted", "event", "unknown"),
        ("DeadLetterV1/not_json", "reason", "unknown"),
    ],
)
def test_a_name_of_a_later_version_is_read_as_the_last_one_known(file: str, field: str, read_as: str) -> None:
    """The last member of each list means something newer, and never something that acts or trains."""
    path = FOLDER / f"{file}.json"
    newer = json.loads(path.read_bytes()) | {field: "named_in_a_later_version"}
    message = contract_of(path).from_bytes(json.dumps(newer).encode())
    assert getattr(message, field) == read_as


def test_every_list_of_names_is_open() -> None:
    """No enum of a contract refuses a name it does not know."""
    for open_enum in OpenEnum.__subclasses__():
        assert open_enum("named_in_a_later_version") is list(open_enum)[-1]


def test_the_schema_version_always_travels() -> None:
    """Readers in other languages need not know a default; within another message it may be absent."""
    score = FOLDER / "ScoreV1" / "scored.json"
    message = ScoreV1.from_bytes(score.read_bytes())
    assert json.loads(message.to_bytes())["schema_version"] == 1
    inner = json.loads(score.read_bytes())["alert"] | {"schema_version": 1}
    assert AlertV1.from_bytes(json.dumps(inner).encode()) == message.alert


SCORES = pytest.mark.parametrize("file", sorted(FOLDER.glob("ScoreV1/*.json")), ids=lambda file: file.stem)
WEIGHED = re.compile(r"context (?P<feature>\w+) is (?P<value>[\d.]+), mean ")


@SCORES
def test_the_context_of_an_example_is_one_that_trackers_make(file: Path) -> None:
    """Of the version in use, with a value for each of its features."""
    context = ScoreV1.from_bytes(file.read_bytes()).context
    assert context.version == CONTEXT_VERSION
    assert len(context.values) == len(FEATURES[context.version])


@SCORES
def test_what_an_example_says_weighed_most_is_a_feature_with_its_value(file: Path) -> None:
    """A reader may look it up in the context beside it."""
    score = ScoreV1.from_bytes(file.read_bytes())
    features = dict(zip(FEATURES[score.context.version], score.context.values, strict=True))
    for line in score.because:
        if line.startswith("context "):
            found = WEIGHED.match(line)
            assert found is not None, line
            assert found["value"] == f"{features[found['feature']]:.2f}"


def test_examples_say_what_weighed_most() -> None:
    """Or the test above would hold nothing."""
    scores = [ScoreV1.from_bytes(file.read_bytes()) for file in FOLDER.glob("ScoreV1/*.json")]
    assert any(line.startswith("context ") for score in scores for line in score.because)
