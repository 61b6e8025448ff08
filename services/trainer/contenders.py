"""Who a candidate is judged beside, as each would serve, and what all of them cost to run."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from schemas import Serving
from services.core.bundle import REQUIRED_FILES
from services.core.context import CONTEXT_VERSION
from services.core.errors import BundleError, FileCorrupt, VersionUnknown
from services.core.example import Example
from services.core.gate import Contestant, Footprint
from services.core.metrics import choose_threshold, threshold_beside
from services.core.showing import showing
from services.core.splits import Split, held_since
from services.trainer.baselines import Choose
from services.trainer.footprints import Runnable, footprints
from services.trainer.graphs import Graphs, OnnxModel
from services.trainer.judgement import Judgement
from services.trainer.judging import Court

Champion = OnnxModel | BundleError | None
"""The model in service, or why it cannot be judged, or that there is none."""


def load_champion(folder: Path, serving: Serving | None, *, threads: int) -> Champion:
    """The model in service from its files in `folder`, if it reads the contexts that candidates are judged with."""
    if serving is None:
        return None
    try:
        model = OnnxModel.load(
            lambda name: (folder / name).read_bytes(), expected_sha256=serving.manifest_sha256, threads=threads
        )
    except BundleError as error:
        return error
    except OSError as error:
        return FileCorrupt(f"a file of the model in service is not there: {error}")
    if model.manifest.context_version != CONTEXT_VERSION:
        return VersionUnknown(f"it reads context version {model.manifest.context_version}, not {CONTEXT_VERSION}")
    return model


def unlearned(parts: Split, champion: Champion) -> Split:
    """The split, its holdout without what the model in service may have learned from: there it would be favoured.

    Alerts may come to be held out that an earlier run learned from, where older ones are imported after it.

    Raises:
        DataError: nothing is left to judge by.
    """
    border = champion.manifest.data.border if isinstance(champion, OnnxModel) else None
    return parts if border is None else held_since(parts, border)


def chooser(court: Court, champion: Champion, *, margin: float, decides: bool = False) -> Choose:
    """How whoever is to follow the champion, candidate or baseline, chooses a threshold on the tuning part.

    By F-beta, or lower beside a champion: a better model that shows fewer attacks at the threshold it would choose for
    itself, by more than a share of `margin`, must not serve. Thresholds are held to each other where both show from
    there on, or both have decisions in force (`decides`); one that has none to all that the champion's decisions show.
    """
    if not isinstance(champion, OnnxModel):
        return choose_threshold
    said, decisions = court.tuning(champion.probabilities), None if decides else champion.decisions
    return partial(threshold_beside, champion=said, shows=showing(champion.threshold, decisions), margin=margin)


def rival(court: Court, champion: Champion, footprint: Footprint | None) -> Contestant | BundleError | None:
    """What the model in service says of the same examples, or why it cannot."""
    if not isinstance(champion, OnnxModel):
        return champion
    return court.contestant(
        champion.probabilities, threshold=champion.threshold, decisions=champion.decisions, footprint=footprint
    )


def costs(candidate: Graphs, bundle: Path, champion: Champion, examples: Sequence[Example]) -> dict[str, Footprint]:
    """What `candidate`, whose files lie in `bundle`, and `champion` take for one of the examples."""
    models = {"candidate": Runnable(candidate, sum((bundle / name).stat().st_size for name in REQUIRED_FILES))}
    if isinstance(champion, OnnxModel):
        models["champion"] = Runnable(champion.graphs, champion.size_bytes)
    return footprints(models, examples)


def told(judgement: Judgement) -> dict[str, float]:
    """The costs by name; they are the run's, not the model's metrics, for no two runs measure the same."""
    models = {"": judgement.candidate, "champion_": judgement.champion}
    found: dict[str, float] = {}
    for name, model in models.items():
        if model is not None and model.footprint is not None:
            found[f"{name}latency_p50_seconds"] = model.footprint.p50_seconds
            found[f"{name}latency_p95_seconds"] = model.footprint.p95_seconds
            found[f"{name}size_bytes"] = float(model.footprint.size_bytes)
    return found
