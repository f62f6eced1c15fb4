"""The smallest gap that a comparison could have shown: what is published of it, and whether so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from statistics import median

import numpy as np
import pytest
from fixtures_analysis import small
from scipy.special import ndtr, ndtri

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.publish.compared import exact_differences
from analysis.release import visible
from analysis.release.families import Judged, judged
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow
from analysis.release.sides import is_side
from analysis.release.visible import is_judged, smallest, with_smallest
from analysis.statistics.comparisons import Difference
from analysis.statistics.concerns import Comparison, flag, smallest_gap


@cache
def released(n: int = 900) -> Release:
    study = small(n)
    parts = (study.codebook, study.plan, study.microdata)
    wave = WaveFacts("one", "One", date(2026, 3, 31))
    return publish(*parts, wave=wave, policy=DisclosurePolicy())


def shown(release: Release) -> list[ComparisonRow]:
    """Comparisons with the rest of the force."""
    return [row for row in release.comparisons if row.gap is not None and row.against == "force"]


@pytest.mark.parametrize("n", [900, 4000])
def test_how_much_chance_moves_a_gap_is_taken_back_from_what_is_published(n: int) -> None:
    study, release = small(n), released(n)
    truth = exact_differences(exact(study.codebook, study.plan, study.microdata), study.plan)
    parts, themes = [], []
    for row in shown(release):
        rest = (release.estimate_by_key["force", row.measure].base or 0) - (
            release.estimate_by_key[row.group, row.measure].base or 0
        )
        error = visible._error(release, row, rest) if rest > 0 else None
        one = truth[row.group, row.measure]
        if error is not None:
            beside = themes if row.kind == "theme" else parts
            beside.append(error / ((one.upper - one.lower) / 2 / ndtri(0.975)))
    assert len(parts) > 70
    assert 0.9 < median(parts) < 1.1
    assert min(parts) > 0.6
    assert max(parts) < 1.4
    # Limits of a theme are those of answers that spread as far as they can.
    assert min(themes) > 0.9
    assert 1 < median(themes) < 2


def test_every_comparison_that_is_shown_says_it_and_no_other() -> None:
    release = released()
    assert all((row.smallest is None) == (row.gap is None) for row in release.comparisons)
    assert {row.smallest for row in release.comparisons if row.status == "c"} == {None}


def test_it_is_never_wider_than_for_answers_that_spread_as_far_as_they_can() -> None:
    release = released()
    of_group = judged(release)
    for row in shown(release):
        mine = release.estimate_by_key[row.group, row.measure].base or 0
        rest = (release.estimate_by_key["force", row.measure].base or 0) - mine
        family = of_group[row.group]
        level = family.rate / family.made if is_judged(row) else 0.05
        assert (row.smallest or 0) <= round(100 * smallest_gap(mine, rest, level=level))


def test_a_theme_needs_more_among_many_comparisons_than_alone() -> None:
    release = released()
    of_group = judged(release)
    row = next(row for row in shown(release) if is_judged(row))
    alone = smallest(release, replace(row, kind="item"), of_group)
    group = of_group[row.group]
    more = smallest(release, row, {row.group: Judged(group.rate, 50 * group.made, 0)})
    assert (alone or 0) < (row.smallest or 0)
    assert (row.smallest or 0) < (more or 0)


def test_it_follows_from_published_figures_alone() -> None:
    release = released()
    nothing = tuple(replace(row, smallest=None) for row in release.comparisons)
    assert with_smallest(replace(release, comparisons=nothing)) == release.comparisons


def test_steps_that_say_more_than_chance_are_left_aside() -> None:
    release = released()
    of_group, wider = judged(release), 0
    for row in shown(release)[:60]:
        steps = (((row.group,), ((row.measure, 20),)),)
        coarse = replace(release, manifest=replace(release.manifest, coarser=steps))
        found = smallest(coarse, row, of_group) or 0
        assert found >= (row.smallest or 0)
        wider += found > (row.smallest or 0)
    assert wider > 5


def power(error: float, made: int, rate_family: str, runs: int = 4000) -> float:
    """How often the rule raises a lone gap as wide as is said, among `made` comparisons."""
    rng = np.random.default_rng(8)
    rate = 0.05
    reach = float(ndtri(0.8))
    gap = max((float(-ndtri(rate / made / 2)) + reach) * error, 0.05 + reach * error)
    raised = 0
    for _ in range(runs):
        seen = -gap + error * rng.standard_normal()
        family = [_one(seen, error, rate_family)]
        family += [
            _one(error * z, error, f"g{at}") for at, z in enumerate(rng.normal(size=made - 1))
        ]
        raised += any(
            one.group == rate_family and one.kind == "concern"
            for one in flag({"others": {"wave": family}}, 10).flags
        )
    return raised / runs


def _one(gap: float, error: float, group: str) -> Comparison:
    p = min(1.0, 2 * float(ndtr(-abs(gap) / error)))
    difference = Difference(gap, gap - 2 * error, gap + 2 * error, p)
    return Comparison(group, "theme", 60, 5000, difference)


@pytest.mark.parametrize(("error", "made"), [(0.04, 20), (0.01, 20)])
def test_the_rule_raises_a_lone_gap_of_that_width_four_times_in_five(
    error: float, made: int
) -> None:
    assert power(error, made, "planted", 1500) == pytest.approx(0.8, abs=0.04)


def test_against_a_single_group_the_other_side_is_that_group() -> None:
    release = released()
    of_group = judged(release)
    sides = [row for row in release.comparisons if is_side(release, row) and row.gap is not None]
    assert sides
    for row in sides:
        mine, theirs = (
            release.estimate_by_key[one, row.measure].base or 0 for one in (row.group, row.against)
        )
        assert (row.smallest or 0) <= round(100 * smallest_gap(mine, theirs))
        # A test by itself needs less than the rule's, but there are fewer people on the other side.
        assert smallest(release, row, of_group) == row.smallest
