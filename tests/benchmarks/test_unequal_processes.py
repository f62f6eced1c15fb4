"""How often an equal process of the demo's force looks unequal, and an unequal one is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from analysis.disclosure.rounding import nearest
from analysis.plan import FORCE
from analysis.statistics.disproportion import Counts, Span, are_clear, figures
from survey.demo import personnel
from survey.demo.force import make_force
from survey.demo.making import QUESTIONNAIRE
from survey.questionnaire import loader

pytestmark = pytest.mark.slow

YEARS = range(1000, 1040)


def clear(counts: Mapping[str, Counts], *, adverse: bool) -> set[str]:
    """Groups that clearly differ, of those that have about ten cases and ten others."""
    made = {}
    for group, mine in counts.items():
        if group != FORCE and min(mine.cases.people, mine.others.cases.people) >= 10:
            made[group] = figures(mine, counts[FORCE].without(mine), 10, adverse=adverse)
    p = {group: one.p for group, one in made.items() if one.gap is not None}
    return {group for group, found in zip(p, are_clear(list(p.values())), strict=True) if found}


def test_equal_processes_hardly_ever_look_unequal_and_unequal_ones_are_told() -> None:
    questionnaire = loader.load(QUESTIONNAIRE)
    frame = make_force(questionnaire).frame(personnel.WAVE)
    wrong = told = 0
    for seed in YEARS:
        years: dict[str, dict[str, Counts]] = {}
        for process, _, group, people, cases in personnel.rows(
            questionnaire, frame, date(2026, 5, 1), seed
        ):
            spans = (Span.of(nearest(count, 5), 5) for count in (people, cases))
            years.setdefault(process, {})[group] = Counts(*spans)
        wrong += bool(clear(years["grievance"], adverse=True))
        wrong += bool(clear(years["promotion"], adverse=False))
        told += "ethnicity=minority" in clear(years["discipline"], adverse=True)
    assert wrong <= 0.05 * 2 * len(YEARS)
    assert told >= 0.8 * len(YEARS)
