"""Disclosure control: thresholds, complementary suppression, rounding, audit."""

from analysis.disclosure.protection import Before, Protection, protect
from analysis.disclosure.system import System, build

__all__ = ["Before", "Protection", "System", "build", "protect"]
