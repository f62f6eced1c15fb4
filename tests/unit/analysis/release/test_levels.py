"""Levels of concern: who surely lies above a level set in advance, from published figures alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, with_answers

from analysis.attack.audit import audit
from analysis.attack.told import rest_share
from analysis.codebook import AnswerCategory
from analysis.errors import ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import levels
from analysis.release.consistency import check
from analysis.release.levels import judgements, level_rows
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, EstimateRow

NORTH, HARMED = "command=north", "harmed"
OFTEN = (
    AnswerCategory("never", "Never", "positive", 100.0),
    AnswerCategory("once", "Once", "negative", 50.0),
    AnswerCategory("often", "More than once", "negative", 0.0),
)


def study(share: float = 0.15, north: float = 0.5, n: int = 1500, level: float = 0.2) -> Study:
    """One item on how often something bad happened; more so in the north."""
    harmed = fixtures.item(HARMED, "treatment", categories=OFTEN, sensitive=True, level=level)
    book = fixtures.codebook((harmed, fixtures.item("led", "leadership")))
    made = Study(book, fixtures.plan(), fixtures.microdata(book, n))
    codes = book.variable_by_id["unit"].codes
    unit = made.microdata.variables["unit"]
    inside = np.isin(unit, [codes.index("north-a"), codes.index("north-b")])
    rng = np.random.default_rng(5)
    bad = rng.random(n) < np.where(inside, north, share)
    return with_answers(made, harmed=np.where(bad, 1 + (rng.random(n) < 0.3), 0))


@cache
def released(share: float = 0.15, north: float = 0.5, n: int = 1500, level: float = 0.2) -> Release:
    made = study(share, north, n, level)
    return publish(
        *(made.codebook, made.plan, made.microdata),
        wave=WaveFacts("one", "One", date(2026, 3, 31)),
        policy=DisclosurePolicy(),
    )


def said(release: Release) -> dict[str, ConcernRow]:
    return {row.group: row for row in release.concerns if row.kind == "level"}


def figure(release: Release, group: str, **changes: object) -> Release:
    """The Release with another published figure of the item in a group."""
    return replace(
        release,
        estimates=tuple(
            replace(row, **changes)  # type: ignore[arg-type]
            if (row.group, row.measure) == (group, HARMED)
            else row
            for row in release.estimates
        ),
    )


def test_a_group_that_surely_lies_above_the_level_is_one() -> None:
    row = said(released())[NORTH]
    estimate = released().estimate_by_key[NORTH, HARMED]
    assert estimate.negative is not None
    assert (row.measure, row.state, row.against, row.before) == (HARMED, "above", "", "")
    assert row.gap == estimate.negative - 20
    assert 0 < row.lower < row.gap < row.upper
    assert row.words.startswith(
        f"North: {estimate.negative} of every 100 answered “Once” or “More than once” to "
        "“Statement harmed” (plausible range "
    )
    assert "above 20, the level that was set in advance" in row.words


def test_the_whole_force_can_be_one_where_no_group_differs() -> None:
    release = released(share=0.4, north=0.4)
    found = said(release)
    assert {"force", NORTH, "command=south", "probationer=no"} <= set(found)
    assert not [row for row in release.concerns if row.kind != "level"]


def test_nobody_is_one_where_all_are_at_or_under_the_level() -> None:
    assert said(released(share=0.15, north=0.15)) == {}
    below = [one for one in judgements(released(share=0.05, north=0.05)) if one.verdict == "below"]
    assert "force" in {one.look.row.group for one in below}


def test_a_level_without_which_nothing_is_judged() -> None:
    release = released()
    none = tuple(replace(row, level=None) for row in release.measures)
    assert judgements(replace(release, measures=none)) == ()


def at(group: str, release: Release) -> str:
    (one,) = [one for one in judgements(release) if one.look.row.group == group]
    return one.verdict


def test_the_edge_of_a_level() -> None:
    """The limit has to lie above the level: at it is not above."""
    release = figure(released(), NORTH, negative=50, negative_bound="")
    (look,) = [one.look for one in judgements(release) if one.look.row.group == NORTH]
    assert look.lower > 20

    def with_level(level: int) -> Release:
        rows = (replace(row, level=level if row.level else None) for row in release.measures)
        return replace(release, measures=tuple(rows))

    # Far below the limit the exact test is sure; at the limit itself nothing is above.
    assert at(NORTH, with_level(look.lower - 6)) == "above"
    assert at(NORTH, with_level(look.lower)) == "open"
    assert at(NORTH, with_level(look.lower + 1)) == "open"


def test_a_band_counts_as_its_far_end() -> None:
    release = released()
    row = release.estimate_by_key[NORTH, HARMED]
    banded = figure(release, NORTH, negative=90, negative_bound="or_more", positive=None)
    assert at(NORTH, banded) == "above"
    less = figure(release, NORTH, negative=25, negative_bound="or_less")
    (one,) = [one for one in judgements(less) if one.look.row.group == NORTH]
    assert (one.look.lower, one.verdict) == (0, "open")
    assert row.base is not None


def test_a_figure_in_a_coarser_step_is_less_sure() -> None:
    release = figure(released(), NORTH, negative=40)
    steps = (((NORTH,), ((HARMED, 20),)),)
    coarse = replace(release, manifest=replace(release.manifest, coarser=steps))
    looks = [
        next(one.look for one in judgements(each) if one.look.row.group == NORTH)
        for each in (release, coarse)
    ]
    assert looks[1].lower < looks[0].lower
    assert looks[1].upper > looks[0].upper


def test_hidden_groups_are_not_judged() -> None:
    release = released()
    hidden = {row.group for row in release.groups if row.status != "shown"}
    assert hidden
    assert hidden.isdisjoint(one.look.row.group for one in judgements(release))


def test_a_release_with_weights_has_none() -> None:
    weighted = replace(released(), manifest=replace(released().manifest, weight="w"))
    assert level_rows(weighted) == ()


def test_a_clean_release_with_levels_withstands_the_auditor() -> None:
    assert said(released())
    assert audit(released()) == ()


def test_a_level_tells_nothing_that_the_figures_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the Release works it out again; another row is refused, or one left out."""
    release = released()
    north = said(release)[NORTH]
    others = tuple(row for row in release.concerns if row is not north)
    told = replace(north, group="command=south", words="South is above.")
    for planted in (others, (*release.concerns, told), (*others, replace(north, lower=29))):
        with pytest.raises(ReleaseError, match="does not follow"):
            check(replace(release, concerns=planted))
    # Planted: a level of concern that is decided on exact counts.
    monkeypatch.setattr(levels, "_tail", lambda *_: 0.5)
    with pytest.raises(ReleaseError, match="does not follow"):
        check(release)


