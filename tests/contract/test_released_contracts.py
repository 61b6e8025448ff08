"""Contracts against their JSON Schema files, and against their released form."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas import CONTRACTS, Message, export
from schemas.compatibility import breaking_changes, unreadable_before

EACH = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)


def released(contract: type[Message]) -> dict[str, Any]:
    """The contract's JSON Schema as of the last release."""
    found: dict[str, Any] = json.loads(export.file_of(contract, folder=export.RELEASED).read_text(encoding="utf-8"))
    return found


def test_the_json_schema_files_are_what_the_contracts_say() -> None:
    """`python -m schemas.export` was run after the last change."""
    assert export.differing(export.FOLDER) == []


def test_no_released_contract_is_gone() -> None:
    """Somebody reads every one of them."""
    assert {path.name for path in export.RELEASED.glob("*.json")} == {export.file_of(each).name for each in CONTRACTS}


@EACH
def test_readers_of_the_release_can_read_what_is_written_now(contract: type[Message]) -> None:
    """A change that fails here needs a new version of the contract on a new topic."""
    assert breaking_changes(released(contract), export.schema_of(contract)) == []


@EACH
def test_what_the_release_wrote_can_be_read_now(contract: type[Message]) -> None:
    """Topics and the training buffer still hold it."""
    assert unreadable_before(released(contract), export.schema_of(contract)) == []


def test_the_check_names_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing, changed and superfluous files; after writing nothing differs."""
    assert export.main(["--check"], folder=tmp_path) == 1
    assert "AlertV1.schema.json" in capsys.readouterr().err
    assert export.main([], folder=tmp_path) == 0
    assert export.main(["--check"], folder=tmp_path) == 0
    (tmp_path / "AlertV1.schema.json").write_text("{}")
    (tmp_path / "Gone.schema.json").write_text("{}")
    assert export.differing(tmp_path) == ["AlertV1.schema.json", "Gone.schema.json"]
    export.write(tmp_path)
    assert export.differing(tmp_path) == []
