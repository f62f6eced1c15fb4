"""The auditor's look inside the bands of sensitive items, by what is shown around them."""

from __future__ import annotations

import math
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
        few: a smaller number of people should not be told, nor be told from none.
    """
    names = list(told)
    ends, n = np.array([told[name] for name in names]), np.array([people[name] for name in names])
    for other, kind in enumerate(("in", "out of")):
        places = np.array([cells[name] for name in names]) + other * (fits.width // 2)
        least, most = (1 - ends[:, 1], 1 - ends[:, 0]) if other else (ends[:, 0], ends[:, 1])
        unknown = np.flatnonzero(np.floor(most * n + _NEARLY) >= few)
        for at in unknown[_short_of(fits, places[unknown], few)].tolist():
            yield names[at], f"fewer than {few} people are {kind} it"
        narrow = np.flatnonzero(least <= 0)
        narrow = narrow[_short_of(fits, places[narrow], 2 * few)]
        for at in narrow[_above_none(fits, places[narrow], few)].tolist():
            yield names[at], f"somebody is {kind} it, and it is not known to be {few} people"


def _short_of(fits: Fitting, places: Positions, many: int) -> list[int]:
    """Which unknowns never are so many people."""
    left = _searched(fits, places, -1.0, -many)
    return [at for at in left if fits.ends(places[[at]])[1][0] < many - _NEARLY]


def _above_none(fits: Fitting, places: Positions, few: int) -> list[int]:
    """Which unknowns are somebody, and may be few."""
    left = _searched(fits, places, 1.0, 0.0)
    return [at for at in left if 0 < math.ceil(fits.ends(places[[at]])[0][0] - _NEARLY) < few]


def _searched(fits: Fitting, places: Positions, sign: float, wanted: float) -> list[int]:
    """The unknowns that no table takes where they are wanted, each searched to its end."""

    def left_of(some: Positions) -> Positions:
        low, high = fits.ends(places[some])
        return some[(low if sign > 0 else -high) > wanted + _NEARLY]

    left = left_of(np.arange(len(places)))
    while len(left):
        if fits.least(_functional(fits, places[left], sign)) is None:
            return []  # No table fits at all, of which others tell.
        still = left_of(left)
        if len(still) == len(left):
            break
        left = still
    for at in left.tolist():
        fits.least(_functional(fits, places[[at]], sign))
    return [int(at) for at in left_of(left)]


def _functional(fits: Fitting, places: Positions, sign: float) -> npt.NDArray[np.float64]:
    functional = np.zeros(fits.width)
    functional[places] = sign
    return functional
