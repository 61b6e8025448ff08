"""The trainer's settings: when to train, and how."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from services.core.decisions import DecisionPolicy
from services.core.gate import GatePolicy
from services.core.sheet import MISS_COST
from services.core.splits import SplitPolicy
from services.runtime.settings import BufferSettings, ProcessSettings, Section

Seconds = Annotated[float, Field(gt=0)]
Rate = Annotated[float, Field(gt=0, lt=1)]
PACKAGE = "package"
"""The base that comes as a Python package."""
PACKAGE_LAYERS = 3
"""How many of its six layers a model is made of: with fewer it tells alerts apart as well, and a score takes half the
time (`benchmarks/frontier.py`)."""
Precision = Literal["auto", "float32", "bfloat16"]
Quantisation = Literal["int8", "float16", "none"]


class ScheduleSettings(Section):
    """When a run starts, and where it works."""

    minimum_verdicts: Annotated[int, Field(ge=1)] = 200
    """Verdicts by people before the first run."""
    new_verdicts: Annotated[int, Field(ge=1)] = 500
    """Verdicts since the last run that start the next."""
    seconds: Seconds = 24 * 3600.0
    """Time since the last run that starts the next, if there is any new verdict."""
    poll_seconds: Seconds = 10.0
    """How often the buffer is asked."""
    backoff_seconds: Seconds = 60.0
    """Pause after a failed run; doubles with each further failure, up to an hour."""
    timeout_seconds: Seconds = 6 * 3600.0
    """A run that takes longer is ended and counts as failed."""
    shadow_seconds: Annotated[float, Field(ge=0)] = 0.0
    """How long a candidate that passed the gate waits, to be judged on new verdicts too before it serves; 0 is off."""
    runs: Path = Path("runs")
    """Folder for the runs' own folders."""
    keep_runs: Annotated[int, Field(ge=1)] = 5
    """How many of the latest runs' folders are kept."""


class TrainingSettings(Section):
    """How a run trains. All of it goes into the manifest."""

    base: str = PACKAGE
    """The pretrained model: `package` (all-MiniLM-L6-v2 as installed), a local folder, or a hub id."""
    base_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """What the base's weights must hash to; empty accepts any but the package's own, which is pinned."""
    layers: Annotated[int, Field(ge=0)] = 0
    """Lowest transformer layers of the base that are kept: fewer make a score cheaper. 0 keeps three of the package's
    six, which tell alerts apart as well, and all of any other base. The baselines' linear probe is of the same layers.
    """
    method: Literal["lora", "full"] = "lora"
    """Adapters of low rank, or every weight of the trained layers."""
    lora_rank: Annotated[int, Field(ge=1, le=256)] = 16
    """Rank of the adapters."""
    lora_alpha: Annotated[int, Field(ge=1)] = 32
    """Scale of the adapters, over their rank."""
    lora_targets: str = ""
    """Names of the adapted linear layers, separated by commas; empty takes the architecture's usual ones."""
    trained_layers: Annotated[int, Field(ge=0)] = 3
    """Uppermost transformer layers that learn, 0 for all; what lies below is computed once for each distinct text."""
    learning_rate: Rate = 5e-4
    """Peak learning rate of the encoder."""
    head_learning_rate: Rate = 2e-3
    """Peak learning rate of the head alone; a tenth of it when it learns on together with the encoder."""
    head_epochs: Annotated[int, Field(ge=0, le=500)] = 100
    """Passes of the head alone over the frozen vectors, before encoder and head learn together."""
    epochs: Annotated[int, Field(ge=0, le=100)] = 3
    """Passes of encoder and head together."""
    batch: Annotated[int, Field(ge=1, le=4096)] = 32
    """Distinct texts in one step."""
    contexts_per_text: Annotated[int, Field(ge=1)] = 4
    """Examples of one text in one step: they share one pass through the encoder."""
    warm_up: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the steps over which the learning rate rises; it falls as a cosine after."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """AdamW's weight decay."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Dropout on the head's inputs and on what text and context make together; verdicts are few and some are wrong."""
    head_width: Annotated[int, Field(ge=4, le=4096)] = 32
    """Numbers that text and context are each brought to before they meet in the head."""
    head_members: Annotated[int, Field(ge=1, le=64)] = 8
    """How many heads of that width learn side by side; their mean probability answers."""
    class_weights: Literal["none", "root", "balanced"] = "root"
    """What a rare class counts for: as it comes, by the root of its inverse share, or by the inverse share."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of a verdict's weight that goes to all labels alike, for it may be wrong; analysts who agree lower it."""
    patience: Annotated[int, Field(ge=1)] = 2
    """Passes without a lower held-out loss before training stops."""
    max_tokens: Annotated[int, Field(ge=8, le=4096)] = 96
    """Longest text, in tokens; cost grows with it."""
    precision: Precision = "auto"
    """bfloat16 autocast where the processor computes it natively, or as said."""
    cache_bytes: Annotated[int, Field(ge=0)] = 2**30
    """Memory for what the frozen layers make of each text; beyond it they are run each time."""
    quantise: Quantisation = "int8"
    """The exported encoder's numbers: int8 for classifiers on CPUs, float16 for those on GPUs, which cannot use int8.
    Either falls back to float32 (none) where it changes too many answers."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads of a run; 0 for one a core, and for torch, whose threads wait for each other, for one core fewer."""
    nice: Annotated[int, Field(ge=0, le=19)] = 15
    """How far a run stands back behind other processes."""
    seconds: Seconds = 3600.0
    """Time budget of fine-tuning: it stops early, with the best state so far."""
    search_seconds: Annotated[float, Field(ge=0)] = 0.0
    """Time for trying hyper-parameters on the validation part before training; 0 takes the settings as they are."""
    seed: int = 20_261
    """Seed of everything random."""
    miss_cost: Annotated[float, Field(gt=0)] = MISS_COST
    """What a missed attack costs, in false alarms; the expected cost is reckoned with it."""
    adversarial_alerts: Annotated[int, Field(ge=0)] = 100
    """Attacks of the holdout that are also tried as an attacker could have written them; 0 tries none."""
    augment: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the training part's attacks, and of its harmless alerts, that an edit applies to which is also learned
    from with one."""
    synthetic: bool = False
    """Whether the alerts are simulated; the manifest says so."""
    split: SplitPolicy = SplitPolicy()
    """How examples are divided; see `services/core/splits.py`."""
    decisions: DecisionPolicy = DecisionPolicy()
    """Which share of attacks may be missed, and which severities never close; see `services/core/decisions.py`."""
    neighbours: Annotated[int, Field(ge=0, le=2000)] = 1000
    """Judged alerts a bundle keeps (vector, verdict, alert id) so that a score can name the nearest; 0 keeps none."""
    gate: GatePolicy = GatePolicy()
    """What a candidate must reach; see `services/core/gate`."""

    @property
    def kept_layers(self) -> int:
        """What `layers` comes to for this base; 0 is all of them."""
        return self.layers or (PACKAGE_LAYERS if self.base == PACKAGE else 0)


class TrainerSettings(ProcessSettings):
    """All the trainer reads."""

    buffer: BufferSettings = BufferSettings()
    trainer: ScheduleSettings = ScheduleSettings()
    training: TrainingSettings = TrainingSettings()
