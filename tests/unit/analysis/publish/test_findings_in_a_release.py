"""Which differences a Release raises as findings, and which it may not."""

from __future__ import annotations

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers
from fixtures_publishing import released


def worse(study: Study, unit: str, fall: int) -> Study:
    """The study in which one department answers `fall` points less favourably."""
    codes = study.codebook.variable_by_id["unit"].codes
    members = study.microdata.variables["unit"] == codes.index(unit)
    columns = {}
    for name, column in study.microdata.items.items():
        sign = -1 if name == "unfair" else 1
        moved_by = np.clip(column + sign * fall, 0, 4)
        columns[name] = np.where(members & (column >= 0) & (column < 5), moved_by, column)
    return with_answers(study, **columns)


def test_a_planted_difference_is_raised_and_told_in_published_numbers() -> None:
    release = released(worse(small(1200), "south-b", 2))
    raised = [row for row in release.concerns if row.group == "command=south-b"]
    assert {row.measure for row in raised} == {"leadership", "fairness"}
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    for row in raised:
        same = gaps[row.group, row.measure]
        assert (row.kind, row.state, row.against) == ("concern", "emerging", "force")
        assert (row.gap, row.lower, row.upper) == (same.gap, same.lower, same.upper)
        assert row.lower <= row.gap <= row.upper <= 0
        assert row.people % 5 == 0
        estimate = release.estimate_by_key[row.group, row.measure]
        assert row.words.startswith("South-b: ")
        assert f"{estimate.positive} of every 100" in row.words or estimate.positive_bound
    better = released(worse(small(1200), "south-b", -2))
    mirrored = [row for row in better.concerns if row.group == "command=south-b"]
    assert {row.kind for row in mirrored} == {"strength"}


def sensitive_theme(positive: float) -> Study:
    """A study with a theme of one sensitive item, answered worse in one small department.

    There `positive` of the people strongly agree and all others strongly disagree; elsewhere nine
    of ten agree.
    """
    items = (fixtures.item("led", "leadership"), fixtures.item("safe", "safety", sensitive=True))
    book = fixtures.codebook(items)
    study = Study(book, fixtures.plan(), fixtures.microdata(book, 400))
    unit = study.microdata.variables["unit"]
    inside = np.flatnonzero(unit == book.variable_by_id["unit"].codes.index("south-b"))
    safe = np.where(np.arange(400) % 10 == 0, 4, 0)
    safe[inside] = np.where(np.arange(len(inside)) < positive * len(inside), 0, 4)
    return with_answers(study, safe=safe)


def test_a_gap_that_would_be_raised_without_a_percent_to_show_is_not_eligible() -> None:
    """Beside an empty banded category, "40" and "60" would say that nobody is in it."""
    key = ("command=south-b", "safety")
    release = released(sensitive_theme(0.4))
    row = release.estimate_by_key[key]
    assert (row.status, row.positive, row.neutral_bound) == ("shown", None, "or_less")
    gap = next(one for one in release.comparisons if (one.group, one.measure) == key)
    assert (gap.gap, gap.lower, gap.upper, gap.status) == (None, None, None, "c")
    assert key not in {(one.group, one.measure) for one in release.concerns}
    rests = [one for one in release.comparisons if one.against == "force"]
    shown = [one for one in rests if one.status == "shown" and one.kind == "theme"]
    assert release.manifest.comparisons == len(shown)
    # With a percent to show, a gap of that size is raised.
    worse_still = released(sensitive_theme(0.6))
    assert key in {(one.group, one.measure) for one in worse_still.concerns}


def test_a_theme_of_sensitive_items_alone_has_no_score() -> None:
    release = released(sensitive_theme(0.7))
    assert {row.score for row in release.estimates if row.measure == "safety"} == {None}
    assert released(small(400)).estimate_by_key["force", "leadership"].score is not None
    assert release.estimate_by_key["force", "safety"].positive is not None


def test_concerns_are_ordered_by_people_affected() -> None:
    release = released(worse(worse(small(1200), "south-b", 2), "north-a", 1))
    concerns = [row.people for row in release.concerns if row.kind == "concern"]
    assert concerns == sorted(concerns, reverse=True)
    assert len(concerns) > 2


@pytest.mark.slow
def test_without_any_difference_hardly_anything_is_raised() -> None:
    raised = sum(len(released(small(400, seed=seed)).concerns) for seed in range(6))
    assert raised <= 3
