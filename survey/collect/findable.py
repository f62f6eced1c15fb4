"""What the document carries so that the page can say how findable somebody is, on the device.

The same for everybody: which groups are declared, and in which band the headcount of each lies.
What is picked is looked up in it by the page itself: nothing that anybody picks is sent or fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from analysis import bands
from analysis.bands import Bands
from analysis.plan import Breakdown, Group, TablePlan, Value
from survey.questionnaire.model import Choice, Questionnaire


@dataclass(frozen=True)
class Findable:
    """How many colleagues share what somebody tells about themselves.

    Attributes:
        section: id of the section after whose questions it is said.
        data: as JSON, what `data_of` gives.
        coarser: whether some question has answers that say less.
    """

    section: str
    data: str
    coarser: bool


@dataclass(frozen=True)
class BandedTable:
    """A declared table for people to read.

    Attributes:
        rows: (group, its band in words or None), the larger first.
        counted: whether its groups were counted: where any are, all that one thing picks; but
            crossings need not be, and without the size of any of them nobody can tell.
    """

    label: str
    rows: tuple[tuple[str, str | None], ...]
    counted: bool


def of(questionnaire: Questionnaire, edges: Bands) -> Findable | None:
    """What the page of a questionnaire is told; None where no table splits the force."""
    asked = {one.variable for one in _used(questionnaire.plan)}
    sections = [
        section.id
        for section in questionnaire.sections
        if asked & {question.id for question in section.questions}
    ]
    if not sections:
        return None
    data = json.dumps(data_of(questionnaire.plan, edges), ensure_ascii=False, separators=(",", ":"))
    coarser = any(isinstance(one, Choice) and one.coarser for one in questionnaire.questions)
    return Findable(sections[-1], data, coarser)


def data_of(plan: TablePlan, edges: Bands) -> dict[str, object]:
    """What the page looks things up in.

    Returns:
        `breakdowns`: in the order of group ids, each with its `id`, `label`, `question`, under
        `of` category -> the values that hold it, [value, label, level], coarse to fine, and under
        `coarser` the values that are answers too; `tables`: breakdown -> number of its finest
        level, each; `bands`: group id -> words.
    """
    return {
        "breakdowns": [
            {
                "id": one.id,
                "label": one.label,
                "question": one.variable,
                "of": _chains(one),
                "coarser": [v.id for v in one.values if v.id in v.categories - one.finest],
            }
            for one in _used(plan)
        ],
        "tables": [
            {
                breakdown: _depth(plan.breakdown_by_id[breakdown], level)
                for breakdown, level in zip(table.breakdowns, table.finest, strict=True)
            }
            for table in plan.tables
        ],
        "bands": {group: bands.words(edge) for group, edge in edges.items()},
    }


def tables_of(plan: TablePlan, edges: Bands) -> Iterator[BandedTable]:
    """Every declared table with the bands of its groups, to read without JavaScript."""
    for table in plan.tables:
        label = " and ".join(plan.breakdown_by_id[one].label for one in table.breakdowns)
        inner = [
            group for group in plan.groups_in(table) if len(group.where) == len(table.breakdowns)
        ]
        of = edges if len(table.breakdowns) == 1 else [g for g in inner if g.id in edges]
        rows = tuple((one.label, _words(one, edges)) for one in inner)
        yield BandedTable(label, rows, bool(of))


def _words(group: Group, edges: Bands) -> str | None:
    return bands.words(edges[group.id]) if group.id in edges else None


def _used(plan: TablePlan) -> tuple[Breakdown, ...]:
    """The breakdowns that some table has, in their order."""
    used = {name for table in plan.tables for name in table.breakdowns}
    return tuple(one for one in plan.breakdowns if one.id in used)


def _chains(one: Breakdown) -> dict[str, list[tuple[str, str, int]]]:
    categories = sorted({code for value in one.values for code in value.categories})
    return {
        code: [_step(one, value) for value in one.values if code in value.categories]
        for code in categories
    }


def _step(one: Breakdown, value: Value) -> tuple[str, str, int]:
    return value.id, value.label, one.levels.index(value.level)


def _depth(one: Breakdown, level: str | None) -> int:
    return len(one.levels) - 1 if level is None else one.levels.index(level)
