"""Groups that take a coarser step together, so that a step does not say for whose sake it is taken.

Steps are chosen by the answers. One for a single group would tell nearly what it is to hide: that
the few who are hidden beside it answered alike. So the parts of a group take it together, and those
of the next group with them, until it could be for the sake of 2k people or more in small groups:
no fewer than D3 lets anything be known of. Who goes with whom follows from the groups' bases alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.system import System
from analysis.disclosure.unions import SMALL, unions
from analysis.plan import TablePlan

Cells = npt.NDArray[np.bool_]
"""Which of the occupied finest cells, shape (cells,)."""

Family = list[int]
"""Positions of the parts of one group on one level."""


@dataclass(frozen=True)
class Bundle:
    """Groups of one level, all parts of each group above them.

    Attributes:
        groups: their ids, hidden ones included.
        enough: whether the small groups for whose sake a step could be taken here are of 2k people
            or more, so that it does not tell of one of them.
    """

    groups: tuple[str, ...]
    enough: bool


def bundles(plan: TablePlan, system: System, hidden: Hidden, k: int) -> tuple[Bundle, ...]:
    """Every group in one bundle, level by level.

    Args:
        plan: says which groups are parts of which, and on which level.
        system: its groups, with the finest cells.
        hidden: the groups that are not shown, shape (G,).
        k: the policy's smallest group.

    Returns:
        Bundles that are as small as they can be, in the order of the plan; one of a whole level
        where that is not enough.
    """
    if system.occupied is None:
        raise ValueError("the system was built without its finest cells")
    near, people, enough = _Near(system, hidden, SMALL * k), system.occupied, SMALL * k
    found = []
    for families in _families(plan).values():
        done: list[tuple[Family, Cells]] = []
        groups, cells = list[int](), near.nobody()
        for above, family in families:
            groups, cells = groups + family, cells | near.of(above, family)
            if people[cells].sum() >= enough:
                done.append((groups, cells))
                groups, cells = [], near.nobody()
        if groups:  # What is left goes with the last.
            last, met = done.pop() if done else ([], cells)
            done.append((last + groups, met | cells))
        for groups, cells in done:
            ids = tuple(plan.groups[at].id for at in groups)
            found.append(Bundle(ids, int(people[cells].sum()) >= enough))
    return tuple(found)


def _families(plan: TablePlan) -> dict[object, list[tuple[int | None, Family]]]:
    """Level -> each group above it with its parts there."""
    position = {group.id: at for at, group in enumerate(plan.groups)}
    found: dict[object, dict[int | None, Family]] = {}
    for at, group in enumerate(plan.groups):
        above = None if group.parent is None else position[group.parent]
        found.setdefault(plan.level_of(group), {}).setdefault(above, []).append(at)
    return {level: list(families.items()) for level, families in found.items()}


class _Near:
    """The small groups beside and inside some groups, as cells."""

    def __init__(self, system: System, hidden: Hidden, people: int) -> None:
        every = unions(system, hidden)
        n = every.combination @ system.bases
        small = every.combination[np.flatnonzero((n > 0.5) & (n < people - 0.5))]
        cells = sparse.csr_array(small @ system.membership @ system.inside)
        cells.data = (np.abs(cells.data) > 0.5).astype(np.float64)
        cells.eliminate_zeros()
        shown = sparse.csc_array(small.multiply(~hidden))
        shown.eliminate_zeros()
        self._cells, self._taken, self._whole = cells, shown, sparse.csc_array(shown > 0)

    def nobody(self) -> Cells:
        return np.zeros(self._cells.shape[1], dtype=bool)

    def of(self, above: int | None, family: Family) -> Cells:
        """What the family and the group above it leave, and what groups of it leave inside."""
        rows = self._whole[:, family].indices
        if above is not None:
            beside = self._taken[:, family].indices
            rows = np.concatenate([rows, np.intersect1d(self._whole[:, [above]].indices, beside)])
        cells = self.nobody()
        cells[self._cells[np.unique(rows)].indices] = True
        return cells
