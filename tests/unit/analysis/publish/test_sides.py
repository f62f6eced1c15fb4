"""A watched group against those who share all but one of its traits: from published figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.attack.audit import audit
from analysis.errors import LeakingRelease
from analysis.ladders import Ladder, Rung
from analysis.plan import Intersection, Table
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.publish.pairs import sides
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.sides import is_side, side_row
from analysis.statistics.comparisons import cautious_welch, miettinen_nurminen

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
WATCHED = "ethnicity=minority&probationer=yes"
MAJORITY = "ethnicity=majority&probationer=yes"
SETTLED = "ethnicity=minority&probationer=no"


def released(study: Study) -> Release:
    return publish(
        *(study.codebook, study.plan, study.microdata), wave=WAVE, policy=DisclosurePolicy()
    )


def worse(study: Study) -> Study:
    """The study in which minority-background probationers answer two points lower."""
    of = study.microdata.variables
    members = (of["ethnicity"] > 0) & (of["in_probation"] == 0)
    columns = {}
    for name, column in study.microdata.items.items():
        sign = -1 if name == "unfair" else 1
        fallen = np.clip(column + 2 * sign, 0, 4)
        columns[name] = np.where(members & (column >= 0) & (column < 5), fallen, column)
    return with_answers(study, **columns)


@pytest.fixture(scope="module")
def release() -> Release:
    return released(worse(small(2000)))


def test_a_watched_group_is_compared_with_all_three(release: Release) -> None:
    against = [
        row.against
        for row in release.comparisons
        if (row.group, row.measure) == (WATCHED, "leadership")
    ]
    assert against == ["force", MAJORITY, SETTLED]
    rows = [release.comparison_by_key[WATCHED, "leadership", one] for one in against]
    assert all(row.gap is not None and row.gap < -20 for row in rows)
    assert all(row.upper is not None and row.upper < 0 for row in rows)
    # All others are compared with the rest alone.
    assert {row.group for row in release.comparisons if row.against != "force"} == {WATCHED}


def test_the_two_others_raise_nothing_and_are_not_counted(release: Release) -> None:
    assert {row.against for row in release.concerns} == {"force"}
    shown = [row for row in release.comparisons if (row.kind, row.status) == ("theme", "shown")]
    rests = [row for row in shown if row.against == "force"]
    assert release.manifest.comparisons == len(rests) < len(shown)


def test_a_specific_group_stands_beside_the_majority_and_not_beside_its_aggregate() -> None:
    plan = small().plan
    finest = (*plan.tables[:-1], Table("e-p", ("ethnicity", "probationer"), (None, None)))
    black = "ethnicity=black&probationer=yes"
    watched = replace(plan, tables=finest, intersections=(Intersection("Black", black),))
    assert sides(watched) == ((black, MAJORITY), (black, "ethnicity=black&probationer=no"))


def test_rungs_are_compared_and_their_unit_stays() -> None:
    plan = small().plan
    crossed = Table("c", ("command", "ethnicity", "probationer"), ("family", "roll_up", None))
    family = f"command=response&{WATCHED}"
    rungs = (Rung("group", (family,), ("",)), Rung("margins", ("ethnicity=minority",), ("",)))
    ladder = Ladder("W", family, rungs, named=True)
    found = sides(replace(plan, tables=(*plan.tables, crossed), ladders=(ladder,)))
    assert found[2:] == (
        (family, f"command=response&{MAJORITY}"),
        (family, f"command=response&{SETTLED}"),
    )
    unnamed = replace(ladder, named=False)
    assert sides(replace(plan, tables=(*plan.tables, crossed), ladders=(unnamed,))) == found[:2]


def test_only_declared_groups_are_compared() -> None:
    plan = small().plan
    in_north = "command=north&ethnicity=minority"
    watched = replace(plan, intersections=(Intersection("North", in_north),))
    assert sides(watched) == ((in_north, "command=north&ethnicity=majority"),)


@pytest.mark.parametrize("fault", [{"gap": -30}, {"upper": -1}, {"lower": -99}])
def test_a_row_that_says_more_than_the_others_is_refused(
    release: Release, fault: dict[str, int]
) -> None:
    check(release)
    rows = tuple(
        replace(row, **fault) if (row.against, row.measure) == (MAJORITY, "led") else row
        for row in release.comparisons
    )
    planted = replace(release, comparisons=rows)
    with pytest.raises(LeakingRelease, match="does not follow"):
        check(planted)
    assert [one.kind for one in audit(planted)] == ["leak"]


def test_a_side_that_is_not_shown_leaves_an_empty_row() -> None:
    study = small(1500)
    of = study.microdata.variables
    in_probation = np.where(of["ethnicity"] == 0, 1, of["in_probation"])
    few = np.flatnonzero((of["ethnicity"] == 0) & (of["in_probation"] == 0))[:4]
    in_probation[few] = 0
    found = released(with_answers(study, in_probation=in_probation))
    assert found.group_by_id[MAJORITY].status == "c"
    rows = [row for row in found.comparisons if row.against == MAJORITY]
    assert rows
    assert {(row.gap, row.lower, row.upper, row.status) for row in rows} == {(None,) * 3 + ("c",)}


def planted(release: Release, headcount: int | None) -> Release:
    """The worked example of docs/METHODS.md, with a gap to the rest beside it."""
    of = {WATCHED: (60, 40, 30, 50), MAJORITY: (390, 58, 53, 63)}
    rows = {
        group: {"base": base, "positive": share, "lower": lower, "upper": upper}
        for group, (base, share, lower, upper) in of.items()
    }
    estimates = tuple(
        replace(row, positive_bound="", **rows.get(row.group, {})) for row in release.estimates
    )
    rests = tuple(
        replace(row, gap=-20, lower=-35, upper=-5) if row.group == WATCHED else row
        for row in release.comparisons
        if row.against == "force"
    )
    groups = tuple(
        replace(row, headcount=headcount) if row.group == WATCHED else row for row in release.groups
    )
    manifest = replace(release.manifest, coarser=())
    return replace(
        release, manifest=manifest, estimates=estimates, comparisons=rests, groups=groups
    )


def test_the_worked_example_of_the_methods(release: Release) -> None:
    row = side_row(planted(release, None), WATCHED, MAJORITY, "leadership")
    assert (row.gap, row.lower, row.upper) == (-18, -30, -6)


def test_a_range_with_a_finite_population_correction_is_not_used(release: Release) -> None:
    row = side_row(planted(release, 100), WATCHED, MAJORITY, "leadership")
    assert (row.gap, row.lower, row.upper) == (-18, -35, -1)


def exact_gaps(study: Study, release: Release) -> dict[tuple[str, str], tuple[float, float, float]]:
    """(against, measure) -> gap and limits before any rounding, in points."""
    figures = exact(study.codebook, study.plan, study.microdata)
    found = {}
    for row in release.comparisons:
        if is_side(release, row) and row.status == "shown":
            mine, theirs = (figures.at(one, row.measure) for one in (row.group, row.against))
            assert mine is not None
            assert theirs is not None
            (n1, x1, _), (n2, x2, _) = mine.sums(), theirs.sums()
            of = (
                cautious_welch(*mine.sums(), *theirs.sums())
                if row.kind == "theme"
                else miettinen_nurminen(x1, n1, x2, n2)
            )
            found[row.against, row.measure] = (100 * of.gap, 100 * of.lower, 100 * of.upper)
    return found


@pytest.mark.parametrize(("n", "seed"), [(700, 0), (700, 1), (1500, 2), (3000, 3)])
def test_ranges_hold_the_exact_ones(n: int, seed: int) -> None:
    study = small(n, seed=seed)
    release = released(worse(study) if seed % 2 else study)
    found = exact_gaps(worse(study) if seed % 2 else study, release)
    assert len(found) >= 5
    for (against, measure), (gap, lower, upper) in found.items():
        row = release.comparison_by_key[WATCHED, measure, against]
        assert replace(row, smallest=None) == side_row(release, WATCHED, against, measure)
        assert row.gap is not None
        assert row.lower is not None
        assert row.upper is not None
        assert row.lower <= lower + 1e-6
        assert row.upper >= upper - 1e-6
        percents = [release.estimate_by_key[one, measure] for one in (WATCHED, against)]
        if not any(one.positive_bound for one in percents):
            assert abs(row.gap - gap) <= 5.5
            assert row.upper - row.lower <= 3 * (upper - lower)
