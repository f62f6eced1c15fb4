"""A table plan as JSON: what auditing a Release again takes, and the Release itself does not say.

A Release names its breakdowns, but neither the variable that a breakdown splits nor the categories
of its values; two Releases of the same answers can only be put together by these.
"""

from __future__ import annotations

from typing import Any

from analysis.plan import Breakdown, Intersection, Table, TablePlan, Value


def as_json(plan: TablePlan) -> dict[str, Any]:
    """The plan as lists, texts and None, the same each time."""
    return {
        "breakdowns": [
            {
                **{name: getattr(one, name) for name in ("id", "label", "variable")},
                "levels": list(one.levels),
                "values": [
                    [value.id, value.label, value.level, value.parent, sorted(value.categories)]
                    for value in one.values
                ],
            }
            for one in plan.breakdowns
        ],
        "tables": [[one.id, list(one.breakdowns), list(one.finest)] for one in plan.tables],
        "intersections": [[one.name, one.group] for one in plan.intersections],
    }


def from_json(found: dict[str, Any]) -> TablePlan:
    """The plan that `as_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: when it is none.
    """
    return TablePlan(
        tuple(
            Breakdown(
                *(one["id"], one["label"], one["variable"], tuple(one["levels"])),
                tuple(
                    Value(name, label, level, parent, frozenset(categories))
                    for name, label, level, parent, categories in one["values"]
                ),
            )
            for one in found["breakdowns"]
        ),
        tuple(Table(name, tuple(of), tuple(finest)) for name, of, finest in found["tables"]),
        tuple(Intersection(name, group) for name, group in found["intersections"]),
    )
