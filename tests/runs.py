"""A training run's report for tests: every part of it filled, without any training."""

from dataclasses import replace
from datetime import UTC, datetime
from math import exp
from typing import Any

from services.core.bundle import LABELS, VERDICT_HEAD, BaseModelInfo, DataInfo, Head, Manifest
from services.core.differences import Answers, differences
from services.core.gate import Contest, Contestant, Footprint, GatePolicy, judge
from services.core.metrics import choose_threshold, evaluate
from services.core.robustness import EditFigures, UnderAttack
from services.trainer.report.run_report import Measured, RunReport
from tests import manifests
from tests.labelled import answers, labels

_DATA = DataInfo(
    snapshot_sha256="1a" * 32,
    training=1700,
    holdout=500,
    anchor=80,
    first=datetime(2026, 11, 1, tzinfo=UTC),
    last=datetime(2026, 11, 23, 2, 58, tzinfo=UTC),
    synthetic=True,
)
_FOOTPRINT = Footprint(p50_seconds=0.0051, p95_seconds=0.0083, size_bytes=23_400_000)


def contestant(noise: float, *, seed: int, attacks: int = 80, harmless: int = 420) -> Contestant:
    """A model's answers, the better the less noise."""
    holdout = answers(labels(attacks, harmless), noise=noise, seed=seed, groups_of=8)
    anchor = answers(labels(20, 60), noise=noise, seed=seed + 1)
    return Contestant(threshold=choose_threshold(holdout), holdout=holdout, anchor=anchor)


def measured(
    model: Contestant, *, candidate: Contestant | None = None, attacked: UnderAttack | None = None
) -> Measured:
    """Its figures, and what the candidate is better by."""
    against = {}
    if candidate is not None:
        answers_ = [Answers(judged=one.holdout, threshold=one.threshold) for one in (candidate, model)]
        against = differences(answers_[0], {"it": answers_[1]}, resamples=10)["it"]
    return Measured(
        footprint=model.footprint,
        differences=against,
        holdout=evaluate(model.holdout, threshold=model.threshold, resamples=10),
        anchor=evaluate(model.anchor, threshold=model.threshold, resamples=10),
        attacked=attacked,
    )


ATTACKED = UnderAttack(
    edits={
        "forged_fields": EditFigures(attacks=50, applicable=31, caught=27, still_caught=22, recalled=37),
        "homoglyphs": EditFigures(attacks=50, applicable=0, caught=0, still_caught=0, recalled=42),
    },
    before=(True,) * 42 + (False,) * 8,
    after=(True,) * 33 + (False,) * 17,
    budget=3,
)
"""A model that keeps 33 of the 42 attacks it catches of 50."""


def manifest(**fields: Any) -> Manifest:
    """A manifest as a run writes it, without files."""
    values: dict[str, Any] = {
        "version": "20261123-030201-1a2b3c4d",
        "parent": "20261122-010203-aabbccdd",
        "created_at": datetime(2026, 11, 23, 3, 2, 1, tzinfo=UTC),
        "base": BaseModelInfo(name="all-MiniLM-L6-v2", weights_sha256="53" * 32),
        "heads": (Head(name=VERDICT_HEAD, labels=LABELS, temperature=1.31),),
        "threshold": 0.37,
        "quantisation": "int8",
        "data": _DATA,
        "settings": {"epochs": 3, "learning_rate": 5e-4, "method": "lora", "seed": 20261},
        "libraries": {"torch": "2.15.0", "onnxruntime": "1.31.0"},
    }
    return manifests.manifest(**values | fields)


def run_report(*, noise: float = 0.15, champion: float | None = 0.25, **fields: Any) -> RunReport:
    """A whole report; a noisier candidate is refused, `champion=None` is the first model."""
    candidate = replace(contestant(noise, seed=2), footprint=_FOOTPRINT)
    rival = replace(contestant(champion, seed=3), footprint=_FOOTPRINT) if champion is not None else None
    baselines = {
        "rule_look_up": contestant(0.6, seed=4),
        "rule_host_look_up": contestant(0.55, seed=7),
        "linear_probe": contestant(0.35, seed=8),
        "tfidf": contestant(0.4, seed=5),
        "tfidf_context": contestant(0.3, seed=6),
    }
    outcome = judge(Contest(candidate=candidate, champion=rival, baselines=baselines), policy=GatePolicy())
    values: dict[str, Any] = {
        "manifest": manifest(promoted=outcome.promoted, gate=outcome.reasons),
        "outcome": outcome,
        "candidate": measured(candidate, attacked=ATTACKED),
        "champion": measured(rival, candidate=candidate) if rival is not None else None,
        "baselines": {name: measured(baseline, candidate=candidate) for name, baseline in baselines.items()},
        "training_loss": tuple((step, 0.3 + 0.8 * exp(-step / 40)) for step in range(1, 200, 8)),
        "validation_loss": tuple((step, 0.36 + 0.7 * exp(-step / 45)) for step in range(20, 200, 30)),
        "counts": {
            "training": {"true_positive": 240, "benign_positive": 700, "false_positive": 560},
            "validation": {"true_positive": 30, "benign_positive": 90, "false_positive": 80},
            "holdout": {"true_positive": 80, "benign_positive": 210, "false_positive": 210},
            "anchor": {"true_positive": 20, "benign_positive": 30, "false_positive": 30},
        },
        "split_notes": ("training: cap per analyst: the largest analyst's 900 of 1500 (60%) cut to 323 of 923 (35%)",),
        "seconds": {"fine-tuning": 61.2, "export": 14.0, "judging": 4.9, "whole run": 92.5},
        "examples_per_second": 41.0,
        "machine": {"processor": "AMD EPYC, 2 cores", "memory": "24 GiB"},
    }
    return RunReport(**values | fields)
