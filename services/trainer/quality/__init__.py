"""What is wrong with labelled alerts, and what is left out before a run, each with count, examples and what to do.

`assess` looks and changes nothing; `clean` leaves out, in named steps; `check` does both before a run. Nothing here
needs torch.
"""

from services.trainer.quality.assessing import Quality, assess
from services.trainer.quality.checked import Checked, check
from services.trainer.quality.cleaning import Cleaned, Step, clean
from services.trainer.quality.finding import Finding, Severity
from services.trainer.quality.rows import Rows

__all__ = ["Checked", "Cleaned", "Finding", "Quality", "Rows", "Severity", "Step", "assess", "check", "clean"]
