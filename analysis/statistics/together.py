"""The gaps of several waves as one, each taken inside its wave."""

from __future__ import annotations

from analysis.statistics.comparisons import (
    Difference,
    by_errors,
    squared_errors,
    with_students,
)
from analysis.statistics.intervals import variance
from analysis.statistics.suppressed import estimator

Sides = tuple[int, float, float, int, float, float]
"""n, sum and sum of squares of a group, then of the rest, as `comparisons.welch` takes them."""


@estimator
def waves_together(*waves: Sides, inflation: float = 1.0) -> Difference:
    """The mean of the waves' gaps, as `cautious_welch` of one wave; 95 % limits.

    A wave weighs n1 n2 / (n1 + n2), which is the best weight where all answers spread alike and
    depends on no answer. A change of everybody's level from wave to wave changes nothing, however
    the group and the rest are spread over the waves: sums that are added up would not say so.

    Args:
        waves: the sums of one or more.
        inflation: of the squared error, where the same people count more than once.

    Raises:
        EstimationError: for a side with fewer than two respondents, or impossible sums.

    Source: Cochran (1954) for the weights; degrees of freedom of Satterthwaite (1946).
    """
    weights = [n1 * n2 / (n1 + n2) for n1, _, _, n2, _, _ in waves]
    total = sum(weights)
    gap, inside, freedom = 0.0, 0.0, 0
    parts = []
    for weight, sides in zip(weights, waves, strict=True):
        n1, sum1, sq1, n2, sum2, sq2 = sides
        gap += weight / total * (sum1 / n1 - sum2 / n2)
        parts += [(part * (weight / total) ** 2, of) for part, of in squared_errors(*sides)]
        inside += variance(n1, sum1, sq1) * (n1 - 1) + variance(n2, sum2, sq2) * (n2 - 1)
        freedom += n1 + n2 - 2
    found = by_errors(gap, parts, inflation)
    return with_students(found, inflation * inside / total, freedom)
