"""Tables that fit what is shown: each one proves at once how large many counts can be.

A table of whole people proves besides that whole people leave a count open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import Known
from analysis.disclosure.solving import DUST, Reals
from analysis.disclosure.system import System
from analysis.disclosure.targets import Targets

Flags = npt.NDArray[np.bool_]


@dataclass
class Witnesses:
    """What has been seen of each target, the true table among it.

    A witness stays one when more is hidden. When a group is shown again, those stay that agree
    with what is then known of it.

    Attributes:
        keep: whether tables are kept until they are taken.
        most, least: the largest and smallest count of each target so far, shape (R,).
        whole: which targets a table of whole people leaves open, shape (R,).
    """

    system: System
    known: Known
    targets: Targets
    k: int
    keep: bool = False
    most: Reals = field(init=False)
    least: Reals = field(init=False)
    whole: Flags = field(init=False)
    _values: list[Reals] = field(default_factory=list)
    _agrees: list[Flags] = field(default_factory=list)
    _open: list[Flags] = field(default_factory=list)
    _tables: list[Reals] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.most = self.targets.people.astype(np.float64)
        self.least = self.most.copy()
        self.whole = np.zeros(len(self.most), dtype=bool)
        for values, leaves in zip(self._values, self._open, strict=True):
            self._widen(values, leaves)

    def add(self, table: Reals) -> None:
        """Remember a table of counts per atom, shape (A,)."""
        people = self.system.membership @ table
        inside = (people >= self.known.low - DUST) & (people <= self.known.high + DUST)
        values = self.targets.rows @ table
        people, k = self.targets.people, self.k
        leaves = np.where(people < k, values >= k - DUST, np.abs(values - people) >= 1 - DUST)
        leaves |= self.targets.may_be_none & (values <= DUST)
        is_whole = (np.abs(table - np.rint(table)) < DUST).all()
        if self._add(values, inside, leaves & is_whole) and self.keep:
            self._tables.append(table)

    def taken(self) -> list[Reals]:
        """The tables that were kept since this was last asked for, shape (A,) each."""
        found, self._tables = self._tables, []
        return found

    def showing(self, group: int) -> Witnesses:
        """Those that still fit when a group is shown as well."""
        kept = [at for at, agrees in enumerate(self._agrees) if agrees[group]]
        return Witnesses(
            *(self.system, self.known, self.targets, self.k, self.keep),
            [self._values[at] for at in kept],
            [self._agrees[at] for at in kept],
            [self._open[at] for at in kept],
        )

    def join(self, other: Witnesses) -> None:
        """Add those of another that are not here yet."""
        here = {id(values) for values in self._values}
        for one in zip(other._values, other._agrees, other._open, strict=True):
            if id(one[0]) not in here:
                self._add(*one)

    def _add(self, values: Reals, agrees: Flags, leaves: Flags) -> bool:
        """Whether it shows anything new."""
        wider = (values > self.most + DUST) | (values < self.least - DUST)
        is_new = bool((wider | (leaves & ~self.whole)).any())
        if is_new:
            self._values.append(values)
            self._agrees.append(agrees)
            self._open.append(leaves)
            self._widen(values, leaves)
        return is_new

    def _widen(self, values: Reals, leaves: Flags) -> None:
        self.most = np.maximum(self.most, values)
        self.least = np.minimum(self.least, values)
        self.whole = self.whole | leaves
