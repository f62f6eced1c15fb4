"""Where people are, as they know it themselves: the finest value of every breakdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from analysis.cells import Cells
from analysis.codebook import Codebook
from analysis.plan import Breakdown, TablePlan

Place = tuple[str, ...]
"""A value id per breakdown; "" where nothing is known."""


def places(codebook: Codebook, plan: TablePlan, cells: Cells) -> Mapping[Place, int]:
    """The people in each place that somebody is in."""
    values = []
    for breakdown in plan.breakdowns:
        codes = codebook.variable_by_id[breakdown.variable].codes
        column = cells.profiles[:, cells.variables.index(breakdown.variable)]
        # The last entry is "unknown", which position -1 picks and no value holds.
        finest = [*(_finest(breakdown, code) for code in codes), ""]
        values.append([finest[position] for position in column.tolist()])
    found = Counter[Place]()
    for place, people in zip(zip(*values, strict=True), cells.people.tolist(), strict=True):
        found[place] += people
    return found


def _finest(breakdown: Breakdown, code: str) -> str:
    inside = [value for value in breakdown.values if code in value.categories]
    return max(inside, key=lambda one: breakdown.levels.index(one.level)).id if inside else ""
