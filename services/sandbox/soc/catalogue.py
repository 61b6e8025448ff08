"""The world's data files as values: detection rules, wordings, causes and campaigns."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from schemas import Verdict

Surface = Literal["windows", "linux", "logon", "file", "web", "name"]
Manner = Literal["job", "hands"]
Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DetectionRule(_Part):
    """One rule of one product; `cores` are paraphrases of what it detects, `level` is in the product's own scale."""

    id: str
    format: Literal["elastic", "wazuh", "suricata"]
    surface: Surface
    tactic: str
    technique: str
    level: int | str
    title: str
    cores: tuple[str, ...]


class Wording(_Part):
    """How a manner shows on a surface: `text` around the rule's core, and the parent or user agent `with` it."""

    text: str
    with_: Annotated[str, Field(alias="with")] = ""


class Cause(_Part):
    """A harmless activity, its acts repeated or single; `share` of all alerts before all shares are scaled to one.

    Without `accounts`, any employee does it.
    """

    name: str
    manner: Manner
    truth: Verdict
    share: Share
    surfaces: tuple[Surface, ...]
    words: tuple[str, ...]
    accounts: tuple[str, ...]
    repeated: bool


class Campaign(_Part):
    """An attack: the chain of ATT&CK tactics it follows."""

    name: str
    tactics: tuple[str, ...]


class NewAttack(_Part):
    """The technique that appears when the world changes."""

    name: str
    technique: str
    share: Share
    words: tuple[str, ...]


class Change(_Part):
    """What joins when the world changes."""

    robots: Cause
    attack: NewAttack


class Activities(_Part):
    """Everything that goes on."""

    causes: tuple[Cause, ...]
    blatant_words: tuple[str, ...]
    campaign_share: Share
    campaigns: tuple[Campaign, ...]
    repeating_tactics: tuple[str, ...]
    changed: Change


class Catalogue(_Part):
    """All data files of the simulated world."""

    rules: tuple[DetectionRule, ...]
    wordings: Mapping[Surface, Mapping[Manner, tuple[Wording, ...]]]
    activities: Activities


@cache
def catalogue() -> Catalogue:
    """The world's data, read once.

    Raises:
        pydantic.ValidationError: a file does not have the shape described here.
    """
    return Catalogue.model_validate({name: _loaded(name) for name in ("rules", "wordings", "activities")})


def _loaded(name: str) -> object:
    return yaml.safe_load((files(__package__) / f"{name}.yaml").read_text(encoding="utf-8"))
