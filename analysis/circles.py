"""Tables that go round in a circle, such as all three pairs of three breakdowns.

Where tables can be put in an order in which each has one earlier table that holds all it shares
with those before it, a profile that no table declares can be as many people as the smallest shown
group that it lies in (Dobra and Fienberg, 2000, on decomposable models), which is k or more. In a
circle it may be known to be fewer. A level stands for one way to tell people apart, so nothing is
said of plans in which two breakdowns split one variable.
"""

from __future__ import annotations

from analysis.plan import Table, TablePlan


def circle(plan: TablePlan) -> tuple[Table, ...]:
    """The tables that go round in a circle, in the order of the plan; empty where none do.

    By Graham's reduction of a hypergraph: what only one table tells apart is left out of it, a
    table that is then part of another is left out, and so on until nothing can be.

    Raises:
        Unprotectable: when two breakdowns split one variable.
    """
    plan.expect_split_once()
    left = {table: _told_apart(plan, table) for table in plan.tables}
    while True:
        told = [one for parts in left.values() for one in parts]
        smaller = {
            table: frozenset(one for one in parts if told.count(one) > 1)
            for table, parts in left.items()
        }
        kept: dict[Table, frozenset[tuple[str, str]]] = {}
        for table, parts in sorted(smaller.items(), key=lambda one: -len(one[1])):
            if parts and not any(parts <= other for other in kept.values()):
                kept[table] = parts
        if kept == left:
            return tuple(table for table in plan.tables if table in kept)
        left = kept


def _told_apart(plan: TablePlan, table: Table) -> frozenset[tuple[str, str]]:
    """The variables of a table's breakdowns, each with every level down to the finest."""
    found = set()
    for name, finest in zip(table.breakdowns, table.finest, strict=True):
        breakdown = plan.breakdown_by_id[name]
        last = len(breakdown.levels) if finest is None else breakdown.levels.index(finest) + 1
        found |= {(breakdown.variable, level) for level in breakdown.levels[:last]}
    return frozenset(found)
