"""The audit share: of the alerts that may close, a few drawn by lot are shown all the same.

Only so can be known what the others hide: whoever judges only what a model shows learns nothing of what it misses.
"""

import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Draws each alert with `probability`, by a keyed hash of its id: the same alert always with the same outcome.

    Whoever knows the key can tell which alerts nobody will look at. Without a key the model's version takes its place,
    which is no secret: that draws fairly, and hides nothing.
    """

    probability: float = 0.02
    key: bytes = b""

    def draws(self, alert_id: str, *, version: str) -> bool:
        """Whether this alert is drawn (HMAC-SHA256, RFC 2104) while that version serves."""
        digest = hmac.digest(self.key or version.encode(), alert_id.encode(), "sha256")
        return int.from_bytes(digest[:8], "big") < self.probability * 2**64


def audit_weight(probability: float) -> float:
    """How many alerts an audited one stands for, drawn with this inclusion probability.

    Totals weighed so are unbiased (Horvitz and Thompson, "A Generalization of Sampling Without Replacement From a
    Finite Universe", JASA 47, 1952), and with them live recall, as far as analysts judge audited alerts as often as the
    others they are shown. Verdicts on alerts that were not shown came about in no known way; they have no weight.
    """
    return 1 / probability


DEFAULT_AUDIT = Audit()
"""As the settings have it where they say nothing."""
