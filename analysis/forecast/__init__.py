"""Before a wave: which groups of a plan will be publishable, guessed from headcounts and a rate."""

from analysis.forecast.answering import Answering, offering
from analysis.forecast.drawing import Forecast, GroupForecast, TableForecast, forecast
from analysis.forecast.frame import Frame, frame
from analysis.forecast.merging import Merge, merges

__all__ = [
    "Answering",
    "Forecast",
    "Frame",
    "GroupForecast",
    "Merge",
    "TableForecast",
    "forecast",
    "frame",
    "merges",
    "offering",
]
