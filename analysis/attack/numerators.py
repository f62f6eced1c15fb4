"""The auditor's look inside the bands of sensitive items, by what is shown around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from analysis.attack.fitting import Fitting
from analysis.attack.told import Interval

Positions = npt.NDArray[np.int64]

_NEARLY = 1e-4


def few_told(
    fits: Fitting,
    cells: Mapping[str, int],
    told: Mapping[str, Interval],
    people: Mapping[str, float],
    few: int,
) -> Iterator[tuple[str, str]]:
    """Groups in which it is known that few answered so, or all but few; and what is known.

    Only what does not follow from a group's own figures: how these are rounded has its own rules.

    Args:
        fits: all answers that fit: those who answered so in each cell, then those who did not.
        cells: the cell of each shown group.
        told: what its own share lies between, in [0, 1].
        people: the most who can have answered in it.
        few: a smaller number of people should not be told.
    """
    names = list(told)
    ends, n = np.array([told[name] for name in names]), np.array([people[name] for name in names])
    for other, kind in enumerate(("in", "out of")):
        places = np.array([cells[name] for name in names]) + other * (fits.width // 2)
        most = 1 - ends[:, 0] if other else ends[:, 1]
        unknown = np.flatnonzero(np.floor(most * n + _NEARLY) >= few)
        for at in unknown[_short_of(fits, places[unknown], few)].tolist():
            yield names[at], f"fewer than {few} people are {kind} it"


def _short_of(fits: Fitting, places: Positions, few: int) -> list[int]:
    """Which unknowns never are so many people, each searched to its end."""

    def left_of(some: Positions) -> Positions:
        return some[fits.most(places[some]) < few - _NEARLY]

    left = left_of(np.arange(len(places)))
    while len(left):
        if fits.least(_functional(fits, places[left])) is None:
            return []  # No table fits at all, of which others tell.
        still = left_of(left)
        if len(still) == len(left):
            break
        left = still
    for at in left.tolist():
        fits.least(_functional(fits, places[[at]]))
    return [int(at) for at in left_of(left)]


def _functional(fits: Fitting, places: Positions) -> npt.NDArray[np.float64]:
    functional = np.zeros(fits.width)
    functional[places] = -1.0
    return functional
