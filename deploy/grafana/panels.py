"""What the dashboard shows: one entry for each panel, row by row. `generate` makes Grafana's JSON of it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["lines", "number", "states"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A PromQL expression, and what each of its series is called."""

    promql: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; `width` is in 24ths of the page, `unit` is Grafana's name of it."""

    title: str
    says: str
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 8
    kind: Kind = "lines"
    highest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


def _latency(share: float) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate(winnow_score_latency_seconds_bucket[$__rate_interval])))"


_AT_A_GLANCE = Row(
    title="At a glance",
    panels=(
        Panel(
            title="Live precision, last hour",
            says="Of the alerts shown and judged, how many were attacks. Model 'none' is the time before any model.",
            queries=(Query(promql="winnow:live_precision:1h", legend="{{model_version}}"),),
            unit="percentunit",
            width=6,
            kind="number",
        ),
        Panel(
            title="Missed attacks, last hour",
            says="Alerts that were not shown, or only by the audit's lot, and that a person judged to be an attack.",
            queries=(Query(promql="sum(winnow:missed_attacks:1h)"),),
            width=4,
            kind="number",
        ),
        Panel(
            title="Alerts per second",
            says="Alerts the classifiers read.",
            queries=(Query(promql="sum(rate(winnow_alerts_total[$__rate_interval]))"),),
            unit="ops",
            width=4,
            kind="number",
        ),
        Panel(
            title="Latency, p99",
            says="From Kafka's time of the alert to the broker's acknowledgement of its score.",
            queries=(Query(promql=_latency(0.99)),),
            unit="s",
            width=4,
            kind="number",
        ),
        Panel(
            title="Model in service",
            says="What each classifier serves, over time: a swap is where the bar changes.",
            queries=(Query(promql="winnow_model_serving == 1", legend="{{model_version}} on {{instance}}"),),
            width=6,
            kind="states",
        ),
    ),
)

