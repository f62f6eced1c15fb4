"""From the answers of one wave to its Release: tally, disclosure control, statistics, rounding."""

from analysis.publish.figures import Figure, Figures, exact
from analysis.publish.making import WaveFacts, publish, publish_tally

__all__ = ["Figure", "Figures", "WaveFacts", "exact", "publish", "publish_tally"]
