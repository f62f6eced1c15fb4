"""Who did not answer, from what is published: near the exact figures, and nothing new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.errors import LeakingRelease, ReleaseError
from analysis.microdata import Microdata
from analysis.plan import FORCE, TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.nonresponse import beside_estimates, representativeness_rows
from analysis.release.rows import RepresentativenessRow
from analysis.statistics.representativeness import r_indicator
from analysis.statistics.weighting import reweighted

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
DEPARTMENTS = {
    **{"north-a": 2200, "north-b": 300, "south-a": 600},
    **{"south-b": 500, "crime-a": 700, "crime-b": 420},
}
HEADCOUNTS = {f"command={unit}": people for unit, people in DEPARTMENTS.items()}
COMMANDS = tuple(f"command={command}" for command in fixtures.COMMANDS)


def uneven() -> Study:
    """In North A few answered, and they are less positive."""
    study = small(1500)
    unit, led = study.microdata.variables["unit"], study.microdata.items["led"]
    lower = np.random.default_rng(3).random(len(led)) < 0.9
    return with_answers(study, led=np.where((unit == 0) & lower, 4, led))


def released(study: Study, headcounts: Mapping[str, int], **more: Any) -> Release:
    parts = (study.codebook, study.plan, study.microdata)
    policy = DisclosurePolicy()
    return publish(*parts, wave=WAVE, policy=policy, headcounts=headcounts, **more)


@pytest.fixture(scope="module")
def study() -> Study:
    return uneven()


@pytest.fixture(scope="module")
def release(study: Study) -> Release:
    return released(study, HEADCOUNTS)


def whole(release: Release, group: str, level: str) -> RepresentativenessRow:
    return next(
        row
        for row in release.representativeness
        if (row.group, row.kind, row.parts_level) == (group, "whole", level)
    )


def answered(study: Study) -> dict[str, int]:
    figures = exact(study.codebook, study.plan, study.microdata)
    return dict(zip(figures.names, figures.sums.people.tolist(), strict=True))


def test_evenness_is_that_of_the_exact_numbers(study: Study, release: Release) -> None:
    n = answered(study)
    found = r_indicator(list(HEADCOUNTS.values()), [n[group] for group in HEADCOUNTS])
    assert whole(release, "force", "department").indicator == round(found.adjusted, 2) < 0.8
    parts = [row for row in release.representativeness if row.kind == "part"]
    mine = {row.group: row for row in parts if row.group in HEADCOUNTS}
    assert [mine[group].partial for group in HEADCOUNTS] == [round(one, 3) for one in found.partial]
    rate = sum(n[group] for group in HEADCOUNTS) / sum(HEADCOUNTS.values())
    for group, people in HEADCOUNTS.items():
        missing = mine[group].missing
        assert missing is not None
        assert missing % 5 == 0
        assert abs(missing - (rate * people - n[group])) <= 2.5


def test_every_declared_group_of_one_breakdown_has_its_row(study: Study, release: Release) -> None:
    declared = [group.id for group in study.plan.groups if len(group.where) == 1]
    parts = [row for row in release.representativeness if row.kind == "part"]
    assert [row.group for row in parts] == declared
    # No headcount of an ethnic group is known: nothing is said of any, in rows like all others.
    assert {row.status for row in parts if row.breakdown == "ethnicity"} == {"c"}


@pytest.mark.parametrize("group", ["force", *COMMANDS])
def test_a_weighted_figure_is_that_of_exact_weights_to_a_point(
    study: Study, release: Release, group: str
) -> None:
    figures = exact(study.codebook, study.plan, study.microdata)
    command = group.partition("=")[2]
    parts = [f"command={unit}" for unit, of in fixtures.DEPARTMENTS.items() if of == command]
    parts = parts or list(COMMANDS)
    people = [sum(HEADCOUNTS[one] for one in HEADCOUNTS if one.startswith(part)) for part in parts]
    weighted = reweighted([answered(study)[part] for part in parts], people, answered(study)[group])
    moved = []
    for row in release.estimates:
        figure = figures.at(group, row.measure)
        if row.group != group or figure is None or row.positive_bound:
            continue
        inside = [figures.at(part, row.measure) for part in parts]
        known = [one for one in inside if one is not None]
        shift = weighted.shift(
            [f.positive for f in known], [f.people for f in known], figure.people
        )
        moved.append(abs(shift))
        if row.weighted is None:
            assert abs(shift) < 0.03
            continue
        assert abs(shift) > 0.015
        assert abs(row.weighted - 100 * (figure.positive + shift)) <= 1
        assert row.weighted_lower is not None
        assert row.weighted_upper is not None
        assert row.weighted_lower < row.weighted < row.weighted_upper
    assert (max(moved) > 0.02) == (group in ("force", "command=north"))


def test_limits_of_a_weighted_figure_are_wider_by_what_weighting_costs(release: Release) -> None:
    row = release.estimate_by_key["force", "led"]
    evenness = whole(release, "force", "command")
    assert row.weighted_lower is not None
    assert row.weighted_upper is not None
    assert row.lower is not None
    assert row.upper is not None
    assert row.weighted_upper - row.weighted_lower >= row.upper - row.lower
    assert evenness.effective is not None
    assert evenness.effective < (release.group_by_id["force"].base or 0)
    assert evenness.moved is not None
    assert evenness.moved >= 2


def test_all_of_it_follows_from_what_is_published_besides(release: Release) -> None:
    """Somebody who has the other columns alone works out the same: it tells nothing new."""
    names = ("weighted", "weighted_lower", "weighted_upper", "least", "most")
    bare = [replace(row, **dict.fromkeys(names)) for row in release.estimates]
    others = replace(release, estimates=tuple(bare), representativeness=())
    assert beside_estimates(others) == release.estimates
    assert representativeness_rows(others) == release.representativeness


def test_the_range_without_assumption_holds_for_everybody(study: Study, release: Release) -> None:
    figures = exact(study.codebook, study.plan, study.microdata)
    known = 0
    for row in release.estimates:
        figure = figures.at(row.group, row.measure)
        if row.least is None or row.most is None or figure is None:
            continue
        known += 1
        sizes = [HEADCOUNTS[one] for one in HEADCOUNTS if row.group in (one, "force")]
        units = [HEADCOUNTS[one] for one in HEADCOUNTS if one.startswith(f"{row.group}-")]
        if not sizes + units:
            continue
        rate = answered(study)[row.group] / sum(sizes or units)
        assert row.least <= 100 * rate * figure.positive
        assert row.most >= 100 * (rate * figure.positive + 1 - rate)
    assert known > 40


def test_a_file_with_weights_of_its_own_is_not_weighted_again() -> None:
    plain, weighted = uneven(), small(1500, weighted=True)
    data = replace(plain.microdata, weights=weighted.microdata.weights)
    found = released(replace(plain, microdata=data), HEADCOUNTS, weight="POSTWT")
    assert all(row.weighted is None and row.least is None for row in found.estimates)
    assert whole(found, "force", "command").indicator is not None
    assert whole(found, "force", "command").moved is None


def test_without_most_of_the_headcount_nothing_is_said_of_the_parts(study: Study) -> None:
    # Everybody in North A answered: neither its headcount nor its rate can be shown.
    found = released(study, {**HEADCOUNTS, "command=north-a": answered(study)["command=north-a"]})
    assert found.group_by_id["command=north-a"].headcount is None
    row = whole(found, "force", "department")
    assert (row.indicator, row.effective, row.moved, row.status) == (None, None, None, "c")
    departments = [one for one in found.representativeness if one.parts_level == "department"]
    assert {one.status for one in departments if one.kind == "part"} == {"c"}


def test_a_release_that_tells_the_response_of_a_hidden_group_is_refused(release: Release) -> None:
    part = next(row for row in release.representativeness if row.kind == "part")
    hidden = tuple(
        replace(row, base=None, headcount=None, response_rate=None, status="c")
        if row.group == part.group
        else row
        for row in release.groups
    )
    estimates = tuple(row for row in release.estimates if row.group != part.group)
    bare = replace(
        *(release,),
        groups=hidden,
        estimates=estimates,
        distributions=(),
        comparisons=(),
        concerns=(),
        trends=(),
    )
    fine = replace(
        bare, estimates=beside_estimates(bare), representativeness=representativeness_rows(bare)
    )
    check(fine)
    others = [row for row in fine.representativeness if row.group != part.group]
    with pytest.raises(LeakingRelease, match="representativeness: command="):
        check(replace(fine, representativeness=(part, *others)))
    with pytest.raises(LeakingRelease, match="a value stands there"):
        check(replace(fine, representativeness=(replace(part, status="c"), *others)))


def led_alone(answers: int, positive: int, silent: int, people: int) -> Release:
    """A force in which so many answered, so many of them agreed and so many left the item out."""
    book = fixtures.codebook((fixtures.item("led", "leadership"),))
    of = [0] * positive + [4] * (answers - positive - silent) + [-1] * silent
    data = fixtures.microdata(book, answers)
    data = Microdata(answers, data.variables, {"led": np.array(of, dtype=np.int16)}, None)
    plan = TablePlan(fixtures.plan().breakdowns, ())
    policy = DisclosurePolicy()
    return publish(book, plan, data, wave=WAVE, policy=policy, headcounts={FORCE: people})


@pytest.mark.parametrize(
    ("answers", "positive", "silent", "people"),
    [
        # Half of those who answered left the theme out: it may be 20 to 80 %.
        (2000, 500, 1000, 2500),
        # Fewer than a tenth did, and it stands on the base of all.
        (1000, 460, 90, 1250),
        # 98 and 99 are published as 100, in steps of 5.
        (98, 42, 0, 206),
        (99, 42, 0, 208),
        (98, 56, 0, 206),
    ],
)
def test_the_range_without_assumption_holds_for_those_who_left_it_out(
    answers: int, positive: int, silent: int, people: int
) -> None:
    found = led_alone(answers, positive, silent, people)
    for measure in ("led", "leadership"):
        row = found.estimate_by_key[FORCE, measure]
        assert row.least is not None
        assert row.most is not None
        assert row.least <= 100 * positive / people
        assert row.most >= 100 * (positive + people - answers + silent) / people


@pytest.mark.parametrize("name", ["weighted", "weighted_lower", "weighted_upper", "least", "most"])
def test_a_figure_that_does_not_follow_is_refused(release: Release, name: str) -> None:
    check(release)
    rows = list(release.estimates)
    at = next(at for at, row in enumerate(rows) if getattr(row, name) is not None)
    for value in (None, getattr(rows[at], name) + 1):
        other = (*rows[:at], replace(rows[at], **{name: value}), *rows[at + 1 :])
        with pytest.raises(ReleaseError, match="estimates: what non-response could change of"):
            check(replace(release, estimates=other))


@pytest.mark.parametrize("name", ["indicator", "effective", "moved", "partial", "missing"])
def test_a_response_that_does_not_follow_is_refused(release: Release, name: str) -> None:
    rows = list(release.representativeness)
    at = next(at for at, row in enumerate(rows) if getattr(row, name) is not None)
    rows[at] = replace(rows[at], **{name: getattr(rows[at], name) + 5})
    with pytest.raises(ReleaseError, match="representativeness: what is said of"):
        check(replace(release, representativeness=tuple(rows)))
    with pytest.raises(ReleaseError, match="representativeness: what is said of"):
        check(replace(release, representativeness=release.representativeness[1:]))


def test_a_smallest_gap_that_does_not_follow_is_refused(release: Release) -> None:
    rows = list(release.comparisons)
    at = next(at for at, row in enumerate(rows) if row.smallest)
    rows[at] = replace(rows[at], smallest=(rows[at].smallest or 0) - 1)
    with pytest.raises(ReleaseError, match="comparisons: the smallest gap of"):
        check(replace(release, comparisons=tuple(rows)))
