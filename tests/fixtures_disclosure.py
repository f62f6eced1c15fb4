"""Small plans and counts for tests of disclosure control; every category is its own label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.cells import Cells
from analysis.codebook import AnswerCategory, Codebook, Item, Variable, VariableCategory
from analysis.disclosure.system import Bases, System, build
from analysis.plan import Breakdown, Intersection, Table, TablePlan, Value
from analysis.policy import DisclosurePolicy
from analysis.release.model import BreakdownFacts, Manifest, Release
from analysis.release.nonresponse import representativeness_rows
from analysis.release.rows import GroupRow

Counts = Mapping[tuple[str | None, ...], int]
"""Profile (one code per variable, None for unknown) -> people."""


def codebook(variables: Mapping[str, Sequence[str]]) -> Codebook:
    """A codebook of grouping variables and one item."""
    item = Item("q", "q", (AnswerCategory("yes", "yes", "positive", 100.0),), "print")
    made = tuple(
        Variable(name, name, tuple(VariableCategory(code, code) for code in codes))
        for name, codes in variables.items()
    )
    return Codebook("small", "1", "Small", "print", made, (item,), ())


def flat(variable: str, codes: Sequence[str]) -> Breakdown:
    """A breakdown of one level: each category is a value."""
    values = tuple(Value(code, code, variable, None, frozenset({code})) for code in codes)
    return Breakdown(variable, variable, variable, (variable,), values)


def nested(variable: str, parts: Mapping[str, Sequence[str]]) -> Breakdown:
    """A breakdown of two levels: `whole` made of `part`s."""
    wholes = [Value(name, name, "whole", None, frozenset(codes)) for name, codes in parts.items()]
    inner = [
        Value(code, code, "part", name, frozenset({code}))
        for name, codes in parts.items()
        for code in codes
    ]
    return Breakdown(variable, variable, variable, ("whole", "part"), (*wholes, *inner))


def table(*breakdowns: str, finest: Sequence[str | None] | None = None) -> Table:
    """A table named after its breakdowns."""
    down_to = tuple(finest) if finest is not None else (None,) * len(breakdowns)
    return Table("-".join(breakdowns), breakdowns, down_to)


def plan(
    breakdowns: Sequence[Breakdown], tables: Sequence[Table], watched: Sequence[str] = ()
) -> TablePlan:
    """A plan; `watched` are ids of groups named as intersections."""
    named = tuple(Intersection(group, group) for group in watched)
    return TablePlan(tuple(breakdowns), tuple(tables), named)


def profiles(book: Codebook) -> list[tuple[str | None, ...]]:
    """Every profile over all variables, unknown included."""
    return list(product(*((*variable.codes, None) for variable in book.variables)))


def membership(book: Codebook, tables: TablePlan) -> npt.NDArray[np.bool_]:
    """Which profile is in which group, by looking at each: shape (groups, profiles)."""
    names = [variable.id for variable in book.variables]
    every = profiles(book)
    inside = np.zeros((len(tables.groups), len(every)), dtype=bool)
    for row, group in enumerate(tables.groups):
        for column, profile in enumerate(every):
            inside[row, column] = all(
                profile[names.index(tables.breakdown_by_id[breakdown].variable)]
                in tables.breakdown_by_id[breakdown].value_by_id[value].categories
                for breakdown, value in group.where
            )
    return inside


def bases(book: Codebook, tables: TablePlan, counts: Counts) -> Bases:
    """People per group."""
    people = np.array([counts.get(profile, 0) for profile in profiles(book)], dtype=np.int64)
    return np.asarray(membership(book, tables) @ people, dtype=np.int64)


def system(book: Codebook, tables: TablePlan, counts: Counts) -> System:
    """The system of a plan with these people."""
    return build(book, tables, bases(book, tables, counts), cells(book, counts))


def cells(book: Codebook, counts: Counts) -> Cells:
    """The occupied profiles of all variables."""
    occupied = [profile for profile in profiles(book) if counts.get(profile)]
    places = [
        [
            -1 if code is None else variable.codes.index(code)
            for code, variable in zip(profile, book.variables, strict=True)
        ]
        for profile in occupied
    ]
    return Cells(
        tuple(variable.id for variable in book.variables),
        np.array(places, dtype=np.int16).reshape(len(places), len(book.variables)),
        np.array([counts[profile] for profile in occupied], dtype=np.int64),
    )


def published(
    tables: TablePlan, people: Bases, shown: frozenset[str], policy: DisclosurePolicy | None = None
) -> Release:
    """A Release of bases alone, all exact: what an attacker could learn at the very most."""
    rows = tuple(
        GroupRow(
            group.id,
            group.table,
            group.label,
            group.parent,
            tuple(dict(group.where).get(name, "") for name in tables.breakdown_by_id),
            int(base) if group.id in shown else None,
            None,
            None,
            "shown" if group.id in shown else "c",
        )
        for group, base in zip(tables.groups, people, strict=True)
    )
    facts: dict[str, Any] = dict.fromkeys(
        (
            *("wave", "wave_title", "closed", "questionnaire", "questionnaire_version"),
            *("questionnaire_title", "questionnaire_fingerprint"),
        ),
        "",
    )
    manifest = Manifest(
        **facts,
        policy={**(policy or DisclosurePolicy()).as_dict(), "fine_base": 1},
        methods={},
        breakdowns=tuple(BreakdownFacts.of(one) for one in tables.breakdowns),
        tables=tuple((one.id, one.breakdowns) for one in tables.tables),
        intersections=(),
        invited=None,
        answered=0,
        shown=len(shown),
        not_shown=len(rows) - len(shown),
        comparisons=0,
    )
    release = Release(manifest, (), rows, (), (), (), (), ())
    return replace(release, representativeness=representativeness_rows(release))
