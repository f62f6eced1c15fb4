"""How the declared groups make up every cell of the grid: unknown parts are what is left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from analysis.attack.grid import Cell
from analysis.release.model import Release


def made_of_groups(
    release: Release, cells: Mapping[Cell, int], equations: sparse.csr_array
) -> sparse.csr_array:
    """The cells as sums of groups, shape (cells, groups).

    A cell that does not follow from the groups stays at nobody.
    """
    rows = {cells[row.values]: {at: 1.0} for at, row in enumerate(release.groups)}
    starts, ends = equations.indptr[:-1].tolist(), equations.indptr[1:].tolist()
    sums = [
        dict(zip(equations.indices[a:b].tolist(), equations.data[a:b], strict=True))
        for a, b in zip(starts, ends, strict=True)
    ]
    found = True
    while found:
        found = False
        for terms in sums:
            unknown = [at for at in terms if at not in rows]
            if len(unknown) == 1:
                rows[unknown[0]] = _what_is_left(terms, rows)
                found = True
    entries = [(at, group, part) for at, of in rows.items() for group, part in of.items()]
    place, group, part = np.array(entries).T
    shape = (len(cells), len(release.groups))
    return sparse.csr_array((part, (place.astype(int), group.astype(int))), shape=shape)


def _what_is_left(
    terms: Mapping[int, float], rows: Mapping[int, Mapping[int, float]]
) -> dict[int, float]:
    """The one cell of a sum that is not known, by what the others are made of."""
    (last,) = (at for at in terms if at not in rows)
    found: dict[int, float] = {}
    for at, sign in terms.items():
        for group, part in rows[at].items() if at != last else ():
            found[group] = found.get(group, 0.0) - sign * part / terms[last]
    return {group: part for group, part in found.items() if part}
