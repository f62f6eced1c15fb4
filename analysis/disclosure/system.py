"""One linear system for everything that a plan publishes: who is in which group.

`membership @ atoms == bases` for the published groups, `held` rows as they are, atoms >= 0 is all
that a reader knows of the counts. The system also lists what a reader can work out without any
solver: additive lines (a group, its parts, and those whose answer is unknown) and *derived* groups
(the unknown part of a line, and the rest of a group's parent).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.cells import Cells
from analysis.codebook import Codebook
from analysis.disclosure.atoms import (
    Block,
    Columns,
    Node,
    Partition,
    blocks,
    common_chain,
    partition_by,
    ties,
)
from analysis.disclosure.lines import Derived, Line, Picked, additive_lines, derived_groups
from analysis.errors import Unprotectable
from analysis.plan import Group, Table, TablePlan, Value

Bases = npt.NDArray[np.int64]
"""People per declared group, in the order of `TablePlan.groups`, shape (G,)."""

MOST_ATOMS = 200_000
"""Unknowns that the linear programs can still carry in minutes."""

LAST = 1000
"""More than a group has values that an intersection could name."""


@dataclass(frozen=True)
class Held:
    """Sums of atoms that are known whatever is hidden: blocks agree where they overlap.

    Attributes:
        rows: shape [T, A].
        values: what each sum is, shape (T,).
    """

    rows: sparse.csr_array
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class System:
    """Groups, atoms and how they hang together, and the bases of one wave.

    Attributes:
        groups: declared groups in the order of the plan.
        membership: 0/1, shape [G, A]: which atoms add up to which group.
        held: what every possible table has in common.
        bases: people who answered, shape (G,).
        lines: every additive line of every table.
        derived: unknown parts and rests.
        watched: how many of a group's values the plan names in an intersection, and one more for
            what is read by itself: a command, by its board, and the rungs of a named ladder. Shape
            (G,); groups with more are hidden after others.
        inside: 0/1, shape [A, cells]: which occupied finest cells add up to which atom; None when
            no more than the bases is known.
        public: positions of groups whose bases have been published already; they are held.
        between: groups that no plan declares and two plans make together, shape (G,); they need
            protection where few are in them. None when there are none.
        occupied: people in each of these cells, shape (cells,); None likewise.
        blocks: what the atoms are cells of.
        truth: people in each atom, shape (A,); None when no more than the bases is known.
    """

    groups: tuple[Group, ...]
    membership: sparse.csr_array
    held: Held
    bases: Bases
    lines: tuple[Line, ...]
    derived: Derived
    watched: npt.NDArray[np.int64]
    inside: sparse.csr_array | None = None
    public: Columns = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    between: npt.NDArray[np.bool_] | None = None
    occupied: npt.NDArray[np.int64] | None = None
    blocks: tuple[Block, ...] = ()
    truth: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.bases.shape != (len(self.groups),):
            raise ValueError(f"{self.bases.shape} bases for {len(self.groups)} groups")

    @cached_property
    def possible(self) -> npt.NDArray[np.bool_]:
        """Whether anybody could be in each group at all, shape (G,)."""
        return np.diff(self.membership.indptr) > 0

    def matters(self, k: int) -> npt.NDArray[np.int64]:
        """Positions of the groups that need protection while they are hidden."""
        if self.between is None:
            return np.flatnonzero(self.possible)
        few = (self.bases > 0) & (self.bases < k)
        return np.flatnonzero(self.possible & (few | ~self.between))

    def with_between(self, groups: npt.NDArray[np.bool_]) -> System:
        """The same with groups that no plan declares, which are never shown, shape (G,).

        Along the lines of such groups nothing is hidden: only the audit looks at them.
        """
        lines = [line for line in self.lines if not groups[[line.parent, *line.children]].any()]
        return replace(self, lines=tuple(lines), between=groups)

    def published(self, groups: npt.NDArray[np.bool_]) -> System:
        """The same with the bases of some groups known already, shape (G,).

        Hiding them would hide nothing: they come last.
        """
        at = np.flatnonzero(groups)
        rows = sparse.csr_array(sparse.vstack([self.held.rows, self.membership[at]]))
        return replace(
            self,
            held=Held(rows, np.concatenate([self.held.values, self.bases[at]])),
            watched=self.watched + LAST * groups,
            public=at,
        )

    def of(self, bases: Bases, occupied: Cells) -> System:
        """The same plan for other people: their number in each group, and where they are."""
        inside = _inside(self.blocks, self.membership.shape[1], occupied)
        return replace(
            self,
            bases=bases,
            inside=inside,
            occupied=occupied.people,
            truth=_in_atoms(inside, occupied.people),
        )


def _inside(all_blocks: tuple[Block, ...], atoms: int, occupied: Cells) -> sparse.csr_array:
    """Which of the occupied finest cells add up to which atom, shape [A, cells]."""
    rows = [block.places(occupied.variables, occupied.profiles) for block in all_blocks]
    columns = np.tile(np.arange(len(occupied)), len(rows))
    place = (np.concatenate(rows), columns)
    return sparse.csr_array((np.ones(len(columns)), place), (atoms, len(occupied)))


def _in_atoms(inside: sparse.csr_array, people: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.asarray(inside @ people, dtype=np.float64)


def build(
    codebook: Codebook, plan: TablePlan, bases: npt.ArrayLike, occupied: Cells | None = None
) -> System:
    """Build the system of a plan.

    Args:
        codebook: gives the categories of every variable.
        plan: the tables that will be published.
        bases: unweighted people in each of `plan.groups`, in that order, shape (G,).
        occupied: the finest cells that somebody is in; without them `System.inside` is None.

    Returns:
        The system. Its atoms are all combinations that the questionnaire makes possible, with
        "unknown" as a category of every variable, whether anybody is there or not.

    Raises:
        Unprotectable: when the tables are linked into too many unknowns to be audited.
    """
    cells = _Cells(codebook, plan)
    groups = plan.groups
    tied = ties(cells.blocks)
    memberships = [cells.columns_of_group(group) for group in groups]
    inside = None if occupied is None else _inside(cells.blocks, cells.size, occupied)
    return System(
        groups=groups,
        membership=_incidence(memberships, cells.size),
        held=Held(tied, np.zeros(tied.shape[0])),
        bases=np.asarray(bases, dtype=np.int64),
        lines=additive_lines(plan),
        derived=derived_groups(plan, cells.positions, cells.columns),
        watched=_watched(plan),
        inside=inside,
        occupied=None if occupied is None else occupied.people,
        blocks=cells.blocks,
        truth=None if inside is None or occupied is None else _in_atoms(inside, occupied.people),
    )


def _watched(plan: TablePlan) -> npt.NDArray[np.int64]:
    """The plan says in advance whom it is for: those are the last to be hidden for others' sake."""
    named = {pair for one in plan.intersections for pair in plan.group_by_id[one.group].where}
    rungs = {
        name for one in plan.ladders if one.named for rung in one.rungs for name in rung.groups
    }
    return np.array(
        [
            len(named & set(group.where)) + (plan.is_command(group) or group.id in rungs)
            for group in plan.groups
        ],
        dtype=np.int64,
    )


