"""Parts of a large system, each looked at by itself while everything outside it is as it truly is.

A table that fits in one part fits in the whole together with the true counts elsewhere. So what a
part shows of its counts is shown, and programs of a part are as many times faster as it is
smaller. What a part cannot show says nothing: there the whole is searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.atoms import Columns, Node
from analysis.disclosure.bounds import Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import Reals
from analysis.disclosure.system import Held, System
from analysis.disclosure.targets import ALWAYS, Targets, stacked

MANY_ATOMS = 5000
"""Smaller systems are as fast whole."""

FEWEST = 5
"""Parts; with fewer little is won."""

_OUTSIDE = -1


@dataclass(frozen=True)
class Part:
    """The atoms of one value, such as those of a command, with the groups that lie inside.

    Attributes:
        atoms: their positions in the whole.
        groups: positions of the groups inside; the others keep their people.
        looked: positions of the targets inside.
        system, known, targets: as of the whole, for these atoms and groups alone.
    """

    atoms: Columns
    groups: Columns
    looked: Columns
    system: System
    known: Known
    targets: Targets

    def audited(self, k: int) -> tuple[System, Known, int, Targets]:
        """What an audit is made of."""
        return self.system, self.known, k, self.targets


def parts_of(
    system: System, known: Known, targets: Targets, hidden: Hidden, several: int = 1
) -> list[Part]:
    """The parts of a system; none when it is small, or says nothing of its true table.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group.
        targets: what is looked at.
        hidden: the groups hidden so far, shape (G,). The others keep their people where they lie
            in several parts.
        several: how many neighbours make one part.
    """
    width = system.membership.shape[1]
    if system.truth is None or width < MANY_ATOMS:
        return []
    labels = _labels(system)
    if labels.max() + 1 < FEWEST * several:
        return []
    labels = np.where(labels == _OUTSIDE, _OUTSIDE, labels // several)
    labels = np.tile(labels, width // len(labels))
    inside = _only_label(system.membership, labels)
    shared = np.flatnonzero((inside == _OUTSIDE) & ~hidden)
    held = stacked([system.held.rows, system.membership[shared]])
    return list(
        _split(system, known, targets, (labels, inside, _only_label(targets.rows, labels)), held)
    )


def _split(
    system: System,
    known: Known,
    targets: Targets,
    labels: Sequence[Columns],
    held: sparse.csr_array,
) -> Iterator[Part]:
    of_atom, of_group = labels[:2]
    by_column = [sparse.csc_array(rows) for rows in (held, system.membership, targets.rows)]
    truth = np.zeros(0) if system.truth is None else system.truth
    for label in range(of_atom.max() + 1):
        atoms, groups, looked = (np.flatnonzero(of == label) for of in labels)
        if not len(groups) or not len(looked):
            continue
        rows, membership, functionals = (
            sparse.csr_array(columns[:, atoms]) for columns in by_column
        )
        rows = rows[np.flatnonzero(np.diff(rows.indptr))]
        position = np.full(len(of_group), _OUTSIDE)
        position[groups] = np.arange(len(groups))
        is_nobody = np.zeros(len(of_atom), dtype=bool)
        is_nobody[targets.nobody] = True
        of = targets.group[looked]
        yield Part(
            atoms,
            groups,
            looked,
            replace(
                system,
                groups=tuple(system.groups[at] for at in groups.tolist()),
                membership=membership[groups],
                held=Held(rows, rows @ truth[atoms]),
                bases=system.bases[groups],
                lines=(),
                watched=system.watched[groups],
                inside=None,
                public=np.zeros(0, dtype=np.int64),
                between=None,
                occupied=None,
                blocks=(),
                truth=truth[atoms],
            ),
            Known(known.bases[groups], known.low[groups], known.high[groups], known.caps[groups]),
            Targets(
                tuple(targets.names[at] for at in looked.tolist()),
                functionals[looked],
                targets.people[looked],
                np.where(of == ALWAYS, ALWAYS, position[of]),
                targets.may_be_none[looked],
                np.flatnonzero(is_nobody[atoms]),
            ),
        )


def _labels(system: System) -> npt.NDArray[np.int64]:
    """The part of each atom: its class on the level above the finest; `_OUTSIDE` of all parts."""
    nodes = {node for block in system.blocks for node in block.nodes}
    levels: dict[str, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: -max(node.partition)):
        levels.setdefault(node.variable, []).append(node)
    coarse = [of[1] for of in levels.values() if len(of) > 1]
    if not coarse:
        return np.full(1, _OUTSIDE)
    by = max(coarse, key=lambda node: (max(node.partition), node))
    return np.concatenate(
        [
            block.labels(frozenset([by]))
            if by.variable in block.axes
            else np.full(block.size, _OUTSIDE)
            for block in system.blocks
        ]
    )


def _only_label(rows: sparse.csr_array, labels: Columns) -> npt.NDArray[np.int64]:
    """The part in which each row lies whole; `_OUTSIDE` when it lies in none or in several."""
    found = np.full(rows.shape[0], _OUTSIDE)
    filled = np.flatnonzero(np.diff(rows.indptr))
    of = labels[rows.indices]
    starts = rows.indptr[filled]
    least, most = np.minimum.reduceat(of, starts), np.maximum.reduceat(of, starts)
    found[filled] = np.where(least == most, least, _OUTSIDE)
    return found


def together(parts: Sequence[Part], tables: Sequence[Sequence[Reals]], truth: Reals) -> list[Reals]:
    """Tables of all parts at once, as no part changes anything outside it.

    Args:
        parts: of one system.
        tables: of each part, shape (atoms,) each.
        truth: people in each atom of the whole, shape (A,).
    """
    found = []
    for turn in range(max(map(len, tables), default=0)):
        table = truth.copy()
        for part, of_part in zip(parts, tables, strict=True):
            if turn < len(of_part):
                table[part.atoms] = of_part[turn]
        found.append(table)
    return found
