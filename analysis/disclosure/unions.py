"""Everything that a reader can name by adding and subtracting groups, and who of it is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import Reals
from analysis.disclosure.system import System
from analysis.disclosure.targets import stacked

Flags = npt.NDArray[np.bool_]

SMALL = 2
"""Groups of fewer than this many times k people are looked at."""


@dataclass(frozen=True)
class Unions:
    """Everything that a reader can name by adding and subtracting declared groups.

    Attributes:
        names: what each is, for messages.
        combination: shape (R, G); `combination @ bases` are their people.
        seen: whether its own share is published, shape (R,).
    """

    names: tuple[str, ...]
    combination: sparse.csr_array
    seen: Flags


@dataclass(frozen=True)
class Small:
    """Those unions that are small for one item, each set of people once.

    Attributes:
        rows: their atoms, shape (R, A).
        unseen: whether its own share is published nowhere, shape (R,). One that is published in
            the policy's steps and bands may be pinned, and be near 0, but not be nearly all.
    """

    names: tuple[str, ...]
    rows: sparse.csr_array
    unseen: Flags


def unions(system: System, hidden: Hidden) -> Unions:
    """Every group, rest and unknown part, and what the shown parts of every line leave.

    Args:
        system: groups and atoms.
        hidden: the groups in which the item is not shown, shape (G,).
    """
    names = [group.id for group in system.groups]
    lines = [line for line in system.lines if hidden[list(line.children)].any()]
    entries = [
        (row, group, sign)
        for row, line in enumerate(lines)
        for group, sign in (
            (line.parent, 1.0),
            *((child, -1.0) for child in line.children if not hidden[child]),
        )
    ]
    row, group, sign = np.array(entries, dtype=np.float64).reshape(-1, 3).T
    left = sparse.csr_array((sign, (row.astype(int), group.astype(int))), (len(lines), len(names)))
    return Unions(
        names=(
            *names,
            *system.derived.names,
            *(f"{names[line.parent]} without its shown parts" for line in lines),
        ),
        combination=stacked(
            [sparse.csr_array(sparse.eye_array(len(names))), system.derived.combination, left]
        ),
        seen=np.concatenate([~hidden, np.zeros(len(system.derived.names) + len(lines), bool)]),
    )


def small(
    system: System, every: Unions, answered: npt.NDArray[np.int64], people: int
) -> tuple[Small, Reals]:
    """The unions of somebody, but fewer than so many people who answered an item.

    Args:
        system: of which the finest cells are known.
        every: all unions.
        answered: people who answered at each of the finest cells, shape (cells,).
        people: from here on a union is not small.

    Returns:
        The small unions, and the people who answered at each atom.
    """
    if system.inside is None:
        raise ValueError("the system was built without its finest cells")
    at_atoms = np.asarray(system.inside @ answered, dtype=np.float64)
    n = every.combination @ (system.membership @ at_atoms)
    few = np.flatnonzero((n > 0.5) & (n < people - 0.5))
    rows = sparse.csr_array(every.combination[few] @ system.membership)
    cells = sparse.csr_array(rows @ system.inside)
    first: dict[bytes, int] = {}
    seen: set[bytes] = set()
    for row, at in enumerate(few.tolist()):
        inside = slice(cells.indptr[row], cells.indptr[row + 1])
        here = cells.indices[inside][np.abs(cells.data[inside]) > 0.5]
        who = np.sort(here[answered[here] > 0]).tobytes()
        first.setdefault(who, row)
        if every.seen[at]:
            seen.add(who)
    kept = list(first.values())
    found = Small(
        names=tuple(every.names[few[row]] for row in kept),
        rows=sparse.csr_array(rows[kept]),
        unseen=np.array([who not in seen for who in first], dtype=bool),
    )
    return found, at_atoms
