"""Answers inside small groups: what shown shares tell of people whose own share is not shown.

A published share is an interval of people. For one way of answering an item, the unknowns are the
people of each atom who answered so: none at least, and at most all who answered there. The shown
shares are rows over them. A hidden group, or a union that can be worked out, of fewer than 2k
people is *exposed* when its share is pinned, or known to lie above 90 or below 10 %; a shown group
of so few, whose share stands in the policy's steps and bands, when it is known to lie above 90.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.system import System
from analysis.disclosure.targets import stacked
from analysis.errors import Unprotectable

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SMALL = 2
"""Groups of fewer than this many times k people are looked at."""

NEARLY_ALL, NEARLY_NOBODY = 0.9, 0.1
"""A small group's share must not be known to lie above the one or below the other."""

_DUST = 1e-6


DUAL, PRIMAL = 1, 4
"""Ways of the simplex: after new bounds, and after a new functional over the same ones."""


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


@dataclass(frozen=True)
class Told:
    """What is published of one way of answering an item.

    Attributes:
        answered: people at each atom who answered the item, shape (A,).
        truth: how many of them answered so (for a theme: the sum of their shares), shape (A,).
        low, high: what every measured row's share of them lies between, in people; the groups,
            then their rests; shape (M,).
        whole: whether people answer so or not, and not in part, as in a theme.
    """

    answered: Reals
    truth: Reals
    low: Reals
    high: Reals
    whole: bool


@dataclass(frozen=True)
class Exposed:
    """A group of which too much is known.

    Attributes:
        union: its position among the unions.
        rows: the measured rows that tell it.
    """

    union: int
    rows: frozenset[int]


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


class PossibleAnswers:
    """All answers that fit what is published; one warm program for every item and way."""

    def __init__(self, system: System, rests: sparse.csr_array | None = None) -> None:
        """Set up the program: people at each atom and in each group, who add up.

        What is left of a group is then a difference of two unknowns, and not a sum of all atoms.

        Args:
            system: gives the ties between atoms, and G groups of which shares may be shown.
            rests: sums of groups of which they may be shown besides, shape (D, G).
        """
        groups, self._atoms = system.membership.shape
        rests = sparse.csr_array((0, groups)) if rests is None else rests
        tied, self._groups = system.held.rows, groups
        self._measured = stacked([system.membership, rests @ system.membership])
        self._found: dict[bytes, list[Reals]] = {}
        self._tables: list[Reals] = []
        self._held = tied.shape[0] + groups
        nobody = sparse.csr_array((tied.shape[0], groups))
        rows = [
            sparse.csr_array(sparse.hstack([tied, nobody])),
            sparse.csr_array(sparse.hstack([system.membership, -sparse.eye_array(groups)])),
            sparse.csr_array(
                sparse.hstack([sparse.csr_array((rests.shape[0], self._atoms)), rests])
            ),
        ]
        self._highs = _program(stacked(rows))
        self._every_row = np.arange(self._held + rests.shape[0], dtype=np.int32)
        self._every_column = np.arange(self._atoms + groups, dtype=np.int32)

    def found(self, truth: Reals) -> Sequence[Reals]:
        """The answers that were found to fit what was told of some true ones, shape (A,) all."""
        return self._found.get(truth.tobytes(), ())

    def exposed(self, told: Told, few: Small) -> Iterator[Exposed]:
        """The unions of which a reader knows too much.

        Raises:
            Unprotectable: when no answers fit, which means that the figures contradict each other.
        """
        look = _Look(told, few)
        for table in self._still_fitting(told):
            look.witness(table)
        if not look.open().any():
            return
        self._fit(told)
        while (left := look.open()).any():
            for largest in (True, False):
                wanted = look.up() if largest else look.down()
                if wanted.any():
                    look.witness(self._extreme((wanted / look.n) @ few.rows, largest)[0])
            if look.open().sum() == left.sum():
                break
        for union in np.flatnonzero(look.open()).tolist():
            if (rows := self._telling(look, few, union)) is not None:
                yield Exposed(union, rows)

    def _telling(self, look: _Look, few: Small, union: int) -> frozenset[int] | None:
        """The measured rows that expose one union; None when it is not exposed."""
        functional = few.rows[[union]].toarray().ravel()
        found: set[int] = set()
        for largest in (True, False):
            wanted = look.up() if largest else look.down()
            if wanted[union]:
                table, rows = self._extreme(functional, largest)
                look.witness(table)
                found |= rows
        return frozenset(found) if look.open()[union] else None

    def _still_fitting(self, told: Told) -> Iterator[Reals]:
        """Answers found when the same was told in finer steps, as far as they fit still."""
        self._tables = self._found.setdefault(told.truth.tobytes(), [])
        most = np.maximum(told.answered, told.truth) + _DUST
        for table in self._tables:
            sums = self._measured @ table
            fits = (told.low - _DUST <= sums) & (sums <= told.high + _DUST)
            if fits.all() and (table <= most).all():
                yield table

    def _fit(self, told: Told) -> None:
        slack = _DUST / 10
        low, rest_low = np.split(told.low - slack, [self._groups])
        high, rest_high = np.split(told.high + slack, [self._groups])
        nothing = np.zeros(self._held)
        self._highs.changeRowsBounds(  # type: ignore[attr-defined]
            *(len(self._every_row), self._every_row),
            *(np.concatenate([nothing, rest_low]), np.concatenate([nothing, rest_high])),
        )
        # A theme's sums are of rounded steps, which can pass the people by a hair.
        most = np.maximum(told.answered, told.truth)
        self._highs.changeColsBounds(
            *(len(self._every_column), self._every_column),
            *(np.concatenate([0.0 * most, low]), np.concatenate([most, high])),
        )
        self._highs.setOptionValue("simplex_strategy", DUAL)

    def _extreme(self, functional: Reals, largest: bool) -> tuple[Reals, set[int]]:
        """Answers with the largest (smallest) value of a functional, and the rows that bind it."""
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        atoms = self._every_column[: self._atoms]
        self._highs.changeColsCost(len(atoms), atoms, functional)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            words = self._highs.modelStatusToString(status)
            raise Unprotectable(f"the published shares contradict each other (solver: {words})")
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        solution = self._highs.getSolution()
        prices = np.concatenate(
            [
                np.array(solution.col_dual)[self._atoms :],
                np.array(solution.row_dual)[self._held :],
            ]
        )
        self._tables.append(np.array(solution.col_value)[: self._atoms])
        return self._tables[-1], set(np.flatnonzero(np.abs(prices) > _DUST).tolist())