def test_a_level_does_not_keep_the_auditor_from_reading_a_gap() -> None:
    release = released(share=0.4, north=0.4)
    (row,) = [one for one in release.comparisons if (one.group, one.measure) == (NORTH, HARMED)]
    assert NORTH in said(release)
    assert rest_share(release, row) is not None


@pytest.mark.parametrize("level", [0.0, 1.0, -0.2, 20.0])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match="no share"):
        fixtures.item(HARMED, level=level)


def test_another_level_breaks_no_trend_line() -> None:
    prints = {
        level: released(level=level).measure_by_id[HARMED].fingerprint for level in (0.2, 0.3)
    }
    assert len(set(prints.values())) == 1
    assert released(level=0.3).measure_by_id[HARMED].level == 30


EACH = 150
"""People of a group. Here chance shows most: there are whole percents, and they are narrow beside
what chance does; in smaller and larger groups rounding makes limits wider by more."""


def every_group_at_the_level(draw: np.random.Generator, share: float) -> Release:
    """A Release in which all groups answer at the level, each drawn by itself."""
    release = released()
    groups = tuple(row if row.base is None else replace(row, base=EACH) for row in release.groups)
    rows = [
        _told(row, EACH, draw, share) if row.measure == HARMED and row.base is not None else row
        for row in release.estimates
    ]
    return replace(release, groups=groups, estimates=tuple(rows))


def _told(row: EstimateRow, base: int, draw: np.random.Generator, share: float) -> EstimateRow:
    percent = round(100 * draw.binomial(base, share) / base)
    return replace(row, base=base, negative=percent, negative_bound="")


def false_levels(runs: int) -> float:
    draw = np.random.default_rng(3)
    found = 0
    for _ in range(runs):
        release = every_group_at_the_level(draw, 0.2)
        found += sum(one.verdict == "above" for one in judgements(release))
    return found / runs


def test_where_all_groups_are_at_the_level_hardly_any_lies_above() -> None:
    assert false_levels(100) <= 0.05


def test_limits_without_a_correction_for_many_groups_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Planted: every group's 95 % limit by itself, of its percent as if it were exact."""
    monkeypatch.setattr(levels, "benjamini_hochberg", lambda p: [0.0 for _ in p])
    monkeypatch.setattr(
        levels.known, "edges_of", lambda _, row, *__: (row.negative / 100, row.negative / 100)
    )
    assert false_levels(30) > 0.25


def test_the_worked_example_of_the_methods() -> None:
    release = figure(released(), NORTH, negative=35, negative_bound="", base=120)
    measures = tuple(replace(row, sensitive=False) for row in release.measures)
    # 120 is the item's own base: the group has more people.
    groups = tuple(replace(row, base=150) if row.group == NORTH else row for row in release.groups)
    looked = judgements(replace(release, measures=measures, groups=groups))
    (look,) = [one.look for one in looked if one.look.row.group == NORTH]
    assert look.lower == 26
    assert look.above == pytest.approx(0.00015, abs=5e-6)
