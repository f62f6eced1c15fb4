"""The fewest people that must be hidden: an exact programme, to measure the others by.

A master programme of whole numbers chooses what is hidden. Whenever the attacker still finds a
group too small or pinned, the duals of his linear program say which groups could have helped, and
that becomes a row of the master (Fischetti and Salazar, Management Science 47, 2001). When he finds
nothing, the choice is the best there is. Meant for up to about 1,500 groups: it takes minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import FeasibleTables, Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import DUST, Reals, weights_of
from analysis.disclosure.system import System
from analysis.disclosure.targets import ALWAYS, of_groups
from analysis.errors import Unprotectable

ROOT_ROUNDS = 40
"""So often rows are sought for fractions of hidden groups before whole ones are."""

ROOT_GAIN = 0.001
"""When a round raises the bound by no more than this share, the rounds end."""

START_GAP, MOST_NODES = 0.01, 500
"""A start is good enough when it is this near its own bound; so many nodes are looked at."""

TOLERANCE = 1e-4
"""Rows that are broken by less are not added."""


@dataclass(frozen=True)
class Optimum:
    """The cheapest pattern, or what is known of it.

    Attributes:
        hidden: the pattern, shape (G,); None when none was found in the rounds allowed.
        bound: no pattern hides fewer people for others' sake.
        rounds: how often the master was solved in whole numbers.
    """

    hidden: Hidden | None
    bound: float
    rounds: int


@dataclass(frozen=True)
class _Row:
    """`weights` of the hidden groups must add up to at least `need`, shape (G,)."""

    weights: Reals
    need: float


def least_loss(
    system: System, known: Known, never: Hidden, k: int, most_rounds: int = 1000
) -> Optimum:
    """Find the pattern that hides the fewest people and leaves nothing open.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group, shown or hidden.
        never: groups that must be hidden, shape (G,).
        k: people.
        most_rounds: of the master in whole numbers.

    Raises:
        Unprotectable: when even hiding everything does not protect a group.
    """
    attacker = _Attacker(system, known, never, k)
    master = _Master(known.bases.astype(np.float64), never)
    _relax(system, attacker, master)
    bound = 0.0
    for done in range(1, most_rounds + 1):
        chosen, bound = master.solve(whole=True)
        found = dict(attacker.rows(chosen, near=False, among=attacker.everything))
        if not found:
            return Optimum(chosen > 0.5, bound, done)
        for row in found.values():
            master.add(row)
    return Optimum(None, bound, most_rounds)


def near_optimum(system: System, known: Known, never: Hidden, k: int, loss: Reals) -> Hidden | None:
    """What the programme would hide first: cheap, but something may still be open in it.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group, shown or hidden.
        never: groups that must be hidden, shape (G,).
        k: people.
        loss: what it costs to hide each group, shape (G,).

    Returns:
        The pattern, shape (G,); None when the master finds none within `MOST_NODES`.
    """
    master = _Master(loss, never, gap=START_GAP, most_nodes=MOST_NODES)
    try:
        _relax(system, _Attacker(system, known, never, k), master)
        return master.solve(whole=True)[0] > 0.5
    except Unprotectable:
        return None


def _relax(system: System, attacker: _Attacker, master: _Master) -> None:
    """Add rows for fractions of hidden groups until they hardly raise the bound any more."""
    for row in _line_rows(system, attacker.known, attacker.never, attacker.k):
        master.add(row)
    bound, among = -np.inf, attacker.everything
    for _ in range(ROOT_ROUNDS):
        chosen, value = master.solve(whole=False)
        if value <= bound * (1 + ROOT_GAIN):
            return
        bound = value
        rows = dict(attacker.rows(chosen, near=True, among=among))
        for row in rows.values():
            master.add(row)
        # Those that were safe now seldom are not in the next round.
        among = np.array(list(rows), dtype=np.int64)


def _line_rows(system: System, known: Known, never: Hidden, k: int) -> Iterator[_Row]:
    """What a reader subtracts by hand: whoever is hidden in a line needs others hidden in it."""
    for line in system.lines:
        children = np.array(line.children)
        unknown = float(known.bases[line.parent] - known.bases[children].sum())
        for member in (line.parent, *line.children):
            people = float(known.bases[member])
            need = k - people if people < k else 1.0
            weights = np.zeros(len(known.bases))
            weights[[line.parent, *children]] = need
            if people < k and member != line.parent:
                # It grows by what others of its line lose, or with the whole.
                weights[children] = np.minimum(known.bases[children], need)
                need -= min(unknown, need)
            elif unknown:
                need = 0.0
            weights[member] = 0.0
            if need > 0 and system.possible[member]:
                yield _when_hidden(weights, need, member, never)


def _when_hidden(weights: Reals, need: float, group: int, never: Hidden) -> _Row:
    """The row that holds when a group is hidden; `ALWAYS` when it cannot be shown."""
    weights = np.minimum(weights, need)
    if group == ALWAYS or never[group]:
        return _Row(weights, need)
    # In its own place it takes back what it asks for.
    weights[group] = -need
    return _Row(weights, 0.0)


class _Attacker:
    """Tries every count that must not be known, and says what would have helped."""

    def __init__(self, system: System, known: Known, never: Hidden, k: int) -> None:
        self._targets = of_groups(system, k)
        self.known, self.never, self.k = known, never, k
        self._fits = FeasibleTables(system, known, self._targets.nobody, never)
        self.everything = np.argsort(self._targets.people, kind="stable")
        self._most = np.where(known.exact, known.caps - known.high, 0.0)

    def rows(
        self, hidden: Reals, near: bool, among: npt.NDArray[np.int64]
    ) -> Iterator[tuple[int, _Row]]:
        """Targets that a pattern leaves open, and the row that each breaks.

        Args:
            hidden: how much of each group is hidden, shape (G,); whole unless `near`.
            near: move no count by more than k, which asks more of fractions.
            among: positions of the targets that are tried.
        """
        limit = float(self.k) if near else np.inf
        self._fits.loosen(
            np.minimum(self.known.low, limit) * hidden, np.minimum(self._most, limit) * hidden
        )
        targets = self._targets
        people = targets.people.astype(np.float64)
        small = targets.people < self.k
        most, least = people.copy(), people.copy()
        share = np.where(targets.group == ALWAYS, 1.0, hidden[targets.group])
        need = np.where(small, self.k - people, 1.0) * share
        for target in among.tolist():
            if need[target] < DUST:
                continue
            row = weights_of(targets.rows, target)
            parts = []
            for largest in (True,) if small[target] else (True, False):
                got = most[target] - (people if small[target] else least)[target]
                if got >= need[target] - TOLERANCE:
                    break
                table = self._fits.extreme(row, largest)[1]
                values = targets.rows @ table
                most, least = np.maximum(most, values), np.minimum(least, values)
                parts.append(self._helping(people[target], largest))
            else:
                weights = np.sum([weights for weights, _ in parts], axis=0)
                asked = (self.k - people[target] if small[target] else 1.0) - sum(
                    given for _, given in parts
                )
                found = _when_hidden(weights, asked, int(targets.group[target]), self.never)
                if asked > 0 and found.weights @ hidden < found.need - TOLERANCE:
                    yield target, found

    def _helping(self, people: float, largest: bool) -> tuple[Reals, float]:
        """How much each group would move the last extreme when hidden, and what moves it anyway."""
        prices, rest = self._fits.prices()
        if largest:
            more, less = np.maximum(prices, 0.0), np.maximum(-prices, 0.0)
            given = prices @ self.known.low + rest - people
        else:
            more, less = np.maximum(-prices, 0.0), np.maximum(prices, 0.0)
            given = people - prices @ self.known.low - rest
        return more * self._most + less * self.known.low, float(given)


class _Master:
    """Chooses what to hide: the fewest people, as far as the rows so far tell."""

    def __init__(
        self, loss: Reals, never: Hidden, gap: float = 0.0, most_nodes: int = 2**31 - 1
    ) -> None:
        self._may = np.flatnonzero(~never)
        self._every = len(loss)
        self._highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("mip_rel_gap", gap)
        self._highs.setOptionValue("mip_max_nodes", most_nodes)
        self._columns = np.arange(len(self._may), dtype=np.int32)
        width = len(self._may)
        self._highs.addVars(width, np.zeros(width), np.ones(width))
        self._highs.changeColsCost(width, self._columns, loss[self._may])

    def add(self, row: _Row) -> None:
        """Ask for a row from now on.

        Raises:
            Unprotectable: when no choice could meet it.
        """
        weights = row.weights[self._may]
        need = row.need - (row.weights.sum() - weights.sum())
        at = np.flatnonzero(np.abs(weights) > DUST).astype(np.int32)
        if not len(at) and need > DUST:
            raise Unprotectable("a group cannot be protected even by hiding everything else")
        self._highs.addRow(need - DUST, highspy.kHighsInf, len(at), at, weights[at])

    def solve(self, whole: bool) -> tuple[Reals, float]:
        """The cheapest choice, 1 being hidden, shape (G,), and a bound on its people.

        Raises:
            Unprotectable: when no choice is left.
        """
        if not len(self._may):
            return np.ones(self._every), 0.0
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        width = len(self._may)
        self._highs.changeColsIntegrality(width, self._columns, np.full(width, kind))
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            words = self._highs.modelStatusToString(status)
            raise Unprotectable(f"no choice of what to hide protects every group (solver: {words})")
        hidden = np.ones(self._every)
        hidden[self._may] = np.clip(self._highs.getSolution().col_value, 0.0, 1.0)
        if whole:
            hidden = np.rint(hidden)
        info = self._highs.getInfo()
        return hidden, float(info.mip_dual_bound if whole else info.objective_function_value)
