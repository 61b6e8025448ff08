"""What goes on: a harmless cause's errand, and an attacker's campaign behind the manners of harmless causes."""

from collections.abc import Sequence
from random import Random

from schemas import Verdict
from services.sandbox.soc.catalogue import Cause, DetectionRule, NewAttack, catalogue
from services.sandbox.soc.company import Host
from services.sandbox.soc.happening import BRISK, INSISTENT, LASTING, ONCE, Happening, Rhythm, Truth, played
from services.sandbox.soc.scene import Casting, Scene

_SINGLE_ACTS = (5, 10)
"""Scenes in one errand or one quiet step of an attack."""
_SINGLE_SECONDS = (6.0, 12.0)
_STAGES = (2, 4)
_STAGE_SECONDS = 4.0
_BLATANT = 0.12
"""Share of an attack's steps done with a tool whose name says it all."""
_LIKELY, _UNLIKELY = 0.4, 0.15
"""How likely a step is repeated, by its tactic."""
_NEW_ATTACK_REPEATED = 0.8


class Activities:
    """Plays activities; each is played once, as all its happenings from `at` on (seconds after the world's start)."""

    def __init__(self, *, rng: Random) -> None:
        self._rng = rng
        self._casting = Casting(rng=rng)
        self._incidents = 0

    def errand(self, cause: Cause, *, at: float) -> list[Happening]:
        """One run of a harmless cause."""
        truth = Truth(verdict=cause.truth, cause=cause.name, incident=self._incident(), technique="")
        rules = [rule for rule in catalogue().rules if rule.surface in cause.surfaces]
        return self._step(rules, [cause], truth, at=at, rhythm=_rhythm_of(cause), words=cause.words)

    def campaign(self, *, at: float) -> list[Happening]:
        """An attack that walks part of a chain of tactics."""
        plan = self._rng.choice(catalogue().activities.campaigns)
        incident, length = self._incident(), self._rng.randint(*_STAGES)
        first = self._rng.randint(0, max(0, len(plan.tactics) - length))
        happenings: list[Happening] = []
        for number, tactic in enumerate(plan.tactics[first : first + length]):
            begin = at + number * _STAGE_SECONDS * self._rng.uniform(0.8, 1.2)
            happenings += self._stage(tactic, plan.name, incident, at=begin)
        return happenings

    def new_attack(self, attack: NewAttack, *, at: float) -> list[Happening]:
        """A wave of the technique that appears when the world changes: it looks like jobs, repeated or single."""
        truth = Truth(
            verdict=Verdict.TRUE_POSITIVE, cause=attack.name, incident=self._incident(), technique=attack.technique
        )
        rhythm = BRISK if self._rng.random() < _NEW_ATTACK_REPEATED else ONCE
        jobs = [cause for cause in catalogue().activities.causes if cause.manner == "job"]
        return self._step(catalogue().rules, jobs, truth, at=at, rhythm=rhythm, words=attack.words)

    def _stage(self, tactic: str, campaign: str, incident: str, *, at: float) -> list[Happening]:
        """One step of a campaign, on its tactic's rules; single acts trip others on the way as well."""
        activities, rng = catalogue().activities, self._rng
        likely = _LIKELY if tactic in activities.repeating_tactics else _UNLIKELY
        is_repeated = rng.random() < likely
        manner = "hands" if is_repeated else "job"
        disguises = [cause for cause in activities.causes if cause.manner == manner and cause.repeated != is_repeated]
        rules = [rule for rule in catalogue().rules if rule.tactic == tactic]
        if not is_repeated:
            rules += rng.sample(catalogue().rules, len(rules))
        truth = Truth(verdict=Verdict.TRUE_POSITIVE, cause=campaign, incident=incident, technique="")
        words = activities.blatant_words if rng.random() < _BLATANT else ()
        rhythm = INSISTENT if is_repeated else ONCE
        return self._step(rules, disguises, truth, at=at, rhythm=rhythm, words=words)

    def _step(
        self,
        rules: Sequence[DetectionRule],
        causes: Sequence[Cause],
        truth: Truth,
        *,
        at: float,
        rhythm: Rhythm,
        words: tuple[str, ...],
    ) -> list[Happening]:
        """Repeated scenes on one host, or single ones on a few; without `words`, in those of the cause played."""
        rng, is_single = self._rng, rhythm is ONCE
        scenes, seconds = (rng.randint(*_SINGLE_ACTS), rng.uniform(*_SINGLE_SECONDS)) if is_single else (2, 4.0)
        happenings: list[Happening] = []
        host: Host | None = None
        for _ in range(scenes):
            scene = self._scene(rng.choice(rules), causes, host, words)
            host = None if is_single else scene.host
            begin = at + rng.uniform(0.0, seconds)
            happenings += played(scene, _with_technique(truth, scene), rhythm, at=begin, rng=rng)
        return happenings

    def _scene(self, rule: DetectionRule, causes: Sequence[Cause], host: Host | None, words: tuple[str, ...]) -> Scene:
        fitting = [cause for cause in causes if rule.surface in cause.surfaces]
        cause = self._rng.choice(fitting)
        if host is not None and rule.surface in {"windows", "linux"} and rule.surface != host.platform:
            host = None
        return self._casting.scene(rule, cause, host=host, words=words or cause.words)

    def _incident(self) -> str:
        self._incidents += 1
        return f"incident-{self._incidents:05}"


def _rhythm_of(cause: Cause) -> Rhythm:
    """Jobs run on for minutes, errands are single acts, and what people's machines repeat is over soon."""
    if not cause.repeated:
        return ONCE
    return LASTING if cause.manner == "job" else INSISTENT


def _with_technique(truth: Truth, scene: Scene) -> Truth:
    """An attack's step has its rule's technique unless the attack has one of its own."""
    if truth.verdict is not Verdict.TRUE_POSITIVE or truth.technique:
        return truth
    return Truth(verdict=truth.verdict, cause=truth.cause, incident=truth.incident, technique=scene.rule.technique)
