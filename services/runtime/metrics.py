"""Every metric Winnow exports, defined once: name, unit, meaning, labels.

A process makes its class once with the registry it serves; tests pass a registry of their own. Durations are seconds.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_STAGE = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class ProcessMetrics:
    """What every service exports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.started = Gauge(
            "process_start_time_seconds", "When the process began, in seconds since 1970.", registry=registry
        )
        self.started.set_to_current_time()


class ConsumerMetrics(ProcessMetrics):
    """What every consuming service exports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.dead_letters = Counter(
            "winnow_dead_letters_total", "Dead letters written, by reason.", ["reason"], registry=registry
        )
        self.dead_letter_share = Gauge(
            "winnow_dead_letter_share",
            "Share of a topic's most recent messages with a dead letter.",
            ["topic"],
            registry=registry,
        )
        self.dead_letter_alarm = Gauge(
            "winnow_dead_letter_alarm", "1 while that share is above the set bound.", ["topic"], registry=registry
        )
        self.lag = Gauge(
            "winnow_consumer_lag_messages", "Messages not yet done with.", ["topic", "partition"], registry=registry
        )
        self.since_progress = Gauge(
            "winnow_seconds_since_progress",
            "Seconds without a message done with while some wait, or while it is not known whether any do.",
            registry=registry,
        )
        self.ready = Gauge("winnow_ready", "1 while the process is ready, as /readyz says.", registry=registry)


class ClassifierMetrics(ConsumerMetrics):
    """What the classifier exports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.alerts = Counter("winnow_alerts_total", "Alerts read, by source.", ["source"], registry=registry)
        self.scores = Counter(
            "winnow_scores_total",
            "Scores published, by likeliest verdict and model version.",
            ["verdict", "model_version", "shown"],
            registry=registry,
        )
        self.decisions = Counter(
            "winnow_decisions_total",
            "Scores with a decision; of those that may close the audited apart.",
            ["decision"],
            registry=registry,
        )
        self.surges = Counter(
            "winnow_surges_total",
            "Scores that are not the model's own, for a rule fires far more often than where it was harmless.",
            registry=registry,
        )
        self.unscored = Counter(
            "winnow_unscored_total", "Alerts passed on without a score, by reason.", ["reason"], registry=registry
        )
        self.latency = Histogram(
            "winnow_score_latency_seconds",
            "From Kafka's timestamp of the alert to the broker's acknowledgement of its score.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.stage = Histogram(
            "winnow_stage_seconds", "Time spent in one stage.", ["stage"], buckets=_STAGE, registry=registry
        )
        self.batch_size = Histogram(
            "winnow_encoder_batch_size",
            "Texts handed to the encoder together; 1 on a CPU.",
            buckets=_SIZES,
            registry=registry,
        )
        self.run_tokens = Gauge(
            "winnow_encoder_run_tokens",
            "Tokens of one encoder run at most, set or measured at the model's loading; 0 where texts go one by one.",
            registry=registry,
        )
        self.queue_depth = Gauge("winnow_encoder_queue_depth", "Alerts waiting for the encoder.", registry=registry)
        self.cache = Counter(
            "winnow_vector_cache_total", "Look-ups in the vector cache, by result.", ["result"], registry=registry
        )
        self.swaps = Counter(
            "winnow_model_swaps_total", "Models announced, by what came of it.", ["outcome"], registry=registry
        )
        self.snapshots = Counter(
            "winnow_context_snapshots_total",
            "Snapshots of a partition's contexts, by what came of them; outdated where another stands as far.",
            ["outcome"],
            registry=registry,
        )
        self.snapshot_age = Gauge(
            "winnow_context_snapshot_age_seconds",
            "Seconds since the snapshot was taken of the partition whose snapshot is oldest.",
            registry=registry,
        )
        self.catching_up = Gauge(
            "winnow_context_partitions_catching_up",
            "Partitions whose past is being read again; their contexts are partial meanwhile.",
            registry=registry,
        )
        self.replayed = Counter(
            "winnow_context_alerts_replayed_total", "Alerts read again for their contexts alone.", registry=registry
        )
        self.model = Gauge("winnow_model_serving", "1 for the model in service.", ["model_version"], registry=registry)
        self.not_taken = Gauge(
            "winnow_model_not_taken", "1 while another model was announced last than serves here.", registry=registry
        )


