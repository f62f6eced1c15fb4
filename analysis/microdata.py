"""The opened answers of one wave, as arrays; they exist only between opening and tally."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook
from analysis.errors import DataError

Positions = npt.NDArray[np.int16]
"""One column: the position of each respondent's answer in the categories; -1 for no answer."""

HEAVIEST, LIGHTEST = 1e5, 1e-2
"""Of one respondent's analysis weight."""


@dataclass(frozen=True)
class Microdata:
    """Answers of n respondents, one column per variable and item of a codebook.

    Attributes:
        variables: variable id -> positions in `Variable.codes`, shape (n,), -1 is unknown.
        items: item id -> positions in `Item.codes`, shape (n,), -1 is no answer.
        weights: analysis weights that came with the file, shape (n,); None when unweighted.
    """

    n: int
    variables: dict[str, Positions]
    items: dict[str, Positions]
    weights: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for name, column in [*self.variables.items(), *self.items.items()]:
            if column.shape != (self.n,):
                raise DataError(f"column {name} has {column.shape} answers instead of {self.n}")
        if self.weights is not None and self.weights.shape != (self.n,):
            raise DataError(f"there are {self.weights.shape} weights for {self.n} answers")

    def check(self, codebook: Codebook) -> None:
        """Refuse columns that the codebook does not know or positions outside its categories."""
        self._check("variable", self.variables, {v.id: len(v.codes) for v in codebook.variables})
        self._check("item", self.items, {i.id: len(i.codes) for i in codebook.items})

    def _check(self, kind: str, columns: dict[str, Positions], sizes: dict[str, int]) -> None:
        if set(columns) != set(sizes):
            odd = ", ".join(sorted(set(columns) ^ set(sizes)))
            raise DataError(f"{kind} columns and codebook differ: {odd}")
        for name, column in columns.items():
            if self.n and not (column.min() >= -1 and column.max() < sizes[name]):
                raise DataError(f"{kind} {name} holds a position outside its categories")
