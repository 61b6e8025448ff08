"""What the dashboard shows: one entry for each panel, row by row. `generate` makes Grafana's JSON of it."""

from deploy.grafana.panel import MODEL, SHARE, Panel, Row, quantile, rate, rate_per_minute

LATENCY = "winnow_score_latency_seconds"

_AT_A_GLANCE = Row(
    title="At a glance",
    panels=(
        Panel(
            title="Live precision, last hour",
            says="Of the alerts shown and judged, how many were attacks. Model 'none' is the time before any model.",
            queries={MODEL: "winnow:live_precision:1h"},
            unit=SHARE,
            width=6,
            kind="number",
        ),
        Panel(
            title="Missed attacks, last hour",
            says="Alerts that were not shown, or only by the audit's lot, and that a person judged to be an attack.",
            queries={"": "sum(winnow:missed_attacks:1h)"},
            width=4,
            kind="number",
        ),
        Panel(
            title="Alerts per second",
            says="Alerts the classifiers read.",
            queries={"": rate("winnow_alerts_total")},
            unit="ops",
            width=4,
            kind="number",
        ),
        Panel(
            title="Latency, p99",
            says="From Kafka's time of the alert to the broker's acknowledgement of its score.",
            queries={"": quantile(0.99, LATENCY)},
            unit="s",
            width=4,
            kind="number",
        ),
        Panel(
            title="Model in service",
            says="What each classifier serves, over time: a swap is where the bar changes.",
            queries={"{{model_version}} on {{instance}}": "winnow_model_serving == 1"},
            width=6,
            kind="states",
        ),
    ),
)

_QUALITY = Row(
    title="Quality, by what analysts said",
    panels=(
        Panel(
            title="Live precision",
            says="Of the alerts shown and judged within the hour, how many were attacks.",
            queries={MODEL: "winnow:live_precision:1h"},
            unit=SHARE,
        ),
        Panel(
            title="Recall among judged alerts",
            says="An upper estimate: alerts not shown are rarely judged. A trend, not the truth.",
            queries={MODEL: "winnow:live_recall_of_judged:1h"},
            unit=SHARE,
        ),
        Panel(
            title="Missed attacks",
            says="Judged attacks among alerts that were not shown, or only by the audit's lot, within the hour.",
            queries={MODEL: "winnow:missed_attacks:1h"},
        ),
        Panel(
            title="Recall, by the audit",
            says="An estimate without that bias, of models that decide: attacks shown, of those and the ones that may "
            "have closed, over seven days.",
            queries={MODEL: "winnow:live_recall:7d"},
            unit=SHARE,
        ),
        Panel(
            title="Attacks among what may close",
            says="Estimated from the audited alerts, each of which stands for many, over seven days.",
            queries={MODEL: "winnow:closed_attacks:7d"},
        ),
        Panel(
            title="Decisions per second",
            says="What scores suggest; audited is what may close and is shown by lot.",
            queries={"{{decision}}": rate("winnow_decisions_total", "decision")},
            unit="ops",
        ),
        Panel(
            title="Surges",
            says="The share of scores that are not the model's own: a rule fires on a host more than twice as often as "
            "anywhere it was learned to be harmless. A flood, changed detections, or someone who hides in noise.",
            queries={"surges": f"{rate('winnow_surges_total')} / {rate('winnow_scores_total')}"},
            unit=SHARE,
        ),
        Panel(
            title="Verdicts per minute",
            says="What analysts, and machines in their place, decided.",
            queries={"{{verdict}} ({{origin}})": rate_per_minute("winnow_verdicts_total", "verdict", "origin")},
        ),
        Panel(
            title="Verdicts taken back or replaced, last hour",
            says="Judgements that no longer stand.",
            queries={"{{verdict}}": "sum by (verdict) (increase(winnow_judged_withdrawn_total[1h]))"},
        ),
        Panel(
            title="Scores per second",
            says="By the likeliest verdict, and whether the alert is shown.",
            queries={"{{verdict}}, shown: {{shown}}": rate("winnow_scores_total", "verdict", "shown")},
            unit="ops",
        ),
        Panel(
            title="Passed unscored",
            says="Alerts per second passed on without a score, by reason. None is ever held back.",
            queries={"{{reason}}": rate("winnow_unscored_total", "reason")},
            unit="ops",
        ),
        Panel(
            title="Dead letters",
            says="Dead letters per minute, by service and reason.",
            queries={"{{job}}: {{reason}}": rate_per_minute("winnow_dead_letters_total", "job", "reason")},
        ),
        Panel(
            title="Share dead-lettered",
            says="Of each topic's most recent messages; the alarm rises above dead_letter_share.",
            queries={
                "{{job}}: {{topic}}": "max by (job, topic) (winnow_dead_letter_share)",
                "{{job}}: {{topic}}, alarm": "max by (job, topic) (winnow_dead_letter_alarm)",
            },
            unit=SHARE,
        ),
    ),
)

