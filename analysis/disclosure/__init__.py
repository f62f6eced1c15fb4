"""Disclosure control: thresholds, complementary suppression, rounding, audit."""

from analysis.disclosure.protection import Protection, protect
from analysis.disclosure.system import System, build

__all__ = ["Protection", "System", "build", "protect"]