class _Cells:
    """Where the people of a value or group are among the atoms."""

    def __init__(self, codebook: Codebook, plan: TablePlan) -> None:
        self._codes = {variable.id: variable.codes for variable in codebook.variables}
        self._plan = plan
        self._tables = {table.id: table for table in plan.tables}
        self._nodes = {table.id: self._nodes_of(table) for table in plan.tables}
        self.blocks = blocks(tuple(self._nodes.values()))
        self.size = sum(block.size for block in self.blocks)
        if self.size > MOST_ATOMS:
            raise Unprotectable(
                f"the tables {', '.join(table.id for table in plan.tables)} are linked into "
                f"{self.size} unknown counts, which cannot be audited; "
                "publish a crossing at a coarser level or leave one out"
            )

    def positions(self, breakdown: str, value: Value | None) -> frozenset[int]:
        """Positions of a value's categories; of all, the unknown one included, for None."""
        codes = self._codes[self._plan.breakdown_by_id[breakdown].variable]
        if value is None:
            return frozenset(range(len(codes) + 1))
        return frozenset(codes.index(code) for code in value.categories)

    def columns(self, table: Table, picked: Picked) -> Columns:
        """Atoms of a table's block whose categories lie in `picked` (breakdown -> positions)."""
        by_variable: dict[str, frozenset[int]] = {}
        for breakdown, positions in picked.items():
            variable = self._plan.breakdown_by_id[breakdown].variable
            by_variable[variable] = by_variable.get(variable, positions) & positions
        return self._block(table.id).columns(by_variable)

    def columns_of_group(self, group: Group) -> Columns:
        """The atoms of a declared group."""
        picked = {
            breakdown: self.positions(
                breakdown, self._plan.breakdown_by_id[breakdown].value_by_id[value]
            )
            for breakdown, value in group.where
        }
        if not picked:
            return min(self.blocks, key=lambda block: block.size).columns({})
        return self.columns(self._tables[group.table], picked)

    def _block(self, table: str) -> Block:
        return next(block for block in self.blocks if self._nodes[table] <= block.nodes)

    def _nodes_of(self, table: Table) -> frozenset[Node]:
        return frozenset(
            Node(variable, self._chains[variable][partition])
            for variable, partition in self._partitions(table).items()
        )

    @cached_property
    def _chains(self) -> dict[str, dict[Partition, Partition]]:
        found: dict[str, set[Partition]] = {}
        for table in self._plan.tables:
            for variable, partition in self._partitions(table).items():
                found.setdefault(variable, set()).add(partition)
        return {variable: common_chain(partitions) for variable, partitions in found.items()}

    def _partitions(self, table: Table) -> dict[str, Partition]:
        """Variable -> categories told apart by the table; the unknown belongs to no value."""
        values: dict[str, list[frozenset[str]]] = {}
        for breakdown, level in zip(table.breakdowns, table.finest, strict=True):
            declared = self._plan.breakdown_by_id[breakdown]
            values.setdefault(declared.variable, []).extend(
                value.categories for value in declared.down_to(level)
            )
        return {
            variable: partition_by(
                [
                    *(tuple(code in one for one in inside) for code in self._codes[variable]),
                    tuple(False for _ in inside),
                ]
            )
            for variable, inside in values.items()
        }


def _incidence(memberships: list[Columns], width: int) -> sparse.csr_array:
    starts = np.cumsum([0, *(len(columns) for columns in memberships)])
    indices = np.concatenate(memberships) if memberships else np.zeros(0, dtype=np.int64)
    return sparse.csr_array(
        (np.ones(len(indices)), indices, starts), shape=(len(memberships), width)
    )