class _Look:
    """What is known so far of each union: every fitting table of answers widens it."""

    def __init__(self, told: Told, few: Small) -> None:
        self._rows = few.rows
        self.n = few.rows @ told.answered
        self._truth = few.rows @ told.truth
        self._least, self._most = self._truth.copy(), self._truth.copy()
        self._unseen = few.unseen
        self._judged = few.unseen if told.whole else np.zeros(len(few.names), dtype=bool)

    def witness(self, table: Reals) -> None:
        """Take in answers that fit what is published."""
        values = self._rows @ table
        self._least = np.minimum(self._least, values)
        self._most = np.maximum(self._most, values)

    def open(self) -> Flags:
        """Unions that are not known to be safe."""
        return np.asarray(self._high() | self._low() | self._pinned())

    def up(self) -> Flags:
        """Unions that more people than the truth would clear."""
        return np.asarray(self._low() | self._pinned())

    def down(self) -> Flags:
        """Unions that fewer people than the truth would clear."""
        return np.asarray(self._high() | self._pinned())

    def _high(self) -> Flags:
        return np.asarray(self._least > NEARLY_ALL * self.n + _DUST)

    def _low(self) -> Flags:
        return np.asarray(self._unseen & (self._most < NEARLY_NOBODY * self.n - _DUST))

    def _pinned(self) -> Flags:
        """No other whole number of people than the true one fits."""
        more = self._most >= np.rint(self._truth) + 1 - _DUST
        fewer = self._least <= np.rint(self._truth) - 1 + _DUST
        return np.asarray(self._judged & ~more & ~fewer)


def tightened(
    low: Reals, high: Reals, readings: Sequence[Sequence[int]], read: tuple[Reals, Reals], n: Reals
) -> tuple[Reals, Reals, Reals, Reals]:
    """Intervals of categories and readings that together make up all who answered.

    Args:
        low: fewest people of each category, shape (C, G).
        high: most people of each category, shape (C, G).
        readings: the categories of each reading.
        read: low and high of each reading, shape (R, G) each.
        n: people who answered, shape (G,).

    Returns:
        low and high of the categories, then of the readings.
    """
    inside = np.zeros((len(readings), len(low)))
    for row, categories in enumerate(readings):
        inside[row, list(categories)] = 1.0
    least, most = np.maximum(read[0], inside @ low), np.minimum(read[1], inside @ high)
    least, most = (
        np.maximum(least, n - (most.sum(axis=0) - most)),
        np.minimum(most, n - (least.sum(axis=0) - least)),
    )
    of = inside.T
    least_others, most_others = of @ (inside @ low) - low, of @ (inside @ high) - high
    low = np.maximum(low, of @ least - most_others)
    high = np.minimum(high, of @ most - least_others)
    return low, high, least, most


def _program(rows: sparse.csr_array) -> highspy.Highs:
    """A program over non-negative columns, ready for any bounds and costs."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.shape
    by_column = sparse.csc_array(rows)
    model.col_cost_ = np.zeros(rows.shape[1])
    model.col_lower_, model.col_upper_ = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
    model.row_lower_, model.row_upper_ = np.zeros(rows.shape[0]), np.zeros(rows.shape[0])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = by_column.indptr
    model.a_matrix_.index_ = by_column.indices
    model.a_matrix_.value_ = by_column.data
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    highs.passModel(model)
    return highs
