"""Headcounts are summed where their parts are known and dropped where they contradict answers."""

from __future__ import annotations

import fixtures_analysis as fixtures
import pytest

from analysis.errors import DataError
from analysis.publish.headcounts import Headcounts, headcounts

PLAN = fixtures.plan()
DEPARTMENTS = {f"command={unit}": 100 for unit in fixtures.DEPARTMENTS}


def found(given: dict[str, int], **people: int) -> Headcounts:
    """Headcounts for a wave in which each group has 10 answers, but for `people`."""
    answers = [people.get(group.id.replace("=", "_"), 10) for group in PLAN.groups]
    return headcounts(PLAN, given, answers)


def test_missing_parents_are_summed_from_their_parts() -> None:
    known = found(DEPARTMENTS).known
    assert known["command=north"] == 200
    assert known["command=response"] == 400
    assert known["force"] == 600
    assert "ethnicity=minority" not in known


def test_a_parent_with_an_unknown_part_is_unknown() -> None:
    given = {name: size for name, size in DEPARTMENTS.items() if name != "command=crime-b"}
    known = found(given).known
    assert known["command=north"] == 200
    assert "command=crime" not in known
    assert "force" not in known


def test_a_given_headcount_wins_over_its_parts() -> None:
    known = found({**DEPARTMENTS, "command=north": 230, "force": 700}).known
    assert (known["command=north"], known["command=response"], known["force"]) == (230, 430, 700)


def test_crossings_are_summed_from_finer_ones_that_no_table_has() -> None:
    given = {
        f"command=north-{unit}&ethnicity={group}": 20
        for unit in "ab"
        for group in ("asian", "black", "mixed")
    }
    assert found(given).known["command=north&ethnicity=minority"] == 120


def test_a_breakdown_in_which_one_headcount_contradicts_is_unknown_everywhere() -> None:
    given = {**DEPARTMENTS, "ethnicity=minority": 60, "ethnicity=majority": 540}
    crossing = {"ethnicity=minority&probationer=yes": 30}
    result = found({**given, **crossing}, ethnicity_minority=61)
    assert result.contradicted == (frozenset({"ethnicity"}),)
    assert not any("ethnicity" in group for group in result.known)
    assert result.known["command=north"] == 200


def test_no_headcounts_are_no_contradiction() -> None:
    assert found({}) == Headcounts({})


@pytest.mark.parametrize(
    ("group", "people", "message"),
    [
        ("command=west", 10, "no breakdown has command=west"),
        ("rank=sergeant", 10, "no breakdown has rank=sergeant"),
        ("north", 10, "no breakdown has north="),
        ("command=north", -1, "-1 is not a number of people"),
        ("command=north", "many", "'many' is not a number of people"),
        ("ethnicity=minority&command=north", 10, "name breakdowns in the order"),
    ],
)
def test_a_headcount_that_fits_no_group_says_which(group: str, people: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        found({group: people})
