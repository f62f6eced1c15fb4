"""Answers inside small groups: what shown shares tell of people whose own share is not shown.

A published share is an interval of people. For one way of answering an item, the unknowns are the
people of each atom who answered so: none at least, and at most all who answered there. The shown
shares are rows over them. A hidden group, or a union that can be worked out, of fewer than 2k
people is *exposed* when its share is pinned, or known to lie above 90 or below 10 %; a shown group
of so few, whose share stands in the policy's steps and bands, when it is known to lie above 90.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.disclosure.fitted import FittedAnswers, Limits
from analysis.disclosure.numerators import FewSeen, Numerators
from analysis.disclosure.solving import DUST, Reals, weights_of
from analysis.disclosure.system import System
from analysis.disclosure.unions import Flags, Small

NEARLY_ALL, NEARLY_NOBODY = 0.9, 0.1
"""A small group's share must not be known to lie above the one or below the other."""

FEW = 10
"""A round of two searches for many unions that clears fewer than this is the last one: to search
for each of those that are left by itself takes less time then."""

Found = Mapping[bytes, Sequence[Reals]]
"""True answers, as bytes -> answers that fit what was told of them, shape (A,) each."""


@dataclass(frozen=True)
class Told:
    """What is published of one way of answering an item.

    Attributes:
        answered: people at each atom who answered the item, shape (A,).
        truth: how many of them answered so (for a theme: the sum of their shares), shape (A,).
        low, high: what every measured row's share of them lies between, in people; the groups,
            then their rests; shape (M,).
        whole: whether people answer so or not, and not in part, as in a theme.
        people: where all of these are weights, who answered at each atom, shape (A,).
    """

    answered: Reals
    truth: Reals
    low: Reals
    high: Reals
    whole: bool
    people: Reals | None = None


@dataclass(frozen=True)
class Exposed:
    """A group of which too much is known.

    Attributes:
        union: its position among the unions.
        rows: the measured rows that tell it.
    """

    union: int
    rows: frozenset[int]


class PossibleAnswers:
    """All answers that fit what is published, and those that were found; measure by measure."""

    def __init__(self, system: System, rests: sparse.csr_array | None = None) -> None:
        """Set up the programs.

        Args:
            system: gives the ties between atoms, and G groups of which shares may be shown.
            rests: sums of groups of which they may be shown besides, shape (D, G).
        """
        groups = system.membership.shape[0]
        self._fits = FittedAnswers(
            system, sparse.csr_array((0, groups)) if rests is None else rests
        )
        self._found: dict[bytes, list[Reals]] = {}
        self._tables: list[Reals] = []
        self._remembered: dict[bytes, list[Reals]] = {}

    def measured(self, table: Reals) -> Reals:
        """What a table, shape (A,), comes to in the groups, then in the rests, shape (G + D,)."""
        return self._fits.measured(table)

    def begin(self) -> None:
        """Go on from what is remembered, and from nothing else that was searched before."""
        self._fits.begin()
        self._found = {key: list(tables) for key, tables in self._remembered.items()}

    def taken(self) -> Found:
        """What was found since it was begun."""
        since = {
            key: tables[len(self._remembered.get(key, ())) :] for key, tables in self._found.items()
        }
        return {key: tables for key, tables in since.items() if tables}

    def remember(self, found: Found) -> None:
        """Take in what was found, here or in another process."""
        for key, tables in found.items():
            self._remembered.setdefault(key, []).extend(tables)

    def found(self, truth: Reals) -> Sequence[Reals]:
        """The answers that were found to fit what was told of some true ones, shape (A,) all."""
        return self._remembered.get(truth.tobytes(), ())

    def exposed(self, told: Told, few: Small) -> Iterator[Exposed]:
        """The unions of which a reader knows too much.

        Raises:
            Unprotectable: when no answers fit, which means that the figures contradict each other.
        """
        yield from self._searched(told, _Look(told, few))

    def opened(self, told: Told, numerators: Numerators) -> Iterator[tuple[str, Exposed]]:
        """The names of those of whom it is known that few answered so, or all but few.

        Raises:
            Unprotectable: as `exposed`.
        """
        look = FewSeen(numerators, told.answered, told.truth, told.low, told.high)
        yield from ((look.names[one.union], one) for one in self._searched(told, look))

    def _searched(self, told: Told, look: _Look | FewSeen) -> Iterator[Exposed]:
        """Those that are open whatever answers are found."""
        for table in self._still_fitting(told):
            look.witness(table)
        if not look.open().any():
            return
        self._fit(told)
        look.witness(self._extreme((look.inwards() / look.n) @ look.rows, largest=True))
        while (left := look.open()).any():
            for largest in (True, False):
                wanted = look.up() if largest else look.down()
                if wanted.any():
                    look.witness(self._extreme((wanted / look.n) @ look.rows, largest))
            if left.sum() - look.open().sum() < FEW:
                break
        for union in np.flatnonzero(look.open()).tolist():
            if (rows := self._telling(look, union)) is not None:
                yield Exposed(union, rows)

    def _telling(self, look: _Look | FewSeen, union: int) -> frozenset[int] | None:
        """The measured rows that expose one union; None when it is not exposed."""
        functional = weights_of(look.rows, union)
        found: set[int] = set()
        for largest in (True, False):
            wanted = look.up() if largest else look.down()
            if wanted[union]:
                look.witness(self._extreme(functional, largest))
                found |= self._fits.binding()
        return frozenset(found) if look.open()[union] else None

    def _still_fitting(self, told: Told) -> Iterator[Reals]:
        """Answers found when the same was told in finer steps, as far as they fit still."""
        self._tables = self._found.setdefault(told.truth.tobytes(), [])
        most = np.maximum(told.answered, told.truth) + DUST
        for table in self._tables:
            sums = self.measured(table)
            fits = (told.low - DUST <= sums) & (sums <= told.high + DUST)
            if fits.all() and (table <= most).all():
                yield table

    def _fit(self, told: Told) -> None:
        # A theme's sums are of rounded steps, which can pass the people by a hair.
        self._fits.fit(Limits(np.maximum(told.answered, told.truth), told.low, told.high))

    def _extreme(self, functional: Reals, largest: bool) -> Reals:
        """Answers with the largest (smallest) value of a functional, shape (A,)."""
        self._tables.append(self._fits.extreme(functional, largest))
        return self._tables[-1]


