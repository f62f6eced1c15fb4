"""The unknowns of the linear system: blocks of table cells that determine everything published.

The finest profiles over all variables would be the whole cross: tens of thousands of unknowns, of
which nearly all matter to no published number. Tables that share variables only along a tree can
be taken apart without loss: counts per *block* (a clique of the triangulated graph of variables
that stand in one table) that agree where blocks overlap always come from some whole table
(Lauritzen, Graphical Models, 1996, section 4.4), in whole numbers too. So every bound found over
blocks is the bound over all profiles. A level that is coarser than another level of the same
variable is a variable of its own here, tied to the finer one; otherwise command x ethnicity would
be carried at department x ethnicity.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

Partition = tuple[int, ...]
"""The class of each category of a variable, numbered by first appearance; "unknown" is last."""

Columns = npt.NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Node:
    """A variable at one of the coarsenesses at which tables use it."""

    variable: str
    partition: Partition


@dataclass(frozen=True)
class Block:
    """The cells of one clique of nodes: one unknown count for each possible combination.

    Attributes:
        nodes: the nodes that it holds.
        start: the column of its first cell.
    """

    nodes: frozenset[Node]
    start: int

    @cached_property
    def axes(self) -> dict[str, Partition]:
        """Variable -> its classes in this block, as fine as the finest of its nodes."""
        return _axes(self.nodes)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of classes of each variable."""
        return tuple(max(partition) + 1 for partition in self.axes.values())

    @property
    def size(self) -> int:
        """Number of cells."""
        return math.prod(self.shape)

    def columns(self, picked: Mapping[str, frozenset[int]]) -> Columns:
        """Columns of the cells whose categories all lie in `picked` (variable -> positions)."""
        chosen = [
            _inside(partition, picked.get(variable)) for variable, partition in self.axes.items()
        ]
        cells = np.arange(self.start, self.start + self.size).reshape(self.shape or (1,))
        return cells[np.ix_(*chosen)].ravel() if chosen else cells

    def places(
        self, variables: Sequence[str], profiles: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.int64]:
        """The column of each profile: positions in `variables`, -1 unknown; shape (profiles, V)."""
        place = np.zeros(len(profiles), dtype=np.int64)
        for variable, partition in self.axes.items():
            # Unknown is the last of a variable's classes, which is where -1 points.
            of_class = np.array(partition)[profiles[:, list(variables).index(variable)]]
            place = place * (max(partition) + 1) + of_class
        return self.start + place

    def labels(self, shared: frozenset[Node]) -> npt.NDArray[np.int64]:
        """For each cell, the number of the combination of `shared` classes that it lies in."""
        label = np.zeros(self.shape or (1,), dtype=np.int64)
        for variable, coarse in _axes(shared).items():
            fine = self.axes[variable]
            of_class = np.zeros(max(fine) + 1, dtype=np.int64)
            of_class[list(fine)] = coarse
            along = [1] * len(self.shape)
            along[list(self.axes).index(variable)] = -1
            label = label * (max(coarse) + 1) + of_class.reshape(along)
        return label.ravel()


def partition_by(signatures: Iterable[Hashable]) -> Partition:
    """Number equal signatures alike, in order of first appearance.

    >>> partition_by("abac")
    (0, 1, 0, 2)
    """
    numbers: dict[Hashable, int] = {}
    return tuple(numbers.setdefault(signature, len(numbers)) for signature in signatures)


def common_chain(partitions: Iterable[Partition]) -> dict[Partition, Partition]:
    """What to use for each partition of one variable so that they form a chain, fine to coarse.

    Partitions that already are nested stay as they are; otherwise all become their common
    refinement, which is larger but always right.
    """
    ordered = sorted(set(partitions), key=lambda partition: (-max(partition), partition))
    nested = all(
        partition_by(zip(fine, coarse, strict=True)) == fine for fine, coarse in pairwise(ordered)
    )
    if nested:
        return {partition: partition for partition in ordered}
    finest = partition_by(zip(*ordered, strict=True))
    return dict.fromkeys(ordered, finest)


