"""What a run is given and what it leaves, as files in its own folder; the same folder gives the same model again.

```
<run>/plan.json          how to train, and what the candidate is judged against
      snapshot.jsonl     the examples, one a line; its sha256 stands in the plan
      recent.json        how often rules fired in what was scored of late; its sha256 stands in the plan
      champion/          the bundle in service when the run began, if there was one
      trials.log         what a search for hyper-parameters tried, as Optuna's journal
      bundle/            the candidate, once the run is done
      result.json        what came of it, written last
```
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, field_validator

from schemas.base import Contract, Line, Name, Sha256, UtcTime, Version
from schemas.model_event import Serving
from services.core.bundle import GateReason, sha256
from services.core.errors import DataError
from services.core.example import Example
from services.core.surges import Sighting
from services.trainer.settings import TrainingSettings

PLAN, SNAPSHOT, CHAMPION, BUNDLE, RESULT = "plan.json", "snapshot.jsonl", "champion", "bundle", "result.json"
TRIALS, RECENT = "trials.log", "recent.json"

_EXAMPLE = TypeAdapter(Example)
_SIGHTINGS = TypeAdapter(list[Sighting])


class RunPlan(Contract):
    """All a run needs to know. `verdicts` is how many verdicts of people the buffer held at the snapshot's time.

    Without `recent_sha256` nothing is known of what was scored of late.
    `training` says how many layers are kept, also where the settings leave it to the build: another may know better.
    """

    model_name: Name
    version: Version
    created_at: UtcTime
    snapshot_sha256: Sha256
    recent_sha256: Sha256 | None = None
    verdicts: int
    champion: Serving | None
    training: TrainingSettings

    @field_validator("training")
    @classmethod
    def _settled(cls, training: TrainingSettings) -> TrainingSettings:
        return training.model_copy(update={"layers": training.kept_layers})


class RunResult(Contract):
    """What came of a run. `failure` says why there is no bundle; figures are those of the exported candidate."""

    version: Version
    failure: Line = ""
    promoted: bool = False
    reasons: tuple[GateReason, ...] = ()
    metrics: dict[Name, float] = {}
    seconds: Annotated[float, Field(ge=0)] = 0.0


def write_snapshot(examples: Iterable[Example], path: Path) -> str:
    """Write examples as JSON lines, in the order they come, and return the file's sha256."""
    data = b"".join(_EXAMPLE.dump_json(example, exclude_defaults=True) + b"\n" for example in examples)
    path.write_bytes(data)
    return sha256(data)


def read_snapshot(path: Path, *, expected_sha256: str) -> list[Example]:
    """The examples of a snapshot.

    Raises:
        DataError: it is not the file whose hash the plan has.
    """
    return [_EXAMPLE.validate_json(line) for line in _planned(path, expected_sha256).splitlines()]


def _planned(path: Path, expected_sha256: str) -> bytes:
    data = path.read_bytes()
    if sha256(data) != expected_sha256:
        raise DataError(f"{path.name} hashes to {sha256(data)}, planned was {expected_sha256}")
    return data


Scalar = str | int | float | bool


def flat(settings: TrainingSettings) -> dict[str, Scalar]:
    """The settings as the manifest keeps them, by dotted name."""
    return dict(_flat(json.loads(settings.model_dump_json()), "training"))


def _flat(values: dict[str, object], prefix: str) -> Iterator[tuple[str, Scalar]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}.{name}")
        elif isinstance(value, str | int | float | bool):
            yield f"{prefix}.{name}", value


def write_recent(recent: Sequence[Sighting], path: Path) -> str:
    """Write what was scored of late, as far as `core.surges` asks of it, and return the file's sha256."""
    data = _SIGHTINGS.dump_json(list(recent))
    path.write_bytes(data)
    return sha256(data)


def read_recent(path: Path, *, expected_sha256: str) -> list[Sighting]:
    """What was scored of late.

    Raises:
        DataError: it is not the file whose hash the plan has.
    """
    return _SIGHTINGS.validate_json(_planned(path, expected_sha256))