class _Look:
    """What is known so far of each union: every fitting table of answers widens it."""

    def __init__(self, told: Told, few: Small) -> None:
        self.rows = few.rows
        self.n = few.rows @ told.answered
        self._truth = few.rows @ told.truth
        self._least, self._most = self._truth.copy(), self._truth.copy()
        self._unseen = few.unseen
        self._judged = few.unseen if told.whole else np.zeros(len(few.names), dtype=bool)
        self._whole = told.whole and told.people is None
        # What one person counts for in a union: of weights, their mean.
        self._one = 1.0 if told.people is None else self.n / (few.rows @ told.people)

    def witness(self, table: Reals) -> None:
        """Take in answers that fit what is published."""
        values = self.rows @ table
        self._least = np.minimum(self._least, values)
        self._most = np.maximum(self._most, values)

    def open(self) -> Flags:
        """Unions that are not known to be safe."""
        return np.asarray(self._high() | self._low() | self._pinned())

    def inwards(self) -> Reals:
        """Open unions: 1 where more people than the truth make them less alike, -1 where fewer do.

        One search for all of these clears nearly as many as one upwards and one downwards.
        """
        return np.where(self.open(), np.where(2 * self._truth <= self.n, 1.0, -1.0), 0.0)

    def up(self) -> Flags:
        """Unions that more people than the truth would clear."""
        return np.asarray(self._low() | self._pinned())

    def down(self) -> Flags:
        """Unions that fewer people than the truth would clear."""
        return np.asarray(self._high() | self._pinned())

    def _high(self) -> Flags:
        return np.asarray(self._least > NEARLY_ALL * self.n + DUST)

    def _low(self) -> Flags:
        return np.asarray(self._unseen & (self._most < NEARLY_NOBODY * self.n - DUST))

    def _pinned(self) -> Flags:
        """No other whole number of people than the true one fits."""
        truth = np.rint(self._truth) if self._whole else self._truth
        more = self._most >= truth + self._one - DUST
        fewer = self._least <= truth - self._one + DUST
        return np.asarray(self._judged & ~more & ~fewer)
