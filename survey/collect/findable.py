"""What the document carries so that the page can say how findable somebody is, on the device.

The same for everybody: which groups are declared, and in which band the headcount of each lies.
What is picked is looked up in it by the page itself: nothing that anybody picks is sent or fetched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask_babel import gettext

from analysis.bands import Bands
from analysis.plan import Breakdown, Group, TablePlan, Value
from survey import languages
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
    data = json.dumps(
        data_of(questionnaire.plan, edges, labels(questionnaire)),
        ensure_ascii=False,
        separators=(",", ":"),
    )
    coarser = any(isinstance(one, Choice) and one.coarser for one in questionnaire.questions)
    return Findable(sections[-1], data, coarser)


def data_of(plan: TablePlan, edges: Bands, called: Callable[[str], str] = str) -> dict[str, object]:
    """What the page looks things up in; `called` says what a label is in the page's language.

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
                "label": called(one.label),
                "question": one.variable,
                "of": _chains(one, called),
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
        "bands": {group: languages.band(edge) for group, edge in edges.items()},
    }


def tables_of(
    plan: TablePlan, edges: Bands, called: Callable[[str], str] = str
) -> Iterator[BandedTable]:
    """Every declared table with the bands of its groups, to read without JavaScript."""
    for table in plan.tables:
        labels_of = [called(plan.breakdown_by_id[one].label) for one in table.breakdowns]
        label = labels_of[0]
        for one in labels_of[1:]:
            label = gettext("%(these)s and %(those)s", these=label, those=one)
        inner = [
            group for group in plan.groups_in(table) if len(group.where) == len(table.breakdowns)
        ]
        of = edges if len(table.breakdowns) == 1 else [g for g in inner if g.id in edges]
        rows = tuple((_called(one, plan, called), _words(one, edges)) for one in inner)
        yield BandedTable(str(label), rows, bool(of))


def labels(questionnaire: Questionnaire) -> Callable[[str], str]:
    """What a breakdown or a value is called in the language of the page, by its English label."""
    welsh = dict(questionnaire.welsh_labels) if languages.current() == languages.WELSH else {}
    return lambda label: welsh.get(label, label)


def _called(group: Group, plan: TablePlan, called: Callable[[str], str]) -> str:
    values = (plan.breakdown_by_id[name].value_by_id[value] for name, value in group.where)
    return ", ".join(called(value.label) for value in values)


def _words(group: Group, edges: Bands) -> str | None:
    return languages.band(edges[group.id]) if group.id in edges else None


def _used(plan: TablePlan) -> tuple[Breakdown, ...]:
    """The breakdowns that some table has, in their order."""
    used = {name for table in plan.tables for name in table.breakdowns}
    return tuple(one for one in plan.breakdowns if one.id in used)


def _chains(one: Breakdown, called: Callable[[str], str]) -> dict[str, list[tuple[str, str, int]]]:
    categories = sorted({code for value in one.values for code in value.categories})
    return {
        code: [_step(one, value, called) for value in one.values if code in value.categories]
        for code in categories
    }


def _step(one: Breakdown, value: Value, called: Callable[[str], str]) -> tuple[str, str, int]:
    return value.id, called(value.label), one.levels.index(value.level)


def _depth(one: Breakdown, level: str | None) -> int:
    return len(one.levels) - 1 if level is None else one.levels.index(level)