_SPEED = Row(
    title="Speed",
    panels=(
        Panel(
            title="Latency",
            says="From Kafka's time of the alert to the broker's acknowledgement of its score.",
            queries={f"p{share * 100:g}": quantile(share, LATENCY) for share in (0.5, 0.95, 0.99)},
            unit="s",
        ),
        Panel(
            title="Stages, p95",
            says="Where the time goes.",
            queries={"{{stage}}": quantile(0.95, "winnow_stage_seconds", "stage")},
            unit="s",
        ),
        Panel(
            title="Waiting",
            says="Messages not yet done with, by topic, and alerts waiting for the encoder.",
            queries={
                "{{job}}: {{topic}}": "sum by (job, topic) (winnow_consumer_lag_messages)",
                "encoder": "sum(winnow_encoder_queue_depth)",
            },
        ),
        Panel(
            title="Standing still",
            says="Seconds without a message done with while some wait, or while it is not known whether any do. "
            "/healthz turns red at watchdog_seconds.",
            queries={"{{job}}": "max by (job) (winnow_seconds_since_progress)"},
            unit="s",
        ),
        Panel(
            title="Texts seen before",
            says="Share of alerts whose text was encoded before, and so costs next to nothing.",
            queries={
                "hits": rate('winnow_vector_cache_total{result="hit"}') + " / " + rate("winnow_vector_cache_total")
            },
            unit=SHARE,
        ),
        Panel(
            title="Database commits, p95",
            says="One transaction of the collector.",
            queries={"p95": quantile(0.95, "winnow_buffer_commit_seconds")},
            unit="s",
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
            queries={"{{instance}}": "max by (instance) (winnow_context_snapshot_age_seconds)"},
            unit="s",
        ),
        Panel(
            title="Partitions catching up",
            says="Their past is read again; meanwhile their alerts are scored with partial contexts.",
            queries={"{{instance}}": "sum by (instance) (winnow_context_partitions_catching_up)"},
        ),
        Panel(
            title="Snapshots, and alerts read again",
            says="Each minute: snapshots by what came of them (outdated: another stands as far), and alerts read again "
            "for their contexts alone.",
            queries={
                "snapshots {{outcome}}": rate_per_minute("winnow_context_snapshots_total", "outcome"),
                "alerts read again": rate_per_minute("winnow_context_alerts_replayed_total"),
            },
        ),
    ),
)

_TRAINING = Row(
    title="Training",
    panels=(
        Panel(
            title="Progress of the run",
            says="Share of its steps done while one is going on.",
            queries={"done": "winnow_training_progress_ratio * winnow_training_running"},
            unit=SHARE,
        ),
        Panel(
            title="Loss",
            says="On the training part, and on the part held out for stopping early.",
            queries={"training": "winnow_training_loss", "validation": "winnow_training_validation_loss"},
        ),
        Panel(
            title="F1 on attacks, validation part",
            says="How well the run learns what an attack is.",
            queries={"F1": "winnow_training_validation_f1"},
            unit=SHARE,
        ),
        Panel(
            title="New verdicts, and runs",
            says="Verdicts since the last run, and how runs within the last day ended.",
            queries={
                "new verdicts": "winnow_training_new_verdicts",
                "{{outcome}}": "sum by (outcome) (increase(winnow_training_runs_total[1d]))",
            },
        ),
        Panel(
            title="Speed of training",
            says="Examples a second.",
            queries={"examples/s": "winnow_training_examples_per_second"},
            unit="ops",
        ),
        Panel(
            title="Holdout figures",
            says="What the last runs' models reached on their holdouts.",
            queries={"{{model_version}}: {{metric}}": "winnow_model_holdout"},
        ),
    ),
)

_WEBHOOKS = Row(
    title="Webhooks",
    panels=(
        Panel(
            title="Requests, by answer",
            says="HTTP status: 207 and 422 hold refused items; after a 503 the sender is to try again.",
            queries={"{{route}}: {{status}}": rate("winnow_gateway_requests_total", "route", "status")},
            unit="reqps",
        ),
        Panel(
            title="Alerts and verdicts, by outcome",
            says="What became of each item; reasons of refusals are in the metric.",
            queries={"{{route}}: {{outcome}}": rate("winnow_gateway_items_total", "route", "outcome")},
            unit="ops",
        ),
        Panel(
            title="Kafka's acknowledgement, p99",
            says="From a request's messages to the last acknowledgement.",
            queries={"p99": quantile(0.99, "winnow_gateway_publish_seconds")},
            unit="s",
        ),
    ),
)

ROWS: tuple[Row, ...] = (_AT_A_GLANCE, _QUALITY, _SPEED, _CONTEXTS, _TRAINING, _WEBHOOKS)
