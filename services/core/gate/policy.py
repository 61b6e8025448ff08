"""The gate's limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """The limits.

    Support: the holdout needs `minimum_attacks` and `minimum_harmless`; a comparison without one analyst, or on the
    anchor set, counts from `minimum_apart` attacks and harmless alerts on.

    Recall: a loss up to `recall_margin` passes, one above `recall_limit` fails, and one between them fails when it is
    unlikely to be chance (one-sided sign test below `recall_alpha`; a generous level, for a missed attack costs more
    than a model held back). A candidate's threshold is chosen by the same margin, on another part: a wider one hides
    more attacks.

    Quality: against the champion average precision and F2 may each lose `quality_margin`, `apart_margin` without one
    analyst's verdicts and on the anchor set, which are fewer. A first model must reach `floor_recall` whatever else is
    weak, and the best baseline within `quality_margin`, or else the other floors.

    Alerts saved at 99 % recall: counts from `saved_attacks` attacks on, below which one alert decides. A loss fails
    where it is above `saved_margin`, and in all but a share of `saved_alpha` of the resamples of groups.

    Collapse: a source or a tactic counts from `part_attacks` attacks on. Recall on it may fall by `part_margin`, never
    by more than `part_limit`, and between them where it may be chance (the sign test, its level `recall_alpha` divided
    by how many sources or tactics are looked at; Bonferroni).

    Calibration: counts from `calibration_alerts` alerts on. The error may not be surely above `calibration_limit` (its
    95 % interval wholly above), unless the champion's is as large. It is a limit against answers that mean nothing, a
    wide one, for in a holdout of a few hundred alerts a good model may show 0.2 after its surroundings changed.

    Cost: latency (95th percentile of encoder and head for one alert on one thread) and size may be `latency_factor` and
    `size_factor` times the champion's, a first model's `first_latency_seconds` and `first_size_bytes`. int8 against
    float32 is a factor of about 2 in time and 4 in size, and a candidate may fall back from one to the other.

    Under attack: edits may cost `adversarial_loss` of recall. A candidate that loses more passes where it keeps about
    as many of the same attacks as the champion, by the sign test's level `adversarial_alpha`, a strict one: two
    trainings on the same data differ in what a search against each of them finds.
    """

    minimum_attacks: int = 20
    minimum_harmless: int = 20
    minimum_apart: int = 10
    recall_margin: float = 0.02
    recall_limit: float = 0.06
    recall_alpha: float = 0.2
    quality_margin: float = 0.01
    apart_margin: float = 0.03
    floor_f1: float = 0.7
    floor_average_precision: float = 0.7
    floor_recall: float = 0.7
    saved_attacks: int = 100
    saved_margin: float = 0.03
    saved_alpha: float = 0.2
    part_attacks: int = 20
    part_margin: float = 0.1
    part_limit: float = 0.3
    calibration_alerts: int = 200
    calibration_limit: float = 0.3
    latency_factor: float = 4.0
    size_factor: float = 5.0
    first_latency_seconds: float = 0.25
    first_size_bytes: int = 2**30
    adversarial_loss: float = 0.05
    adversarial_alpha: float = 0.05
