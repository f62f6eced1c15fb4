"""The file of the demo's HR can be read, and holds what is planted and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analysis.beside.procedures import Counted, read
from analysis.plan import FORCE
from analysis.statistics.disproportion import Counts, Span, are_clear, figures
from survey.demo import personnel
from survey.demo.force import SEED, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import TREATMENTS
from survey.questionnaire import loader


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counted]:
    questionnaire = loader.load(QUESTIONNAIRE)
    frame = make_force(questionnaire).frame(personnel.WAVE)
    home: Path = tmp_path_factory.mktemp("demo")
    path = personnel.write(home, questionnaire, frame, "w3", date(2026, 5, 17), SEED)
    assert path == home / "hr" / "w3.csv"
    return {one.process: one for one in read(path, questionnaire.plan)}


def exact(one: Counted, group: str) -> Counts:
    people, cases = one.at_risk[group], one.cases[group]
    return Counts(Span(people, people, people), Span(cases, cases, cases))


def clear(one: Counted, *, adverse: bool) -> dict[str, float]:
    """Group -> ratio of the risk, where HR itself would see a clear difference."""
    whole = exact(one, FORCE)
    made = {}
    for group in one.cases:
        mine = exact(one, group)
        if group != FORCE and one.cases[group] >= 10:
            made[group] = figures(mine, whole.without(mine), 10, adverse=adverse)
    found = are_clear([figure.p for figure in made.values()])
    return {
        group: figure.ratio[0]
        for (group, figure), is_clear in zip(made.items(), found, strict=True)
        if is_clear and figure.ratio
    }


def test_the_planted_process_is_unequal_and_the_others_are_not(
    counted: dict[str, Counted],
) -> None:
    found = clear(counted["discipline"], adverse=True)
    assert found["ethnicity=minority"] > 2
    assert all(group.startswith("ethnicity=") for group in found)
    assert clear(counted["grievance"], adverse=True) == {}
    assert clear(counted["promotion"], adverse=False) == {}
    assert set(counted) == {one.process for one in TREATMENTS}


def test_only_those_who_applied_could_be_promoted(counted: dict[str, Counted]) -> None:
    assert counted["promotion"].at_risk[FORCE] < 1000 < counted["grievance"].at_risk[FORCE]


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 5, 17), "2025-05/2026-04"),
        (date(2026, 1, 1), "2025-01/2025-12"),
        (date(2026, 12, 31), "2025-12/2026-11"),
    ],
)
def test_the_year_before_ends_with_the_month_before(day: date, period: str) -> None:
    assert str(personnel.year_before(day)) == period