def blocks(tables: Sequence[frozenset[Node]]) -> tuple[Block, ...]:
    """The blocks for tables that use the given nodes; one cell for everybody without any."""
    cliques = _cliques(_graph(tables)) or [frozenset[Node]()]
    found: list[Block] = []
    start = 0
    for clique in cliques:
        found.append(Block(clique, start))
        start += found[-1].size
    return tuple(found)


def ties(all_blocks: Sequence[Block]) -> sparse.csr_array:
    """Rows that make overlapping blocks agree: `ties @ counts == 0`, shape [T, A]."""
    width = sum(block.size for block in all_blocks)
    rows, columns, signs = [], [], []
    height = 0
    for one, other in _tree(all_blocks):
        shared = one.nodes & other.nodes
        for block, sign in ((one, 1.0), (other, -1.0)):
            label = block.labels(shared)
            rows.append(height + label)
            columns.append(np.arange(block.start, block.start + block.size))
            signs.append(np.full(block.size, sign))
        height += int(one.labels(shared).max()) + 1
    if not rows:
        return sparse.csr_array((0, width))
    place = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.concatenate(signs), place), shape=(height, width))


def _inside(partition: Partition, positions: frozenset[int] | None) -> list[int]:
    """The classes of which every position is among some; all classes for None."""
    classes = range(max(partition) + 1)
    if positions is None:
        return list(classes)
    outside = {of for position, of in enumerate(partition) if position not in positions}
    return [number for number in classes if number not in outside]


def _axes(nodes: Iterable[Node]) -> dict[str, Partition]:
    by_variable: dict[str, list[Partition]] = {}
    for node in sorted(nodes):
        by_variable.setdefault(node.variable, []).append(node.partition)
    return {
        variable: partition_by(zip(*partitions, strict=True))
        for variable, partitions in by_variable.items()
    }


def _cells(nodes: Iterable[Node]) -> int:
    return math.prod(max(partition) + 1 for partition in _axes(nodes).values())


def _graph(tables: Sequence[frozenset[Node]]) -> dict[Node, set[Node]]:
    nodes = sorted(frozenset[Node]().union(*tables))
    graph: dict[Node, set[Node]] = {node: set() for node in nodes}
    linked = [tuple(sorted(table)) for table in tables]
    by_variable: dict[str, list[Node]] = {}
    for node in nodes:
        by_variable.setdefault(node.variable, []).append(node)
    for levels in by_variable.values():
        ordered = sorted(levels, key=lambda node: -max(node.partition))
        linked.extend(pairwise(ordered))
    for group in linked:
        for one, other in combinations(group, 2):
            graph[one].add(other)
            graph[other].add(one)
    return graph


def _cliques(graph: dict[Node, set[Node]]) -> list[frozenset[Node]]:
    """Maximal cliques of a triangulation: eliminate the node with the smallest clique first."""
    left = {node: set(near) for node, near in graph.items()}
    found: list[frozenset[Node]] = []
    while left:
        node = min(left, key=lambda one: (_cells({one, *left[one]}), one))
        near = left.pop(node)
        for one in near:
            left[one] |= near - {one}
            left[one].discard(node)
        clique = frozenset({node, *near})
        if not any(clique <= other for other in found):
            found.append(clique)
    return found


def _tree(all_blocks: Sequence[Block]) -> list[tuple[Block, Block]]:
    """Maximum spanning tree by nodes in common (Prim): it has the running intersection property."""
    joined, apart = list(all_blocks[:1]), list(all_blocks[1:])
    edges = []
    while apart:
        one, other = max(
            ((old, new) for old in joined for new in apart),
            key=lambda pair: (len(pair[0].nodes & pair[1].nodes), -pair[0].start, -pair[1].start),
        )
        edges.append((one, other))
        joined.append(other)
        apart.remove(other)
    return edges
