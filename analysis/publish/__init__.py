"""From the answers of one wave to its Release: tally, disclosure control, statistics, rounding."""

from analysis.publish.figures import Figure, Figures, exact
from analysis.publish.making import counting, publish, publish_tally
from analysis.publish.manifest import WaveFacts

__all__ = ["Figure", "Figures", "WaveFacts", "counting", "exact", "publish", "publish_tally"]
