"""The gaps of several waves as one, each taken inside its wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.statistics.comparisons import (
    Difference,
    SquaredError,
    by_errors,
    spread_inside,
    squared_errors,
    with_students,
)
from analysis.statistics.suppressed import estimator

Sides = tuple[int, float, float, int, float, float]
"""n, sum and sum of squares of a group, then of the rest, as `comparisons.welch` takes them."""


@estimator
def waves_together(*waves: Sides, inflation: float = 1.0, alike: float = 0) -> Difference:
    """The mean of the waves' gaps, as `cautious_welch` of one wave; 95 % limits.

    A wave weighs n1 n2 / (n1 + n2), which is the best weight where all answers spread alike and
    depends on no answer. A change of everybody's level from wave to wave changes nothing, however
    the group and the rest are spread over the waves: sums that are added up would not say so.

    Args:
        waves: the sums of one or more.
        inflation: of the squared error, where the same people count more than once.
        alike: as `cautious_welch`, in each wave.

    Raises:
        EstimationError: for a side with fewer than two respondents, or impossible sums.

    Source: Cochran (1954) for the weights; degrees of freedom of Satterthwaite (1946).
    """
    weights = [n1 * n2 / (n1 + n2) for n1, _, _, n2, _, _ in waves]
    parts = [weight / sum(weights) for weight in weights]
    gap, inside, freedom = 0.0, 0.0, 0
    for part, (n1, sum1, sq1, n2, sum2, sq2) in zip(parts, waves, strict=True):
        gap += part * (sum1 / n1 - sum2 / n2)
        inside += spread_inside(n1, sum1, sq1, n2, sum2, sq2)
        freedom += n1 + n2 - 2
    found = by_errors(gap, _errors(waves, parts), inflation)
    found = replace(found, p=by_errors(gap, _errors(waves, parts, alike), inflation).p)
    return with_students(found, inflation * inside / sum(weights), freedom)


def _errors(waves: Sequence[Sides], parts: Sequence[float], alike: float = 0) -> list[SquaredError]:
    """Of the means of both sides of every wave, which has so large a part of the gap."""
    return [
        (error * part**2, freedom)
        for part, sides in zip(parts, waves, strict=True)
        for error, freedom in squared_errors(*sides, alike)
    ]
