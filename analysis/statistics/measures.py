"""What one figure of an item or theme is: percent positive, theme scores, the index of percents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.statistics.suppressed import estimator

Numbers = npt.NDArray[np.float64]


@estimator
def share(
    counts: Sequence[float] | Numbers, counted: Sequence[bool] | npt.NDArray[np.bool_]
) -> float:
    """The share of answers that fell in the categories counted.

    Args:
        counts: answers (or percents) per category of the denominator, shape (categories,).
        counted: which categories are of interest, such as the positive ones, same shape.

    Raises:
        EstimationError: when nobody answered.

    Source: UK Civil Service People Survey 2024, Quality and Methodology, Table A.
    """
    answers = np.asarray(counts, dtype=float)
    if answers.sum() <= 0:
        raise EstimationError("there is no share of no answers")
    return float(answers[np.asarray(counted, dtype=bool)].sum() / answers.sum())


@estimator
def index_score(percents: Sequence[float] | Numbers, scores: Sequence[float] | Numbers) -> float:
    """The index of an item from its published percents: the raw weighted sum.

    The percents are not made to add up to 100 first: published ones may sum to 102, and the
    published index uses them as they stand.

    Args:
        percents: percent of valid answers per category, shape (categories,).
        scores: 0 to 100 in equal steps, polarity applied, same shape.

    Source: UK Civil Service People Survey 2024, Quality and Methodology, Table 1.
    """
    return float(np.asarray(percents, dtype=float) @ np.asarray(scores, dtype=float)) / 100


@estimator
def respondent_scores(scores: Numbers, at_least: float = 0.5) -> Numbers:
    """Each respondent's theme score: the mean of the items that they answered.

    Args:
        scores: item scores, shape (respondents, items), NaN where there is no valid answer.
        at_least: part of the theme's items that must be answered.

    Returns:
        Scores, shape (respondents,); NaN where fewer were answered. NaN is microdata's gap here,
        not a figure: tallies leave it out.
    """
    answered = ~np.isnan(scores)
    number = answered.sum(axis=1)
    enough = (number > 0) & (number >= at_least * scores.shape[1])
    totals = np.where(answered, scores, 0.0).sum(axis=1)
    return np.where(enough, totals / np.maximum(number, 1), np.nan)
