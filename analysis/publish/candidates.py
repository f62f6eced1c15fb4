"""Answers that the auditor tries before it searches: the true ones, and those found to fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.disclosure.answers import PossibleAnswers
from analysis.disclosure.system import System
from analysis.publish.amounts import Amounts
from analysis.theme_values import VALUES

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """Where they clear a small group, the auditor need not search.

    Attributes:
        amounts: what was answered at the finest cells. Nobody asks for them where it has weights.
        possible: all answers that were found to fit.
    """

    system: System
    amounts: Amounts
    possible: PossibleAnswers

    def of(self, measure: str, ways: Collection[str]) -> Iterator[tuple[Reals, Reals]]:
        """The true answers to a measure in each group, and others that were found to fit.

        Args:
            measure: item or theme.
            ways: categories of an item that count as answered so; of a theme one of its `VALUES`.

        Returns:
            Those who answered so, and those who answered otherwise, shape (G,) each; for a theme
            the sum of their parts in it, and what is missing to everybody.
        """
        if self.system.inside is None:
            return
        membership, inside = self.system.membership, self.system.inside
        truth = np.asarray(inside @ self._answered_so(measure, ways), dtype=np.float64)
        people = membership @ (inside @ self.amounts.answered(measure))
        for table in (truth, *self.possible.found(truth)):
            here = membership @ table
            yield here, np.maximum(people - here, 0.0)

    def _answered_so(self, measure: str, ways: Collection[str]) -> Reals:
        """At the finest cells, shape (cells,)."""
        item = self.amounts.codebook.item_by_id.get(measure)
        if item is None:
            columns, of = [VALUES.index(way) for way in ways], self.amounts.of_theme(measure)
        else:
            columns, of = [item.codes.index(way) for way in ways], self.amounts.of_item(measure)
        return np.asarray(of[:, columns].sum(axis=1))
