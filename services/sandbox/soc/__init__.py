"""A simulated SOC: an invented company, its detection rules, its harmless causes, its attackers and its analysts.

This world is synthetic. It exists to try Winnow's loop without infrastructure; figures reached on it say nothing about
any real SOC. It is built so that neither an alert's text nor what happened around it tells attack from noise, only the
two together: what runs unattended is harmless in long repetition and an attack when it comes once; what somebody does
at a keyboard is harmless once and an attack in long repetition. All names, rules and texts are invented.
"""

from services.sandbox.soc.alert import SimulatedAlert
from services.sandbox.soc.analysts import Analysts, PlannedVerdict
from services.sandbox.soc.simulation import SimulatedSoc

__all__ = ["Analysts", "PlannedVerdict", "SimulatedAlert", "SimulatedSoc"]