_LATENCY = Row(
    title="Speed",
    panels=(
        Panel(
            title="Latency",
            says="From Kafka's time of the alert to the broker's acknowledgement of its score.",
            queries=tuple(Query(promql=_latency(share), legend=f"p{share * 100:g}") for share in (0.5, 0.95, 0.99)),
            unit="s",
        ),
        Panel(
            title="Stages, p95",
            says="Where the time goes.",
            queries=(
                Query(
                    promql="histogram_quantile(0.95, sum by (le, stage) "
                    "(rate(winnow_stage_seconds_bucket[$__rate_interval])))",
                    legend="{{stage}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            title="Waiting",
            says="Messages not yet done with, by topic, and alerts waiting for the encoder.",
            queries=(
                Query(promql="sum by (job, topic) (winnow_consumer_lag_messages)", legend="{{job}}: {{topic}}"),
                Query(promql="sum(winnow_encoder_queue_depth)", legend="encoder"),
            ),
        ),
        Panel(
            title="Standing still",
            says="Seconds without a message done with while some wait. /healthz turns red at watchdog_seconds.",
            queries=(Query(promql="max by (job) (winnow_seconds_since_progress)", legend="{{job}}"),),
            unit="s",
        ),
        Panel(
            title="Texts seen before",
            says="Share of alerts whose text was encoded before, and so costs next to nothing.",
            queries=(
                Query(
                    promql='sum(rate(winnow_vector_cache_total{result="hit"}[$__rate_interval]))'
                    " / sum(rate(winnow_vector_cache_total[$__rate_interval]))",
                    legend="hits",
                ),
            ),
            unit="percentunit",
            highest=1,
        ),
        Panel(
            title="Database commits, p95",
            says="One transaction of the collector.",
            queries=(
                Query(
                    promql="histogram_quantile(0.95, sum by (le) "
                    "(rate(winnow_buffer_commit_seconds_bucket[$__rate_interval])))",
                    legend="p95",
                ),
            ),
            unit="s",
        ),
    ),
)

_QUALITY = Row(
    title="Quality, by what analysts said",
    panels=(
        Panel(
            title="Live precision",
            says="Of the alerts shown and judged within the hour, how many were attacks.",
            queries=(Query(promql="winnow:live_precision:1h", legend="{{model_version}}"),),
            unit="percentunit",
            highest=1,
        ),
        Panel(
            title="Recall among judged alerts",
            says="An upper estimate: alerts not shown are rarely judged. A trend, not the truth.",
            queries=(Query(promql="winnow:live_recall_of_judged:1h", legend="{{model_version}}"),),
            unit="percentunit",
            highest=1,
        ),
        Panel(
            title="Missed attacks",
            says="Judged attacks among alerts that were not shown, or only by the audit's lot, within the hour.",
            queries=(Query(promql="winnow:missed_attacks:1h", legend="{{model_version}}"),),
        ),
        Panel(
            title="Recall, by the audit",
            says="An estimate without that bias, of models that decide: attacks shown, of those and the ones that may "
            "have closed, over seven days.",
            queries=(Query(promql="winnow:live_recall:7d", legend="{{model_version}}"),),
            unit="percentunit",
            highest=1,
        ),
        Panel(
            title="Attacks among what may close",
            says="Estimated from the audited alerts, each of which stands for many, over seven days.",
            queries=(Query(promql="winnow:closed_attacks:7d", legend="{{model_version}}"),),
        ),
        Panel(
            title="Decisions per second",
            says="What scores suggest; audited is what may close and is shown by lot.",
            queries=(
                Query(
                    promql="sum by (decision) (rate(winnow_decisions_total[$__rate_interval]))",
                    legend="{{decision}}",
                ),
            ),
            unit="ops",
        ),
        Panel(
            title="Verdicts per minute",
            says="What analysts, and machines in their place, decided.",
            queries=(
                Query(
                    promql="60 * sum by (verdict, origin) (rate(winnow_verdicts_total[$__rate_interval]))",
                    legend="{{verdict}} ({{origin}})",
                ),
            ),
        ),
        Panel(
            title="Verdicts taken back or replaced, last hour",
            says="Judgements that no longer stand.",
            queries=(
                Query(promql="sum by (verdict) (increase(winnow_judged_withdrawn_total[1h]))", legend="{{verdict}}"),
            ),
        ),
        Panel(
            title="Scores per second",
            says="By the likeliest verdict, and whether the alert is shown.",
            queries=(
                Query(
                    promql="sum by (verdict, shown) (rate(winnow_scores_total[$__rate_interval]))",
                    legend="{{verdict}}, shown: {{shown}}",
                ),
            ),
            unit="ops",
        ),
        Panel(
            title="Passed unscored",
            says="Alerts per second passed on without a score, by reason. None is ever held back.",
            queries=(
                Query(promql="sum by (reason) (rate(winnow_unscored_total[$__rate_interval]))", legend="{{reason}}"),
            ),
            unit="ops",
        ),
        Panel(
            title="Dead letters",
            says="Dead letters per minute, by service and reason.",
            queries=(
                Query(
                    promql="60 * sum by (job, reason) (rate(winnow_dead_letters_total[$__rate_interval]))",
                    legend="{{job}}: {{reason}}",
                ),
            ),
        ),
        Panel(
            title="Share dead-lettered",
            says="Of the most recent messages; the alarm rises above dead_letter_share.",
            queries=(
                Query(promql="max by (job) (winnow_dead_letter_share)", legend="{{job}}"),
                Query(promql="max by (job) (winnow_dead_letter_alarm)", legend="{{job}}: alarm"),
            ),
            unit="percentunit",
            highest=1,
        ),
    ),
)

_CONTEXTS = Row(
    title="What happened around alerts",
    panels=(
        Panel(
            title="Age of what is written down",
            says="By each classifier, of the partition where it is oldest: what would be read again after a kill. "
            "It should stay near contexts_seconds.",
            queries=(Query(promql="max by (instance) (winnow_context_snapshot_age_seconds)", legend="{{instance}}"),),
            unit="s",
        ),
        Panel(
            title="Partitions catching up",
            says="Their past is read again; meanwhile their alerts are scored with partial contexts.",
            queries=(Query(promql="sum by (instance) (winnow_context_partitions_catching_up)", legend="{{instance}}"),),
        ),
        Panel(
            title="Snapshots, and alerts read again",
            says="Each minute: snapshots by what came of them (outdated: another stands as far), and alerts read again "
            "for their contexts alone.",
            queries=(
                Query(
                    promql="60 * sum by (outcome) (rate(winnow_context_snapshots_total[$__rate_interval]))",
                    legend="snapshots {{outcome}}",
                ),
                Query(
                    promql="60 * sum(rate(winnow_context_alerts_replayed_total[$__rate_interval]))",
                    legend="alerts read again",
                ),
            ),
        ),
    ),
)

_TRAINING = Row(
    title="Training",
    panels=(
        Panel(
            title="Progress of the run",
            says="Share of its steps done while one is going on.",
            queries=(Query(promql="winnow_training_progress_ratio * winnow_training_running", legend="done"),),
            unit="percentunit",
            highest=1,
        ),
        Panel(
            title="Loss",
            says="On the training part, and on the part held out for stopping early.",
            queries=(
                Query(promql="winnow_training_loss", legend="training"),
                Query(promql="winnow_training_validation_loss", legend="validation"),
            ),
        ),
        Panel(
            title="F1 on attacks, validation part",
            says="How well the run learns what an attack is.",
            queries=(Query(promql="winnow_training_validation_f1", legend="F1"),),
            unit="percentunit",
            highest=1,
        ),
        Panel(
            title="New verdicts, and runs",
            says="Verdicts since the last run, and how runs within the last day ended.",
            queries=(
                Query(promql="winnow_training_new_verdicts", legend="new verdicts"),
                Query(promql="sum by (outcome) (increase(winnow_training_runs_total[1d]))", legend="{{outcome}}"),
            ),
        ),
        Panel(
            title="Speed of training",
            says="Examples a second.",
            queries=(Query(promql="winnow_training_examples_per_second", legend="examples/s"),),
            unit="ops",
        ),
        Panel(
            title="Holdout figures",
            says="What the last runs' models reached on their holdouts.",
            queries=(Query(promql="winnow_model_holdout", legend="{{model_version}}: {{metric}}"),),
        ),
    ),
)

_WEBHOOKS = Row(
    title="Webhooks",
    panels=(
        Panel(
            title="Requests, by answer",
            says="HTTP status: 207 and 422 hold refused items; after a 503 the sender is to try again.",
            queries=(
                Query(
                    promql="sum by (route, status) (rate(winnow_gateway_requests_total[$__rate_interval]))",
                    legend="{{route}}: {{status}}",
                ),
            ),
            unit="reqps",
        ),
        Panel(
            title="Alerts and verdicts, by outcome",
            says="What became of each item; reasons of refusals are in the metric.",
            queries=(
                Query(
                    promql="sum by (route, outcome) (rate(winnow_gateway_items_total[$__rate_interval]))",
                    legend="{{route}}: {{outcome}}",
                ),
            ),
            unit="ops",
        ),
        Panel(
            title="Kafka's acknowledgement, p99",
            says="From a request's messages to the last acknowledgement.",
            queries=(
                Query(
                    promql=(
                        "histogram_quantile(0.99, "
                        "sum by (le) (rate(winnow_gateway_publish_seconds_bucket[$__rate_interval])))"
                    ),
                    legend="p99",
                ),
            ),
            unit="s",
        ),
    ),
)

ROWS: tuple[Row, ...] = (_AT_A_GLANCE, _QUALITY, _LATENCY, _CONTEXTS, _TRAINING, _WEBHOOKS)
