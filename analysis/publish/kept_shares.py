"""What published percents of a measure say, row by row, looked up again only where steps change.

Between two looks at a measure a few groups take a coarser step, and all others stand as before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

Range = tuple[float, float]
"""The smallest and the largest share that a published one can stand for."""


@dataclass
class _Kept:
    """What was looked up last, for steps as they were then, of what stays the same."""

    of: object
    steps: list[object]
    shares: Reals


class KeptShares:
    """The shares of the rows of every measure that was looked at."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def of(
        self,
        measure: tuple[str, object],
        steps: Sequence[object],
        ways: int,
        say: Callable[[int], Sequence[Range]],
    ) -> Reals:
        """The smallest and the largest share of every row and way, shape (rows, ways, 2).

        Args:
            measure: its name, and what stays the same while steps change, compared by identity.
            steps: what a row's shares depend on besides; None where nothing is told of it.
            ways: of answering.
            say: a row -> what is told of it, one range for each way; of none, nothing is.
        """
        name, same = measure
        kept = self._kept.get(name)
        if kept is None or kept.of is not same:
            nothing = np.tile(np.array([0.0, 1.0]), (len(steps), ways, 1))
            kept = self._kept[name] = _Kept(same, [None] * len(steps), nothing)
        for row, (before, now) in enumerate(zip(kept.steps, steps, strict=True)):
            if before != now:
                found = () if now is None else say(row)
                kept.shares[row] = found if len(found) else (0.0, 1.0)
        kept.steps = list(steps)
        return kept.shares.copy()
