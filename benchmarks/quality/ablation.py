"""What each group of the context's features adds: run as `python -m benchmarks.quality.ablation`.

TF-IDF with the context in coarse steps, each scenario of AIT-ADS left out in turn, and one group at a time held at zero
in training and judging alike. A group pays where leaving it out costs average precision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.quality.scenarios import SCENARIOS, Scenario, scenario
from benchmarks.report import Line, line, report
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.judged import answered
from services.core.metrics import figures
from services.core.text import render_alert
from services.trainer.baselines import linear
from services.trainer.features import ContextFeatures, TextFeatures

GROUPS: Mapping[str, tuple[str, ...]] = {
    "rule on host": ("rule_on_host_1m", "rule_on_host_1h", "rule_on_host_1d", "minutes_since_rule_on_host"),
    "kind": ("rule_on_entity_10m", "minutes_since_last_of_kind", "first_of_kind"),
    "alerts on host": ("alerts_on_host_10m", "alerts_on_host_1h"),
    "rules on host": ("rules_on_host_10m",),
    "novelty on host": ("novelty_on_host_1m", "novelty_on_host_1h"),
    "user and source": ("rules_of_user_1h", "hosts_of_source_1h"),
    "all": FEATURES[CONTEXT_VERSION],
}


def without(examples: Sequence[Example], features: Sequence[str]) -> list[Example]:
    """The examples with these features at zero."""
    kept = [name not in features for name in FEATURES[CONTEXT_VERSION]]
    return [_masked(example, kept) for example in examples]


def _masked(example: Example, kept: Sequence[bool]) -> Example:
    values = tuple(value if keep else 0.0 for value, keep in zip(example.context.values, kept, strict=True))
    return replace(example, context=example.context.model_copy(update={"values": values}))


def measure(scenarios: Mapping[str, Scenario], features: Sequence[str]) -> list[float]:
    """Average precision on each left-out scenario."""
    found = []
    for name in SCENARIOS:
        known = [one for other in SCENARIOS if other != name for one in scenarios[other].thinned]
        training, judged = without(known, features), without(scenarios[name].thinned, features)
        text = TextFeatures([render_alert(one.alert) for one in training])
        said = answered(linear(training, text, ContextFeatures(training)), judged)
        found.append(figures(said, threshold=0.5)["average_precision"])
    return found


def main() -> None:
    """Measure and write `results/ablation.json`."""
    scenarios = {name: scenario(name) for name in SCENARIOS}
    whole = measure(scenarios, ())
    lines: list[Line] = [line("average precision, whole context", whole, unit="")]
    for group, features in GROUPS.items():
        lines.append(line(f"without {group}", measure(scenarios, features), unit="", reference=whole))
    report("ablation", lines, libraries=("scikit-learn", "numpy"))


if __name__ == "__main__":
    main()
