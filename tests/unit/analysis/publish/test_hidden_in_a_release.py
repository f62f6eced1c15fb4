"""What is hidden in a Release, and that nothing beside it tells more."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from fixtures_analysis import Study, small, with_answers
from fixtures_publishing import HEADCOUNTS, released

from analysis.release.model import Release

TABLES = ("groups", "estimates", "distributions", "comparisons", "concerns", "trends")


def rows_about(release: Release, group: str) -> list[Any]:
    """Every row that names a group, with the group's own id taken out."""
    found = []
    for table in TABLES:
        for row in getattr(release, table):
            if row.group == group:
                kept = {field.name: getattr(row, field.name) for field in fields(row)}
                found.append((table, {**kept, "group": "", "label": "", "values": ""}))
    return found


def moved(study: Study, unit: str, keep: int, to: str) -> Study:
    """The study with all but `keep` people of a department in another one."""
    codes = study.codebook.variable_by_id["unit"].codes
    column = study.microdata.variables["unit"].copy()
    people = np.flatnonzero(column == codes.index(unit))
    column[people[keep:]] = codes.index(to)
    return with_answers(study, unit=column)


def test_an_empty_a_small_and_a_protected_group_look_the_same() -> None:
    study = small(1200)
    empty = released(moved(study, "north-a", 0, "south-a"), HEADCOUNTS)
    few = released(moved(study, "north-a", 4, "south-a"), HEADCOUNTS)
    # One hidden department of two would be the command less the other, so the other is hidden too.
    assert empty.group_by_id["command=north-a"].status == "c"
    assert few.group_by_id["command=north-a"].status == "c"
    assert few.group_by_id["command=north-b"].status == "c"
    assert rows_about(few, "command=north-a") == rows_about(empty, "command=north-a")
    assert rows_about(few, "command=north-a") == rows_about(few, "command=north-b")


def test_nothing_of_a_hidden_group_is_in_any_table() -> None:
    release = released(moved(small(1200), "north-a", 4, "south-a"), HEADCOUNTS)
    hidden = {row.group for row in release.groups if row.status == "c"}
    assert hidden
    for row in release.estimates:
        if row.group in hidden:
            assert (row.base, row.positive, row.score, row.lower, row.status) == (
                *(None,) * 4,
                "c",
            )
    assert not hidden & {row.group for row in release.concerns}
    assert not hidden & {row.against for row in release.concerns}
    for row in release.comparisons:
        if hidden & {row.group, row.against}:
            assert (row.gap, row.lower, row.upper, row.status) == (None, None, None, "c")


def test_an_item_that_too_few_of_a_group_answered_is_hidden_there_alone() -> None:
    study = small(1200)
    codes = study.codebook.variable_by_id["unit"].codes
    members = np.flatnonzero(study.microdata.variables["unit"] == codes.index("north-a"))
    column = study.microdata.items["heard"].copy()
    column[members[5:]] = -1
    release = released(with_answers(study, heard=column))
    assert release.estimate_by_key["command=north-a", "heard"].status == "c"
    assert release.estimate_by_key["command=north-a", "led"].status == "shown"
    assert all(row.status == "c" for row in release.distribution_by_key["command=north-a", "heard"])
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    assert gaps["command=north-a", "heard"].status == "c"
    assert gaps["command=north-a", "led"].status == "shown"


def test_a_comparison_whose_rest_is_too_few_is_not_shown() -> None:
    study = small(400)
    column = np.zeros(400, dtype=np.int16)
    column[:5] = 1
    release = released(with_answers(study, in_probation=column))
    gaps = [row for row in release.comparisons if row.group == "probationer=yes"]
    assert gaps
    assert {row.status for row in gaps} == {"c"}


def test_a_sensitive_item_on_a_base_whose_bands_meet_is_not_shown() -> None:
    study = small(900)
    codes = study.codebook.variable_by_id["unit"].codes
    members = np.flatnonzero(study.microdata.variables["unit"] == codes.index("north-a"))
    column = study.microdata.variables["unit"].copy()
    column[members[11:]] = codes.index("north-b")
    harassed = study.microdata.items["harassed"].copy()
    harassed[members[:11]] = 1
    release = released(with_answers(study, unit=column, harassed=harassed))
    assert release.estimate_by_key["command=north-a", "led"].status == "shown"
    row = release.estimate_by_key["command=north-a", "harassed"]
    assert (row.positive, row.base, row.status) == (None, None, "c")
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    assert gaps["command=north-a", "harassed"].status == "c"
    # The department beside it is compared with everybody else, who are many.
    assert gaps["command=north-b", "harassed"].status == "shown"


def unanimous(study: Study, unit: str, answer: int) -> Study:
    """The study in which one department answers everything alike."""
    codes = study.codebook.variable_by_id["unit"].codes
    members = study.microdata.variables["unit"] == codes.index(unit)
    columns = {
        name: np.where(members, answer, column) for name, column in study.microdata.items.items()
    }
    return with_answers(study, **columns)


def test_everybody_answering_alike_is_coded_with_limits_and_score_that_do_not_tell() -> None:
    release = released(unanimous(small(500), "crime-b", 0))
    row = release.estimate_by_key["command=crime-b", "led"]
    assert (row.positive, row.positive_bound, row.upper) == (90, "or_more", 100)
    assert (row.negative, row.negative_bound) == (10, "or_less")
    theme = release.estimate_by_key["command=crime-b", "leadership"]
    assert (theme.positive, theme.positive_bound, theme.score) == (90, "or_more", None)
    # Nine in ten answering so gives the same row.
    nine = unanimous(small(500), "crime-b", 0)
    codes = nine.codebook.variable_by_id["unit"].codes
    members = np.flatnonzero(nine.microdata.variables["unit"] == codes.index("crime-b"))
    column = nine.microdata.items["led"].copy()
    column[members[: len(members) // 12]] = 1
    assert released(with_answers(nine, led=column)).estimate_by_key["command=crime-b", "led"] == row
