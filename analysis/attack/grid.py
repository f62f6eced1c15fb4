"""The grid of counts that a reader writes down: every cell of every table, and what adds up.

"Not known" is a further part of every group that has parts, whether anybody is in it or not.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy import sparse

from analysis.plan import TablePlan
from analysis.release.model import Release

Cell = tuple[str, ...]
"""One value id per breakdown; "" for everybody, "?x" for those of x in none of its parts."""


def grid(release: Release, plan: TablePlan | None) -> tuple[dict[Cell, int], sparse.csr_array]:
    """All cells of all tables, and every way in which one is the sum of others."""
    cells: dict[Cell, int] = {}
    rows: dict[tuple[int, tuple[int, ...]], None] = {}
    order = [breakdown.id for breakdown in release.manifest.breakdowns]
    for _, breakdowns in release.manifest.tables:
        trees = [
            _tree(release, plan, name, set(breakdowns)) if name in breakdowns else {"": ()}
            for name in order
        ]
        for cell in product(*trees):
            here = cells.setdefault(cell, len(cells))
            for axis, tree in enumerate(trees):
                parts = tree[cell[axis]]
                if parts:
                    inside = ((*cell[:axis], part, *cell[axis + 1 :]) for part in parts)
                    numbers = tuple(cells.setdefault(part, len(cells)) for part in inside)
                    rows[here, numbers] = None
    for row in release.groups:
        cells.setdefault(row.values, len(cells))
    entries = [
        (number, cell, sign)
        for number, (parent, parts) in enumerate(rows)
        for cell, sign in ((parent, 1.0), *((part, -1.0) for part in parts))
    ]
    height = np.array([entry[0] for entry in entries], dtype=np.int64)
    width = np.array([entry[1] for entry in entries], dtype=np.int64)
    signs = np.array([entry[2] for entry in entries])
    shape = (len(rows), len(cells))
    return cells, sparse.csr_array((signs, (height, width)), shape=shape)


def of_wave(release: Release, plan: TablePlan | None) -> TablePlan | None:
    """A plan where it has every breakdown of a wave, which may have had others; else none."""
    if plan is None:
        return None
    known = all(one.id in plan.breakdown_by_id for one in release.manifest.breakdowns)
    return plan if known else None


def _tree(
    release: Release, plan: TablePlan | None, breakdown: str, table: set[str]
) -> dict[str, tuple[str, ...]]:
    """Value -> its parts in this table, "not known" among them; "" is everybody."""
    order = [one.id for one in release.manifest.breakdowns]
    place = order.index(breakdown)
    used = {
        row.values[place]
        for row in release.groups
        if {name for name, value in zip(order, row.values, strict=True) if value} == table
    }
    values = [
        (value, parent)
        for value, _, _, parent in release.manifest.breakdowns[place].values
        if value in used
    ]
    tree: dict[str, tuple[str, ...]] = {}
    for whole in ("", *(value for value, _ in values)):
        parts = tuple(value for value, parent in values if (parent or "") == whole)
        if parts and (whole == "" or not _is_whole(release, plan, breakdown, whole, parts)):
            parts = (*parts, f"?{whole}")
            tree[f"?{whole}"] = ()
        tree[whole] = parts
    return tree


def _is_whole(
    release: Release, plan: TablePlan | None, breakdown: str, value: str, parts: tuple[str, ...]
) -> bool:
    """Whether the parts are all of a value."""
    if plan is None:
        named = () if release.certificates is None else release.certificates.partial
        return (breakdown, value) not in named
    by_id = plan.breakdown_by_id[breakdown].value_by_id
    if not {value, *parts} <= by_id.keys():
        return True  # Of a wave with other units than those that are known.
    union = frozenset[str]().union(*(by_id[part].categories for part in parts))
    return by_id[value].categories <= union