class CollectorMetrics(ConsumerMetrics):
    """What the collector exports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.judged = Counter(
            "winnow_judged_total",
            "Judgements: an alert's score and the human verdict that counts have met; shown may be audited, too.",
            ["model_version", "shown", "verdict"],
            registry=registry,
        )
        # A counter never falls. What is judged now is judged minus withdrawn; a replaced verdict adds one to each.
        self.withdrawn = Counter(
            "winnow_judged_withdrawn_total",
            "Judgements that no longer stand: the verdict was taken back or replaced, or another score was meant.",
            ["model_version", "shown", "verdict"],
            registry=registry,
        )
        # Each stands for 1 / its inclusion probability alerts that may close (Horvitz and Thompson, 1952).
        self.audited_weight = Counter(
            "winnow_audited_weight_total",
            "Judgements of audited alerts, each counted as the alerts it stands for.",
            ["model_version", "verdict"],
            registry=registry,
        )
        self.audited_weight_withdrawn = Counter(
            "winnow_audited_weight_withdrawn_total",
            "The same of judgements that no longer stand.",
            ["model_version", "verdict"],
            registry=registry,
        )
        self.verdicts = Counter(
            "winnow_verdicts_total", "Verdicts stored, by kind and origin.", ["verdict", "origin"], registry=registry
        )
        self.stored_scores = Counter("winnow_scores_stored_total", "Scores stored in the buffer.", registry=registry)
        self.commit = Histogram(
            "winnow_buffer_commit_seconds", "One database transaction.", buckets=_STAGE, registry=registry
        )
        self.batch_rows = Histogram(
            "winnow_buffer_batch_rows", "Rows in one transaction.", buckets=(1, 10, 100, 1000, 10000), registry=registry
        )


class TrainerMetrics(ProcessMetrics):
    """What the trainer exports; a run is a process of its own and reports through the service."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.runs = Counter(
            "winnow_training_runs_total", "Training runs, by what came of them.", ["outcome"], registry=registry
        )
        for outcome in ("promoted", "rejected", "shadowed", "superseded", "failed"):
            self.runs.labels(outcome)  # at zero: Prometheus' `increase` cannot see a counter's first value
        self.failures = Gauge(
            "winnow_training_failures_in_a_row", "Attempts that failed since the last that did not.", registry=registry
        )
        self.running = Gauge("winnow_training_running", "1 while a run is going on.", registry=registry)
        self.progress = Gauge("winnow_training_progress_ratio", "Share of the run's steps done.", registry=registry)
        self.loss = Gauge("winnow_training_loss", "Training loss of the last step reported.", registry=registry)
        self.holdout_loss = Gauge("winnow_training_validation_loss", "Loss on the validation part.", registry=registry)
        self.f1 = Gauge("winnow_training_validation_f1", "F1 on attacks on the validation part.", registry=registry)
        self.speed = Gauge("winnow_training_examples_per_second", "Training throughput.", registry=registry)
        self.seconds = Gauge("winnow_training_last_run_seconds", "Duration of the last run.", registry=registry)
        self.new_verdicts = Gauge("winnow_training_new_verdicts", "Verdicts since the last run.", registry=registry)
        self.holdout = Gauge(
            "winnow_model_holdout",
            "A model's figures on the holdout of the last run.",
            ["model_version", "metric"],
            registry=registry,
        )


class GatewayMetrics(ProcessMetrics):
    """What the gateway exports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.requests = Counter(
            "winnow_gateway_requests_total",
            "Requests answered, by HTTP status.",
            ["route", "status"],
            registry=registry,
        )
        self.items = Counter(
            "winnow_gateway_items_total",
            "Alerts and verdicts sent, by what became of them.",
            ["route", "outcome", "reason"],
            registry=registry,
        )
        self.unauthenticated = Counter(
            "winnow_gateway_unauthenticated_total", "Requests of nobody known, by cause.", ["cause"], registry=registry
        )
        self.publish = Histogram(
            "winnow_gateway_publish_seconds",
            "From a request's messages to the last acknowledgement.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.underway = Gauge("winnow_gateway_requests_underway", "Requests being worked on.", registry=registry)
