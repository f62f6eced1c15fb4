"""The counts of which a reader must not learn that they are few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.atoms import Columns
from analysis.disclosure.system import Bases, System
from analysis.errors import Unprotectable

ALWAYS = -1
"""In place of a group's position: the count is nobody's to show, so it is always hidden."""


@dataclass(frozen=True)
class Targets:
    """Sums of atoms that are looked at one by one.

    Attributes:
        names: what each is, for messages.
        rows: shape [R, A].
        people: the true counts, shape (R,).
        group: position of the declared group that a count is of, which matters while that is
            hidden; or `ALWAYS`. Shape (R,).
        may_be_none: whether it is enough that nobody may be there at all, shape (R,).
        nobody: atoms held at 0.
    """

    names: tuple[str, ...]
    rows: sparse.csr_array
    people: Bases
    group: npt.NDArray[np.int64]
    may_be_none: npt.NDArray[np.bool_]
    nobody: Columns


def of_groups(system: System, k: int) -> Targets:
    """Every declared group, and what they leave that is somebody, but fewer than k.

    Raises:
        Unprotectable: when the bases contradict each other.
    """
    rest = left(system)
    few = np.flatnonzero((rest > 0) & (rest < k))
    groups = system.matters(k)
    return Targets(
        names=(
            *(system.groups[at].id for at in groups),
            *(system.derived.names[at] for at in few),
        ),
        rows=stacked([system.membership[groups], rests(system, few)]),
        people=np.concatenate([system.bases[groups], rest[few]]),
        group=np.concatenate([groups, np.full(len(few), ALWAYS)]),
        may_be_none=np.zeros(len(groups) + len(few), dtype=bool),
        nobody=nobody(system),
    )


def left(system: System) -> Bases:
    """People in each derived group.

    Raises:
        Unprotectable: when some would be negative.
    """
    people = system.derived.combination @ system.bases
    found = np.asarray(np.rint(people), dtype=np.int64)
    if (found < 0).any():
        first = system.derived.names[int(np.argmax(found < 0))]
        raise Unprotectable(f"the counts contradict each other: {first} would be negative")
    return found


def nobody(system: System) -> Columns:
    """Atoms of empty unknown parts.

    Readers may know that nobody left a question out; then there is no unknown to hide in.
    """
    empty = [
        columns
        for columns, people in zip(system.derived.columns, left(system).tolist(), strict=True)
        if people == 0
    ]
    return np.unique(np.concatenate([*empty, np.zeros(0, dtype=np.int64)]))


def rests(system: System, some: npt.NDArray[np.int64]) -> sparse.csr_array:
    """The atoms of some derived groups, as rows."""
    return sparse.csr_array(system.derived.combination[some] @ system.membership)


def stacked(rows: list[sparse.csr_array]) -> sparse.csr_array:
    """Rows below rows."""
    return sparse.csr_array(sparse.vstack(rows))
