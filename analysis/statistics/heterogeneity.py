"""How much groups really differ, beyond what chance alone would make of them. Never published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import EstimationError
from analysis.statistics.suppressed import estimator


@dataclass(frozen=True)
class Heterogeneity:
    """Differences between groups.

    Attributes:
        mean: of the groups, weighted by how well each is known.
        between: variance between groups, 0 when chance explains all of it.
        q: Cochran's statistic, groups - 1 degrees of freedom.
        part: of the spread that is not chance, in [0, 1] (I squared).
    """

    mean: float
    between: float
    q: float
    part: float


@estimator
def dersimonian_laird(values: Sequence[float], errors: Sequence[float]) -> Heterogeneity:
    """The spread between groups by moments.

    Args:
        values: of each group, shape (groups,), two or more.
        errors: their standard errors, same shape, above 0.

    Raises:
        EstimationError: for one group alone or errors that do not fit.

    Source: DerSimonian and Laird (1986).
    """
    value, error = np.asarray(values, dtype=float), np.asarray(errors, dtype=float)
    if value.shape != error.shape or value.ndim != 1 or value.size < 2 or (error <= 0).any():
        raise EstimationError("two groups or more, each with a standard error above 0")
    weight = error**-2
    fixed = float((weight * value).sum() / weight.sum())
    q = float((weight * (value - fixed) ** 2).sum())
    degrees = value.size - 1
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(0.0, (q - degrees) / scale)
    widened = 1 / (error**2 + between)
    mean = float((widened * value).sum() / widened.sum())
    return Heterogeneity(mean, between, q, max(0.0, 1 - degrees / q) if q > 0 else 0.0)
