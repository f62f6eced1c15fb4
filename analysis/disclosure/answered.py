"""One item and the groups as one system: those who answered it, and those who did not.

Every atom is split into two: people who gave the item a valid answer, and people who left it out
or were not asked. Both add up to what is shown of the groups, the first to what is shown of the
item. "Answered" is one more variable that stands in every block, so what holds of blocks still
holds: counts that agree where blocks overlap, for both halves, come from some whole table.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.system import Bases, Held, System
from analysis.disclosure.targets import ALWAYS, Targets, left, nobody, rests, stacked


def split(
    system: System, hidden: Hidden, answered: Bases, at_cells: npt.ArrayLike | None = None
) -> System:
    """The system of an item's bases, with those of the shown groups held.

    Args:
        system: groups and their bases, A atoms.
        hidden: groups that are not shown, shape (G,).
        answered: people with a valid answer in each group, shape (G,).
        at_cells: people with a valid answer in each of the finest cells, shape (cells,).

    Returns:
        A system of 2 A atoms: those who answered, then those who did not.
    """
    ties = len(system.held.values) - len(system.public)
    shown = np.union1d(np.flatnonzero(~hidden), system.public)
    none = sparse.csr_array(system.membership.shape)
    tied, zero = system.held.rows[:ties], system.held.values[:ties]
    people = system.membership[shown]
    return replace(
        system,
        membership=sparse.csr_array(sparse.hstack([system.membership, none])),
        held=Held(
            stacked([sparse.block_diag([tied, tied]), sparse.hstack([people, people])]),
            np.concatenate([zero, zero, system.bases[shown]]),
        ),
        bases=answered,
        truth=_truth(system, at_cells),
        public=np.zeros(0, dtype=np.int64),
    )


def _truth(system: System, at_cells: npt.ArrayLike | None) -> npt.NDArray[np.float64] | None:
    """Those who answered in each atom, then those who did not."""
    if system.inside is None or system.truth is None or at_cells is None:
        return None
    answered = system.inside @ np.asarray(at_cells, dtype=np.float64)
    return np.concatenate([answered, system.truth - answered])


def of_item(system: System, item: System, hidden: Hidden, k: int) -> Targets:
    """What must not be known to be few, of those who answered, those who did not, and both.

    Args:
        system: groups and their bases.
        item: what `split` made of it.
        hidden: groups that are not shown, shape (G,).
        k: people.

    Raises:
        Unprotectable: when the bases contradict each other.
    """
    atoms = system.membership.shape[1]
    rest, answers = left(system), left(item)
    few = np.flatnonzero((rest > 0) & (rest < k))
    every = system.matters(k)
    unseen = every[hidden[every]]
    asked = np.flatnonzero((answers > 0) & (answers < k))
    groups = item.matters(k)
    silent = _few(system.bases - item.bases, k)
    left_out = _few(rest - answers, k)
    both = stacked([system.membership[unseen], rests(system, few)])
    not_answered = stacked([system.membership[silent], rests(system, left_out)])
    names = [group.id for group in system.groups]
    outside = [f"{name} without those who answered" for name in (*names, *system.derived.names)]
    last = len(silent) + len(left_out)
    return Targets(
        names=(
            *(names[at] for at in groups),
            *(system.derived.names[at] for at in asked),
            *(names[at] for at in unseen),
            *(system.derived.names[at] for at in few),
            *(outside[at] for at in silent),
            *(outside[len(names) + at] for at in left_out),
        ),
        rows=stacked(
            [
                item.membership[groups],
                rests(item, asked),
                sparse.hstack([both, both]),
                sparse.hstack([sparse.csr_array(not_answered.shape), not_answered]),
            ]
        ),
        people=np.concatenate(
            [
                *(item.bases[groups], answers[asked], system.bases[unseen], rest[few]),
                *((system.bases - item.bases)[silent], (rest - answers)[left_out]),
            ]
        ),
        group=np.concatenate([groups, np.full(len(asked) + len(unseen) + len(few) + last, ALWAYS)]),
        may_be_none=np.arange(len(groups) + len(asked) + both.shape[0] + last)
        >= len(groups) + len(asked) + both.shape[0],
        nobody=np.unique(np.concatenate([nobody(item), nobody(system), nobody(system) + atoms])),
    )


def _few(people: Bases, k: int) -> Bases:
    """Positions of those who are somebody, but fewer than k."""
    return np.flatnonzero((people > 0) & (people < k))
