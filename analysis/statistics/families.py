"""Several tests at once: false discoveries held within families that were declared in advance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.statistics.suppressed import estimator

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Selection:
    """Families that stand out, and the tests that do inside them.

    Attributes:
        families: names of the selected families, in the order given.
        item_level: level of the tests inside a selected family; 0 when none is selected.
        rejected: selected family -> which of its tests are rejected, shape (tests,).
    """

    families: tuple[str, ...]
    item_level: float
    rejected: dict[str, npt.NDArray[np.bool_]]


@estimator
def benjamini_hochberg(p: Sequence[float] | Numbers) -> Numbers:
    """The q values of a family: the smallest false discovery rate at which each is rejected.

    Args:
        p: p values of the family's eligible tests, in any order, shape (tests,).

    Returns:
        q values in the order of `p`.

    Raises:
        EstimationError: for a value outside [0, 1], NaN included.

    Source: Benjamini and Hochberg (1995).

    Example:
        >>> [float(q) for q in benjamini_hochberg([0.01, 0.04, 0.03])]
        [0.03, 0.04, 0.04]
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    steps = values[order] * values.size / np.arange(1, values.size + 1)
    q = np.empty_like(values)
    q[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return np.minimum(q, 1.0)


@estimator
def simes(p: Sequence[float] | Numbers) -> float:
    """The p value of a family as a whole: that none of its effects is real.

    Args:
        p: p values of its tests, at least one.

    Raises:
        EstimationError: for no test, or a value outside [0, 1].

    Source: Simes (1986).
    """
    values = np.sort(_checked(p))
    if values.size == 0:
        raise EstimationError("a family without tests has no p value")
    return float((values * values.size / np.arange(1, values.size + 1)).min())


@estimator
def rejected_inside(
    p: Sequence[float] | Numbers, selected: int, families: int, level: float = 0.05
) -> npt.NDArray[np.bool_]:
    """Which tests inside one selected family stand, after selecting it for its own result.

    Args:
        p: p values of the tests of the selected family.
        selected: families selected (R), at least 1.
        families: families that there were (m).
        level: false discovery rate, on average over the selected families.

    Returns:
        Whether each test is rejected by Benjamini-Hochberg at level R/m.

    Source: Benjamini and Bogomolov (2014).
    """
    if not 1 <= selected <= families:
        raise EstimationError(f"{selected} of {families} families cannot be selected")
    return np.asarray(_within(_checked(p), level * selected / families))


def benjamini_bogomolov(families: Mapping[str, Sequence[float]], level: float = 0.05) -> Selection:
    """Select families by Simes and Benjamini-Hochberg, then test inside the selected ones.

    Args:
        families: name -> p values of its tests.
        level: false discovery rate of both steps.

    Source: Benjamini and Bogomolov (2014).
    """
    names = tuple(families)
    whole = [simes(families[name]) for name in names]
    chosen = tuple(
        name for name, stands in zip(names, _within(_checked(whole), level), strict=True) if stands
    )
    return Selection(
        chosen,
        level * len(chosen) / len(names) if names else 0.0,
        {name: rejected_inside(families[name], len(chosen), len(names), level) for name in chosen},
    )


def _within(p: Numbers, level: float) -> npt.NDArray[np.bool_]:
    # q is a product and a quotient of p: one unit in the last place must not decide.
    return np.asarray(benjamini_hochberg(p) <= level * (1 + 1e-12), dtype=np.bool_)


def _checked(p: Sequence[float] | Numbers) -> Numbers:
    values = np.asarray(p, dtype=float)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise EstimationError("p values are numbers from 0 to 1, one per test")
    return values
