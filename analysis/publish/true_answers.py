"""The true answers in the cells that the auditor writes down: the first table that it tries.

It finds nothing else than without them, since it holds them against what is published; but where
they clear a small group, nobody has to search for another table that does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from analysis.publish.figures import Figures
from analysis.tally import Tally

Values = tuple[str, ...]
"""One value per breakdown; "" for everybody, "?x" for those of x in none of its parts."""

Mask = npt.NDArray[np.bool_]


def true_answers(
    counted: Tally,
) -> Callable[[str, Collection[str], Sequence[Values]], npt.NDArray[np.float64]]:
    """Item, categories and cells -> those who gave one of these, then those who gave others.

    Args:
        counted: the answers of the wave.

    Returns:
        A function whose result has shape (2 cells,), unweighted people.
    """
    inside = _masks(counted)
    rows = tuple(str(row) for row in range(len(counted.cells)))
    figures = Figures(counted.codebook, rows, counted.at_cells)
    found: dict[tuple[Values, ...], npt.NDArray[np.float64]] = {}

    def table(
        item: str, categories: Collection[str], cells: Sequence[Values]
    ) -> npt.NDArray[np.float64]:
        places = tuple(cells)
        if places not in found:
            picked = [
                np.all([*(inside[at, one] for at, one in enumerate(cell))], axis=0)
                for cell in places
            ]
            found[places] = np.array(picked, dtype=np.float64)
        codes = counted.codebook.item_by_id[item].codes
        columns = [codes.index(category) for category in categories]
        so = counted.at_cells.items[item].people[:, columns].sum(axis=1)
        other = figures.bases(item) - so
        return np.concatenate([found[places] @ so, found[places] @ other])

    return table


def _masks(counted: Tally) -> dict[tuple[int, str], Mask]:
    """(breakdown, value) -> which of the occupied finest cells it holds."""
    found: dict[tuple[int, str], Mask] = {}
    for at, breakdown in enumerate(counted.plan.breakdowns):
        codes = counted.codebook.variable_by_id[breakdown.variable].codes
        column = counted.cells.profiles[:, counted.cells.variables.index(breakdown.variable)]
        found[at, ""] = np.ones(len(column), dtype=bool)
        for value in breakdown.values:
            # The last entry is "unknown", which position -1 picks and no value holds.
            picks = np.array([*(code in value.categories for code in codes), False])
            found[at, value.id] = picks[column]
        for whole in ("", *breakdown.value_by_id):
            parts = [one.id for one in breakdown.values if (one.parent or "") == whole]
            known = np.any(
                [np.zeros(len(column), bool), *(found[at, one] for one in parts)], axis=0
            )
            found[at, f"?{whole}"] = found[at, whole] & ~known
    return found
