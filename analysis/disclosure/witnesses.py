"""Tables that fit what is shown: each one proves at once how large many counts can be."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import DUST, Known, Reals
from analysis.disclosure.system import System
from analysis.disclosure.targets import Targets


@dataclass
class Witnesses:
    """What has been seen of each target, the true table among it.

    A witness stays one when more is hidden. When a group is shown again, those stay that agree
    with what is then known of it.

    Attributes:
        most, least: the largest and smallest count of each target so far, shape (R,).
    """

    system: System
    known: Known
    targets: Targets
    most: Reals = field(init=False)
    least: Reals = field(init=False)
    _values: list[Reals] = field(default_factory=list)
    _agrees: list[npt.NDArray[np.bool_]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.most = self.targets.people.astype(np.float64)
        self.least = self.most.copy()
        for values in self._values:
            self._widen(values)

    def add(self, table: Reals) -> None:
        """Remember a table of counts per atom, shape (A,)."""
        people = self.system.membership @ table
        inside = (people >= self.known.low - DUST) & (people <= self.known.high + DUST)
        self._add(self.targets.rows @ table, inside)

    def showing(self, group: int) -> Witnesses:
        """Those that still fit when a group is shown as well."""
        kept = [at for at, agrees in enumerate(self._agrees) if agrees[group]]
        return Witnesses(
            *(self.system, self.known, self.targets),
            [self._values[at] for at in kept],
            [self._agrees[at] for at in kept],
        )

    def join(self, other: Witnesses) -> None:
        """Add those of another that are not here yet."""
        here = {id(values) for values in self._values}
        for values, agrees in zip(other._values, other._agrees, strict=True):
            if id(values) not in here:
                self._add(values, agrees)

    def _add(self, values: Reals, agrees: npt.NDArray[np.bool_]) -> None:
        if (values > self.most + DUST).any() or (values < self.least - DUST).any():
            self._values.append(values)
            self._agrees.append(agrees)
            self._widen(values)

    def _widen(self, values: Reals) -> None:
        self.most = np.maximum(self.most, values)
        self.least = np.minimum(self.least, values)
