"""A table plan as JSON: what auditing a Release again takes, and the Release itself does not say.

A Release names its breakdowns, but neither the variable that a breakdown splits nor the categories
of its values; two Releases of the same answers can only be put together by these. Labels, and
what is watched by name, tell nothing of who is in which group: they are left out.
"""

from __future__ import annotations

from typing import Any

from analysis.plan import Breakdown, Table, TablePlan, Value


def as_json(plan: TablePlan) -> dict[str, Any]:
    """The plan as lists, texts and None, the same each time."""
    return {
        "breakdowns": [
            {
                "id": one.id,
                "variable": one.variable,
                "levels": list(one.levels),
                "values": [
                    [value.id, value.level, value.parent, sorted(value.categories)]
                    for value in one.values
                ],
            }
            for one in plan.breakdowns
        ],
        "tables": [[one.id, list(one.breakdowns), list(one.finest)] for one in plan.tables],
    }


def from_json(found: dict[str, Any]) -> TablePlan:
    """The plan that `as_json` wrote; ids stand in for labels.

    Raises:
        ValueError, KeyError, TypeError: when it is none.
    """
    return TablePlan(
        tuple(
            Breakdown(
                *(one["id"], one["id"], one["variable"], tuple(one["levels"])),
                tuple(
                    Value(name, name, level, parent, frozenset(categories))
                    for name, level, parent, categories in one["values"]
                ),
            )
            for one in found["breakdowns"]
        ),
        tuple(Table(name, tuple(of), tuple(finest)) for name, of, finest in found["tables"]),
    )
