"""The finest cells: who shares every category that a breakdown can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.numbering import Numbering, occupied
from analysis.plan import TablePlan


@dataclass(frozen=True)
class Cells:
    """Occupied finest cells, in lexicographic order of their profiles.

    Attributes:
        variables: ids of the variables that breakdowns use, in the codebook's order.
        profiles: position of the cell in each variable's categories, -1 unknown; shape
            (cells, variables).
        people: respondents in each cell, shape (cells,); never 0.
    """

    variables: tuple[str, ...]
    profiles: npt.NDArray[np.int16]
    people: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.people)

    def merged(self, other: Cells) -> tuple[Cells, tuple[sparse.csr_array, sparse.csr_array]]:
        """The cells of both, and the 0/1 matrices that carry rows of each over to them."""
        stacked = np.concatenate([self.profiles, other.profiles])
        if stacked.shape[1] == 0:
            profiles = stacked[:1]
            place = np.zeros(len(stacked), np.int64)
        else:
            profiles, place = np.unique(stacked, axis=0, return_inverse=True)
        place = place.reshape(-1)
        split = len(self)
        people = np.zeros(len(profiles), np.int64)
        np.add.at(people, place, np.concatenate([self.people, other.people]))
        matrices = tuple(
            sparse.csr_array(
                (np.ones(len(part), np.int64), (part, np.arange(len(part)))),
                (len(profiles), len(part)),
            )
            for part in (place[:split], place[split:])
        )
        return Cells(self.variables, profiles, people), (matrices[0], matrices[1])


def used_variables(codebook: Codebook, plan: TablePlan) -> tuple[str, ...]:
    """Ids of the variables that breakdowns use, in the codebook's order."""
    used = {breakdown.variable for breakdown in plan.breakdowns}
    unknown = used - set(codebook.variable_by_id)
    if unknown:
        raise DataError(f"A breakdown uses variable {min(unknown)}, which does not exist.")
    return tuple(variable.id for variable in codebook.variables if variable.id in used)


def number_cells(
    codebook: Codebook, plan: TablePlan, microdata: Microdata
) -> tuple[Cells, npt.NDArray[np.int64]]:
    """The occupied cells of `microdata`, and the number of each respondent's cell, shape (n,)."""
    variables = used_variables(codebook, plan)
    sizes = [len(codebook.variable_by_id[variable].codes) + 1 for variable in variables]
    space = prod(sizes)
    if space >= 2**62:
        raise DataError("The breakdowns use more variables than can be told apart: drop some.")
    key = np.zeros(microdata.n, np.int64)
    for variable, size in zip(variables, sizes, strict=True):
        key *= size
        key += microdata.variables[variable] + 1
    found, people = occupied(key, space)
    profiles = np.empty((len(found), len(variables)), np.int16)
    left = found.copy()
    for column in reversed(range(len(variables))):
        left, position = np.divmod(left, sizes[column])
        profiles[:, column] = position - 1
    return Cells(variables, profiles, people), Numbering(found).of(key)


def group_matrix(codebook: Codebook, plan: TablePlan, cells: Cells) -> sparse.csr_array:
    """Which cells each declared group holds: 0/1, shape (groups, cells), rows in plan order."""
    inside: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
    for breakdown in plan.breakdowns:
        codes = codebook.variable_by_id[breakdown.variable].codes
        column = cells.profiles[:, cells.variables.index(breakdown.variable)]
        for value in breakdown.values:
            # The last entry is "unknown", which position -1 picks and no value holds.
            picks = np.array([*(code in value.categories for code in codes), False])
            inside[breakdown.id, value.id] = picks[column]
    members = {pair: np.flatnonzero(mask) for pair, mask in inside.items()}
    size = {pair: len(those) for pair, those in members.items()}
    rows = []
    for group in plan.groups:
        # The fewest first: what is left to look at stays short.
        first = min(group.where, key=size.__getitem__, default=None)
        row = np.arange(len(cells)) if first is None else members[first]
        for pair in group.where:
            row = row if pair == first else row[inside[pair][row]]
        rows.append(row)
    indices = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    ones = np.ones(len(indices), np.int64)
    return sparse.csr_array((ones, indices, starts), (len(rows), len(cells)))
