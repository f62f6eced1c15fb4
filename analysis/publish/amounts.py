"""What answers count for at the finest cells: people, or the weights of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook
from analysis.tally import Sums
from analysis.theme_values import STEP

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Amounts:
    """Counts, or sums of weights where there are any.

    Attributes:
        sums: one row per cell.
    """

    codebook: Codebook
    sums: Sums

    @property
    def weighted(self) -> bool:
        """Whether they are weights."""
        return any(one.weight is not None for one in self.sums.items.values())

    def everybody(self) -> Reals:
        """Of all in each cell, shape (cells,)."""
        for item in self.sums.items.values():
            if item.weight is not None:
                return np.asarray(item.weight.sum(axis=1) * STEP)
        return self.sums.people.astype(np.float64)

    def of_item(self, item: str) -> Reals:
        """By category, shape (cells, categories + 1); last those without an answer."""
        of = self.sums.items[item]
        return np.asarray(of.people if of.weight is None else of.weight * STEP, dtype=np.float64)

    def of_theme(self, theme: str) -> Reals:
        """Sums of respondents' `VALUES`, shape (cells, 4)."""
        of = self.sums.themes[theme]
        if of.weighted_total is None:
            return np.asarray(of.total * STEP, dtype=np.float64)
        return np.asarray(of.weighted_total * STEP**2, dtype=np.float64)

    def answered(self, measure: str) -> Reals:
        """Of those who count for a measure, shape (cells,)."""
        item = self.codebook.item_by_id.get(measure)
        if item is not None:
            return np.asarray(self.of_item(measure)[:, item.counted].sum(axis=1))
        of = self.sums.themes[measure]
        return np.asarray(of.people if of.weight is None else of.weight[:, 0] * STEP, np.float64)
