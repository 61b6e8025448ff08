"""Whether a candidate may serve.

The gate is given what every model said about the same examples and applies rules, each with a figure, a limit and a
text. All must pass. What makes it harder to poison:

- Figures are also taken without the verdicts of each single analyst, and the worst case counts, so a candidate that is
  better by one analyst's held-out verdicts alone does not pass. What that analyst taught it is another matter: where
  nobody else judged such alerts, or the others' verdicts show no loss against the champion, it passes. In the benchmark
  of poisoned verdicts one analyst, by whom a twentieth are wrong, gets a candidate promoted whose recall is 0.10 lower;
  with a tenth, 0.49 lower, it is refused by one rule alone.
- Recall is compared attack by attack, also averaged over incidents, by source and by tactic, and also on the anchor set
  of older verdicts that two analysts confirmed and no candidate learned from.

A rule on recall, ranking or alerts saved can only turn from passed to failed when the candidate catches fewer attacks
or ranks them worse. Not so the others. `adversarial_recall` holds what edits cost: who catches fewer attacks to begin
with has fewer to lose, and may pass it for that. A worse ranking may by chance be better calibrated. The rules on
latency and size are about other things. What any rule refuses, no other can save.

A rule with too little behind it passes and says "not judged": the fewer cases, the more a figure is chance, and a model
refused by chance leaves an older one in service. Too little in the whole holdout is a refusal (`support`).
"""

from services.core.gate.contest import Contest, Contestant, Footprint, GateOutcome
from services.core.gate.judging import judge
from services.core.gate.policy import GatePolicy

__all__ = ["Contest", "Contestant", "Footprint", "GateOutcome", "GatePolicy", "judge"]
