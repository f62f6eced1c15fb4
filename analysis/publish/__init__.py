"""From the answers of one wave to its Release: tally, disclosure control, statistics, rounding."""

from analysis.publish.figures import Figure, Figures, exact
from analysis.publish.making import publish, publish_tally
from analysis.publish.manifest import WaveFacts
from analysis.publish.ready import Ready

__all__ = ["Figure", "Figures", "Ready", "WaveFacts", "exact", "publish", "publish_tally"]
