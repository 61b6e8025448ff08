"""Scenes: which rule sees whom do what, on which host and from where."""

from dataclasses import dataclass
from random import Random

from services.sandbox.soc.catalogue import Cause, DetectionRule, Manner, Surface, catalogue
from services.sandbox.soc.company import EMPLOYEES, Host, automation_source, hosts, personal_source

_TRIES = 12
_REMEMBERED = 200_000
_WORDINGS = 3
"""In how many ways one scene is worded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A wording with its slots filled, and the parent process or user agent beside it."""

    text: str
    companion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One kind of event: a rule, a host, an account and a source address, and the ways it is worded."""

    rule: DetectionRule
    host: Host
    account: str
    source: str
    wordings: tuple[Worded, ...]


class Casting:
    """Makes scenes, none of a kind it remembers (the newest 200,000): whatever happens is new where it happens.

    Hosts are dealt like cards, so that all of them, and with them all partitions, carry about the same load.
    """

    def __init__(self, *, rng: Random) -> None:
        self._rng = rng
        self._decks: dict[str, list[Host]] = {"windows": [], "linux": [], "any": []}
        self._cast: dict[tuple[str, str, str, str], None] = {}

    def host_for(self, surface: Surface) -> Host:
        """The next host that has this surface."""
        platform = surface if surface in {"windows", "linux"} else "any"
        deck = self._decks[platform]
        if not deck:
            deck.extend(host for host in hosts() if platform in {"any", host.platform})
            self._rng.shuffle(deck)
        return deck.pop()

    def account_for(self, cause: Cause) -> str:
        """Who does it: one of the cause's accounts, an employee where it has none, now and then the system's own."""
        if self._rng.random() < 0.15:
            return "SYSTEM" if cause.manner == "job" else "administrator"
        return self._rng.choice(cause.accounts or EMPLOYEES)

    def scene(self, rule: DetectionRule, cause: Cause, *, host: Host | None, words: tuple[str, ...]) -> Scene:
        """A scene of this rule in the manner of this cause, on this host if one is given."""
        for _ in range(_TRIES):
            place = host or self.host_for(rule.surface)
            account, source = self.account_for(cause), self._source(cause.manner)
            kind = (rule.id, place.name, *_seen(rule, account, source))
            if kind not in self._cast:
                break
        self._remember(kind)
        return Scene(rule=rule, host=place, account=account, source=source, wordings=self._worded(rule, cause, words))

    def _source(self, manner: Manner) -> str:
        return automation_source(self._rng) if manner == "job" else personal_source(self._rng)

    def _remember(self, kind: tuple[str, str, str, str]) -> None:
        self._cast[kind] = None
        if len(self._cast) > _REMEMBERED:
            del self._cast[next(iter(self._cast))]

    def _worded(self, rule: DetectionRule, cause: Cause, words: tuple[str, ...]) -> tuple[Worded, ...]:
        rng, manners = self._rng, catalogue().wordings[rule.surface]
        chosen = rng.sample(manners[cause.manner], _WORDINGS)
        word, number = rng.choice(words), str(rng.randint(1, 9))
        cores = rng.choices(rule.cores, k=_WORDINGS)
        return tuple(
            Worded(text=each.text.format(core=core, word=word, n=number), companion=each.with_.format(core=core))
            for each, core in zip(chosen, cores, strict=True)
        )


def _seen(rule: DetectionRule, account: str, source: str) -> tuple[str, str]:
    """What of account and source the rule's alerts show."""
    if rule.surface in {"web", "name"}:
        return "", source
    return account, source if rule.surface == "logon" else ""
