"""One run on real, public alerts (AIT-ADS) that the tests of this folder share."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.core.example import Example
from services.core.surges import Sighting, sighting
from services.trainer import pipeline
from services.trainer.candidate import Candidate, export_candidate
from services.trainer.network import Network
from services.trainer.plan import BUNDLE, RECENT, SNAPSHOT, RunResult, write_recent, write_snapshot
from services.trainer.settings import TrainingSettings
from tests import ait
from tests.learning import plan_of

_EVERY = 3
"""Each third of the 11,581 alerts is learned from, so that the run stays under two minutes."""
_SETTINGS = TrainingSettings(epochs=1, seconds=60.0)


@dataclass(frozen=True, slots=True)
class RealRun:
    """What a run came to: its result, its bundle, and the network that the bundle was exported from."""

    result: RunResult
    bundle: Path
    network: Network


def _seen(one: Example) -> Sighting | None:
    return sighting(one.alert, one.context)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RealRun:
    """A run in this process, so that its network can be looked at."""
    folder, networks, examples = tmp_path_factory.mktemp("run"), list[Network](), ait.examples(every=_EVERY)
    plan = plan_of(_SETTINGS).model_copy(
        update={
            "snapshot_sha256": write_snapshot(examples, folder / SNAPSHOT),
            "recent_sha256": write_recent([seen for one in examples if (seen := _seen(one))], folder / RECENT),
            "verdicts": len(examples),
        }
    )

    def exported(network: Network, *given: Any, **options: Any) -> Candidate:
        networks.append(network)
        return export_candidate(network, *given, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "export_candidate", exported)
        result = pipeline.Pipeline(folder, plan, report=lambda _: None, clock=time.monotonic).execute()
    return RealRun(result, folder / BUNDLE, networks[0])
