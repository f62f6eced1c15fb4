"""What published percents of one measure say, row by row, looked up again only where steps change.

Between two looks at a measure a few groups take a coarser step, and all others stand as before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

Range = tuple[float, float]
"""The smallest and the largest share that a published one can stand for."""


class KeptShares:
    """The shares of the rows of one measure; of another one nothing is kept."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._steps: list[object] = []
        self._shares = np.zeros((0, 0, 2))

    def of(
        self,
        measure: tuple[object, ...],
        steps: Sequence[object],
        ways: int,
        say: Callable[[int], Sequence[Range]],
    ) -> Reals:
        """The smallest and the largest share of every row and way, shape (rows, ways, 2).

        Args:
            measure: what stays the same while steps change; compared by identity.
            steps: what a row's shares depend on besides; None where nothing is told of it.
            ways: of answering.
            say: a row -> what is told of it, one range for each way; of none, nothing is.
        """
        same = len(measure) == len(self._of) and all(
            one is other for one, other in zip(measure, self._of, strict=True)
        )
        if not same:
            self._of, self._steps = measure, [None] * len(steps)
            self._shares = np.tile(np.array([0.0, 1.0]), (len(steps), ways, 1))
        for row, (before, now) in enumerate(zip(self._steps, steps, strict=True)):
            if before != now:
                found = () if now is None else say(row)
                self._shares[row] = found if len(found) else (0.0, 1.0)
        self._steps = list(steps)
        return self._shares.copy()
