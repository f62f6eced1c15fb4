"""Colleagues who tell each other where they are: what the published bases still leave open to them.

Whoever publishes tells the auditor where somebody is. For every such place the whole attack on the
groups is run again without `coalition` people there: what is left of the bases is of the others,
and none of it may be known to be fewer than k less them. Two facts spare nearly all of it.

- *All in one place.* Any colleagues are a mean of such as are all in one place, and the same mean
  of the tables that are open to these is open to them. Where fewer are in a place, what fell there
  is tried again with those who are, beside colleagues in every other place.
- *A place for k.* Where k people could be in a place, colleagues there see through nothing: a mean
  of that table and of one with k people in a hidden group leaves k less them in the group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.attack.bases import Attack
from analysis.attack.breaches import Breach
from analysis.attack.grid import Cell
from analysis.attack.searching import FittingTables, Reals
from analysis.release.model import Release

Places = Mapping[Cell, int]
"""The finest value of each breakdown that people share, "" for not known -> how many they are."""

Seat = tuple[int, ...]
"""The cells of a place of which it is not known how many people are in them."""

Flags = npt.NDArray[np.bool_]

_NEARLY = 1e-6


def attack_colleagues(release: Release, attack: Attack, places: Places) -> Iterator[Breach]:
    """What `coalition` colleagues see through who know where they are.

    Args:
        release: what is published.
        attack: the attack on the groups, after it found nothing.
        places: where somebody is.
    """
    coalition, k = release.manifest.policy["coalition"], release.manifest.policy["k"]
    around = _Around(release, attack)
    people, place_of = Counter[Seat](), dict[Seat, Cell]()
    for place, number in places.items():
        seat = around.seat(place)
        people[seat] += number
        place_of.setdefault(seat, place)
    for seat in _never_crowded(attack, coalition, list(people), k):
        here = place_of[seat]
        fell = list(attack.without(coalition * around.held(here), k - coalition).breaches())
        if people[seat] >= coalition:
            yield from _said(fell, coalition, here)
            continue
        # So many are not there: what they would see says where to look more closely.
        names = {one.group for one in fell}
        others = [there for other, there in place_of.items() if fell and other != seat]
        for there in others:
            held = people[seat] * around.held(here)
            held += (coalition - people[seat]) * around.held(there)
            found = attack.without(held, k - coalition).breaches(names)
            yield from _said(found, coalition, here, there)


def _said(found: Iterable[Breach], coalition: int, *places: Cell) -> Iterator[Breach]:
    """What fell, as what colleagues know; where no table fits, they are not there."""
    names = dict.fromkeys(" & ".join(one for one in place if one) or "force" for place in places)
    for one in found:
        if one.kind != "contradiction":
            words = (
                f"{coalition} colleagues in {' and '.join(names)} know of the others: {one.words}"
            )
            yield Breach("colleagues", one.group, words)


class _Around:
    """The cells of the grid that people are in."""

    def __init__(self, release: Release, attack: Attack) -> None:
        self._cells = attack.cells
        self._unsure = attack.low < attack.high
        self._parents = [
            {value: parent or "" for value, _, _, parent in breakdown.values}
            for breakdown in release.manifest.breakdowns
        ]
        self._tables = [
            [breakdown.id in names for breakdown in release.manifest.breakdowns]
            for _, names in release.manifest.tables
        ]

    def seat(self, place: Cell) -> Seat:
        """Those cells of a place that may hold other numbers of people."""
        return tuple(at for at in self._inside(place) if self._unsure[at])

    def held(self, place: Cell) -> Reals:
        """1 in all cells of a place, shape (cells,)."""
        inside = np.zeros(len(self._cells))
        inside[self._inside(place)] = 1.0
        return inside

    def _inside(self, place: Cell) -> list[int]:
        every = [
            self._values(value, parents)
            for value, parents in zip(place, self._parents, strict=True)
        ]
        found: dict[int, None] = {}
        for used in self._tables:
            axes = [values if here else [""] for values, here in zip(every, used, strict=True)]
            found.update(
                (self._cells[cell], None) for cell in product(*axes) if cell in self._cells
            )
        return sorted(found)

    @staticmethod
    def _values(value: str, parents: Mapping[str, str]) -> list[str]:
        """A value, those above it, everybody, and those who are in none of its parts."""
        found = [f"?{value}", value]
        while found[-1]:
            found.append(parents[found[-1]])
        return found


def _never_crowded(attack: Attack, coalition: int, every: Sequence[Seat], k: int) -> list[Seat]:
    """The seats that cannot hold k people in any table that fits."""
    # Cells that are known to hold the colleagues do so in every table.
    open_ones = [tuple(at for at in seat if attack.low[at] < coalition) for seat in every]
    seats = sorted(set(open_ones) - {()})
    if not seats:
        return []
    taken = np.unique(np.concatenate([np.array(seat) for seat in seats]))
    column = {at: number for number, at in enumerate(taken.tolist())}
    rows = np.repeat(np.arange(len(seats)), [len(seat) for seat in seats])
    columns = [column[at] for seat in seats for at in seat]
    inside = sparse.csr_array((np.ones(len(columns)), (rows, columns)), (len(seats), len(taken)))
    tables = _Crowding(attack, taken, k)
    left = np.ones(len(seats), dtype=np.bool_)

    def clear(table: Reals) -> None:
        short = (table[taken] < k - _NEARLY).astype(np.float64)
        left[inside @ short == 0] = False

    for table in attack.fits.seen:
        clear(table)
    never = set()
    for number, seat in enumerate(seats):
        if left[number]:
            # Fill some seats one after the other, not all of them a little.
            worth = sparse.diags_array(np.where(left, np.linspace(2.0, 1.0, len(seats)), 0.0))
            found = tables.with_k_in(seat, (worth @ inside).max(axis=0).toarray().ravel())
            if found is None:
                left[number] = False
                never.add(seat)
            else:
                clear(found)
    return [seat for seat, part in zip(every, open_ones, strict=True) if part in never]


class _Crowding:
    """Tables that fit and have k people in as many cells as can be.

    A cell that counts is two more columns: its people up to k, and all others.
    """

    def __init__(self, attack: Attack, taken: npt.NDArray[np.int64], k: int) -> None:
        self._k, self._first = k, len(attack.low)
        number = len(taken)
        one = sparse.eye_array(number)
        places = (np.arange(number), taken)
        people = sparse.csr_array((np.ones(number), places), (number, self._first))
        nothing = sparse.csr_array((attack.equations.shape[0], 2 * number))
        equations = sparse.vstack(
            [
                sparse.hstack([attack.equations, nothing]),
                sparse.hstack([people, -one, -one]),
            ]
        )
        nobody, most = np.zeros(2 * number), np.full(number, attack.high.max())
        self._fits = FittingTables(
            sparse.csr_array(equations),
            np.concatenate([attack.low, nobody]),
            np.concatenate([attack.high, np.full(number, float(k)), most]),
        )

    def with_k_in(self, seat: Seat, worth: Reals) -> Reals | None:
        """A table with k people in each cell of a seat, shape (cells,); None when none fits.

        Args:
            seat: positions of cells.
            worth: of one of the first k people in each cell that counts.
        """
        costs = {self._first + at: -one for at, one in enumerate(worth.tolist())}
        found = self._fits.search(costs, dict.fromkeys(seat, float(self._k)))
        return None if found is None else found[: self._first]
