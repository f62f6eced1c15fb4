"""The pair that is named shows more, by the real disclosure control, and more than any other."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from fixtures_disclosure import codebook, flat, plan, table

from analysis.forecast import Answering, Merge, forecast, frame, merges
from analysis.forecast.drawing import Forecast
from analysis.plan import Breakdown, Intersection, TablePlan, Value
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
UNITS = ("a", "b", "c")
GROUPS = {"white": 240, "asian": 45, "black": 12, "mixed": 9}
"""People of each in every unit."""
PEOPLE = {
    **{f"unit={one}": sum(GROUPS.values()) for one in UNITS},
    **{f"group={one}": 3 * size for one, size in GROUPS.items()},
    **{f"unit={unit}&group={one}": size for unit in UNITS for one, size in GROUPS.items()},
}
ANSWERING = Answering(70, withheld=0)


def declared(groups: Breakdown | None = None) -> TablePlan:
    crossed = [flat("unit", UNITS), groups or flat("group", tuple(GROUPS))]
    return plan(crossed, [table("unit", "group")])


def named(tables: TablePlan, *of: str) -> tuple[Merge, ...]:
    book = codebook({"unit": UNITS, "group": tuple(GROUPS)})
    rng = np.random.default_rng(1)
    everybody = frame(book, tables, PEOPLE)
    return merges(book, tables, everybody, ANSWERING, tables=of, policy=POLICY, rng=rng)


def crossing(tables: TablePlan, draws: int = 2) -> Forecast:
    book = codebook({"unit": UNITS, "group": tuple(GROUPS)})
    return forecast(
        *(book, tables, frame(book, declared(), PEOPLE), ANSWERING),
        policy=POLICY,
        rng=np.random.default_rng(2),
        draws=range(draws),
    )


def with_pair(*pair: str) -> Breakdown:
    """The groups, of which two are one."""
    values = [
        Value("both", "both", "group", None, frozenset(pair)),
        *(value for value in flat("group", tuple(GROUPS)).values if value.id not in pair),
    ]
    return replace(flat("group", tuple(GROUPS)), values=tuple(values))


@pytest.mark.slow
def test_the_named_pair_lets_most_people_be_shown() -> None:
    watched = replace(declared(), intersections=(Intersection("few", "group=mixed"),))
    (one,) = named(watched, "unit-group")
    assert (one.table, one.breakdown) == ("unit-group", "group")
    assert set(one.values) == {"black", "mixed"}
    shown = {
        pair: sum(
            group.shown * group.base
            for group in crossing(declared(with_pair(*pair))).groups
            if "&" in group.id
        )
        for pair in combinations(GROUPS, 2)
    }
    as_declared = sum(
        group.shown * group.base for group in crossing(declared()).groups if "&" in group.id
    )
    assert max(shown, key=lambda pair: shown[pair]) == ("black", "mixed")
    assert one.people == pytest.approx(shown["black", "mixed"] - as_declared, rel=0.3)


@pytest.mark.slow
def test_nothing_is_named_where_nothing_is_asked_or_helps() -> None:
    assert named(declared()) == ()
    # Of two values one is the rest of the other: both as one are everybody.
    two = replace(
        flat("group", ("white", "asian")),
        values=(
            Value("white", "white", "group", None, frozenset({"white", "mixed"})),
            Value("asian", "asian", "group", None, frozenset({"asian", "black"})),
        ),
    )
    assert named(declared(two), "unit-group") == ()
