"""Waves whose ages are split by two breakdowns, which nobody publishes."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import numpy as np
from fixtures_earlier import UNITS, breakdown, made, people, plan

from analysis.attack import audit as auditor
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.release.model import Release

MANY = {"north": 300, "south": 280, "west": 260, "east": 160}
UNDER_25 = breakdown("under25", "age", young="20", old="25 30 40")
UNDER_30 = breakdown("under30", "age", younger="20 25", older="30 40")
FLAT = plan(UNITS, UNDER_25, UNDER_30)
CROSSED = replace(
    FLAT,
    tables=(
        Table("by25", ("unit", "under25"), (None, None)),
        Table("by30", ("unit", "under30"), (None, None)),
    ),
)


def force(between: int, in_the_east: int | None = None) -> Microdata:
    """1,000 people, so many of 25 to 29, and so many of these in the east."""
    ages = {"20": 300, "25": between, "30": 400, "40": 300 - between}
    answers = people(MANY, ages)
    if in_the_east is not None:
        east, of_25 = answers.variables["unit"] == 3, answers.variables["age"] == 1
        answers.variables["age"][np.flatnonzero(east & of_25)[in_the_east:]] = 2
    return answers


def rolled_up(name: str, **values: str) -> Breakdown:
    """Ages put together, as a questionnaire would write them: the ages themselves stand below."""
    coarse = tuple(
        Value(f"{name}-{one}", one, "roll_up", None, frozenset(codes.split()))
        for one, codes in values.items()
    )
    fine = tuple(
        Value(code, code, "group", one.id, frozenset({code}))
        for one in coarse
        for code in sorted(one.categories)
    )
    return Breakdown(name, name, "age", ("roll_up", "group"), (*coarse, *fine))


def careless(of: TablePlan, answers: Microdata) -> Release:
    """Published by somebody who neither refuses such a plan nor audits it."""
    unaudited = patch.object(auditor, "attack_overlaps", lambda *_: ())
    with patch.object(TablePlan, "expect_split_once", lambda _: None), unaudited:
        return made(of, answers, None)
