"""What certificates have to show: of every hidden group, every unknown part and every rest.

No solver is needed: each table is added up, held against what is published, and read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from analysis.errors import ReleaseError
from analysis.release.certificates import FittingTable
from analysis.release.known import Interval, of_item, of_people
from analysis.release.model import Release
from analysis.release.sums import Cell, Counts, Sums

_WIDE = 3 + 1e-9
"""A count that may vary by more is looked at in fractions of people, as they cannot pin it."""

_FEW = "that nobody, or {k} people or more, may be {what}"
_REACHES = "that {what} may be {k} people or more"
_OPEN = "that {what} may be one number of people or another"

Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Goals:
    """What tables have to show; one row each.

    Attributes:
        words: what it is, as the end of a sentence, with the row that it is of.
        hits: whether a table shows it, shape (goals, tables).
    """

    words: tuple[tuple[str, int], ...]
    hits: Flags


class Claims:
    """All that must be shown of the groups, or of an item together with the groups.

    Counts are rows: those of the groups; or those who answered, those who did not, and both.
    """

    def __init__(self, release: Release, sums: Sums, measure: str) -> None:
        """Collect the claims: of every hidden group, every unknown part and every rest."""
        self._sums, self._release, self._measure = sums, release, measure
        self._k = release.manifest.policy["k"]
        people = {row.values: of_people(release, row.group) for row in release.groups}
        known = [people]
        if measure:
            own = {row.values: of_item(release, row.group, measure) for row in release.groups}
            known = [own, {}, people]
        bounds = [one.get(cell, (0.0, None)) for one in known for cell in sums.cells]
        self._low = np.array([low for low, _ in bounds], dtype=np.int64)
        self._high = np.array([-1 if high is None else high for _, high in bounds], dtype=np.int64)
        hidden = [
            (part * len(sums.cells) + at, known[part][cell])
            for part in (range(0, len(known), 2))
            for cell, at in sums.cells.items()
            if cell in people and _is_hidden(known[part][cell])
        ]
        self._hidden = np.array([at for at, _ in hidden], dtype=np.int64)
        self._free = np.array([high is None for _, (_, high) in hidden], dtype=bool)
        self._unknown = np.array(
            [
                part * len(sums.cells) + at
                for part in range(len(known))
                for cell, at in sums.cells.items()
                if part == 1 or cell not in people
            ],
            dtype=np.int64,
        )
        self._rests = np.array(
            [
                (sums.cells[above], sums.cells[cell])
                for above, cell in _containing(release)
                if not _is_hidden(known[0][above]) and not _is_hidden(known[0][cell])
            ],
            dtype=np.int64,
        ).reshape(-1, 2)

    @property
    def hidden(self) -> int:
        """How many groups are not shown."""
        return int((self._hidden < len(self._sums.cells)).sum())

    def counts(self, tables: Sequence[FittingTable]) -> Counts:
        """All counts of some tables, shape (rows, tables).

        Raises:
            ReleaseError: when a table is not one of this Release.
        """
        halves = 2 if self._measure else 1
        finest = np.zeros((halves, len(self._sums.finest), len(tables)), dtype=np.int64)
        for number, table in enumerate(tables):
            if len(table.counts) != halves:
                raise ReleaseError(f"A table{self._of} in certificates.json has rows too many.")
            for half, row in enumerate(table.counts):
                places = np.array(row, dtype=np.int64).reshape(-1, 2)
                if (places[:, 0] >= len(self._sums.finest)).any():
                    raise ReleaseError(
                        f"A table{self._of} in certificates.json counts people in a cell that "
                        "the Release has not."
                    )
                finest[half, places[:, 0], number] = places[:, 1]
        rows = [self._sums.spread(half) for half in finest]
        return np.concatenate([*rows, sum(rows)] if self._measure else rows)

    def misfits(self, counts: Counts, parts: Counts) -> tuple[Flags, int | None]:
        """Which tables contradict what is published, shape (tables,), and a row that tells."""
        low, high = self._low[:, None] * parts, self._high[:, None] * parts
        outside = (counts < low) | ((self._high[:, None] >= 0) & (counts > high))
        unequal = np.zeros(counts.shape[1], dtype=bool)
        for half in np.split(counts, len(self._low) // len(self._sums.cells)):
            unequal |= self._sums.unequal(half)
        rows = np.flatnonzero(outside.any(axis=1))
        return outside.any(axis=0) | unequal, int(rows[0]) if len(rows) else None

    def goals(self, counts: Counts, parts: Counts) -> Goals:
        """What tables that fit have to show, and which of them do."""
        whole, enough = parts == 1, self._k * parts
        unknown = counts[self._unknown]
        rests = counts[self._rests[:, 0]] - counts[self._rests[:, 1]]
        hidden = counts[self._hidden]
        people = hidden / parts
        wide = np.ptp(people, axis=1, keepdims=True) > _WIDE
        # In fractions where the count can vary by more than three people, else in whole people.
        least, most = _ends(people, whole | wide)
        apart = np.where(wide[:, 0], _WIDE, 1.0)
        # Two tables that are far enough apart, each as near to the middle as may be.
        slack = ((most - least - apart) / 2)[:, None] - 1e-12
        told = (whole | wide) & (slack > -1e-9)
        named = self._hidden.tolist()
        needed = self._free | wide[:, 0]
        return Goals(
            words=(
                *((_FEW, at) for at in self._unknown.tolist()),
                *((_FEW, at) for at in self._rests[:, 1].tolist()),
                *((_REACHES, at) for at in named),
                *2 * [(_OPEN, at) for at, need in zip(named, needed, strict=True) if need],
            ),
            hits=np.concatenate(
                [
                    (unknown == 0) | (unknown >= enough),
                    (rests <= 0) | (rests >= enough),
                    (hidden >= enough) & (whole | wide),
                    (told & (people <= least[:, None] + np.maximum(slack, 0)))[needed],
                    (told & (people >= most[:, None] - np.maximum(slack, 0)))[needed],
                ]
            ),
        )

    def name(self, row: int) -> str:
        """What a row counts, in words."""
        part, at = divmod(row, len(self._sums.cells))
        cell = list(self._sums.cells)[at]
        names = {one.values: one.group for one in self._release.groups}
        name = names.get(cell) or " & ".join(value for value in cell if value)
        if not self._measure:
            return name
        beside = (f"who answered {self._measure}", f"who did not answer {self._measure}")
        return f"those of {name} {beside[part]}" if part < 2 else f"{name} beside {self._measure}"

    def missing(self, goals: Goals) -> Iterator[str]:
        """What no table shows, as ends of sentences."""
        for (words, row), hits in zip(goals.words, goals.hits, strict=True):
            if not hits.any():
                yield words.format(what=self.name(row), k=self._k)

    @property
    def _of(self) -> str:
        return f" for {self._measure}" if self._measure else ""

    def prove(self, tables: Sequence[FittingTable]) -> int:
        """How many single things the tables show.

        Raises:
            ReleaseError: when a table does not fit, or something is not shown; names the group.
        """
        parts = np.array([table.parts for table in tables], dtype=np.int64)
        counts = self.counts(tables)
        misfits, row = self.misfits(counts, parts)
        if misfits.any() or not len(tables):
            where = "its own sums" if row is None else f"what is published of {self.name(row)}"
            raise ReleaseError(
                f"Table {int(np.argmax(misfits)) + 1}{self._of} in certificates.json does not fit "
                f"{where}; get the Release again from those who unsealed it."
                if len(tables)
                else f"certificates.json has no table{self._of}."
            )
        goals = self.goals(counts, parts)
        for words in self.missing(goals):
            raise ReleaseError(
                f"certificates.json does not show {words}; do not pass this Release on."
            )
        return len(goals.words)


def _is_hidden(known: Interval) -> bool:
    low, high = known
    return high is None or low == 0


def _ends(people: npt.NDArray[np.float64], some: Flags) -> tuple[npt.NDArray[np.float64], ...]:
    """The least and the most in some of the tables, shape (rows,) each; infinite without any."""
    least = np.where(some, people, np.inf).min(axis=1, initial=np.inf)
    most = np.where(some, people, -np.inf).max(axis=1, initial=-np.inf)
    return least, most


def _containing(release: Release) -> Iterator[tuple[Cell, Cell]]:
    """Each declared group that contains another one, and that other."""
    parents = [
        {value: parent for value, _, _, parent in breakdown.values}
        for breakdown in release.manifest.breakdowns
    ]
    declared: Collection[Cell] = {row.values for row in release.groups}
    for row in release.groups:
        choices = [
            [value, *_above(value, parents[at])] if value else [""]
            for at, value in enumerate(row.values)
        ]
        for above in product(*choices):
            if above != row.values and above in declared:
                yield above, row.values


def _above(value: str, parents: dict[str, str | None]) -> Iterator[str]:
    parent = parents[value]
    while parent is not None:
        yield parent
        parent = parents[parent]
    yield ""
