"""Whether a candidate may serve.

The gate is given what every model said about the same examples and applies rules, each with a figure, a limit and a
text. All must pass. What makes it hard to poison:

- A verdict counts only beside others': figures are also taken without the verdicts of each single analyst, and the
  worst case counts, so one careless analyst can neither lift a candidate nor sink a champion.
- Recall is compared attack by attack, also averaged over incidents, by source and by tactic, and also on the anchor set
  of older verdicts that two analysts confirmed and no candidate learned from.

Every rule on recall, ranking or alerts saved can only turn from passed to failed when the candidate catches fewer
attacks or ranks them worse. The rules on calibration, latency and size are about other things: a worse ranking may by
chance be better calibrated, and such a rule then pass; what it refuses, no other rule can save.

A rule with too little behind it passes and says "not judged": the fewer cases, the more a figure is chance, and a model
refused by chance leaves an older one in service. Too little in the whole holdout is a refusal (`support`).
"""

from services.core.gate.contest import Contest, Contestant, Footprint, GateOutcome
from services.core.gate.judging import judge
from services.core.gate.policy import GatePolicy
from services.core.gate.quality import QUALITY

__all__ = ["QUALITY", "Contest", "Contestant", "Footprint", "GateOutcome", "GatePolicy", "judge"]
