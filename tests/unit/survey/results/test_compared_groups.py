"""Watched groups on the pages: three comparisons, what they could have shown, who answered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, SIDES, WATCHED, make_release
from fixtures_results import Site, make_site
from fixtures_rooms import both

from analysis.release.model import Release
from analysis.release.rows import ConcernKind, ConcernRow, ConcernState, LadderRow
from analysis.release.sides import is_side, side_row
from survey.results import intersections, words
from survey.results.compared import Compared
from survey.results.scope import of_command, whole_force

RELEASE = make_release()
PEERS, SETTLED = "White, In probation", "Minority ethnic, Not in probation"
NAME = "Minority-background probationers"


def block(release: Release) -> intersections.IntersectionBlock:
    (found,) = intersections.blocks(release, whole_force(release))
    return found


def of_board(release: Release) -> intersections.IntersectionBlock:
    scope = of_command(release, NORTH)
    assert scope is not None
    (found,) = intersections.blocks(release, scope)
    return found


def with_gap(release: Release, gap: int, half: int) -> Release:
    """The watched group's percents and its gap to the rest moved; the two others follow."""
    shown = next(one for one in release.estimates if one.group == WATCHED)
    limits = {"lower": 50 + gap - half, "upper": 50 + gap + half}
    low = replace(shown, positive=50 + gap, positive_bound="", base=60, **limits)
    estimates = tuple(
        replace(low, measure=one.measure, kind=one.kind)
        if one.group == WATCHED
        else replace(one, positive=50, positive_bound="", lower=48, upper=52)
        if one.status == "shown"
        else one
        for one in release.estimates
    )
    rows = tuple(
        replace(one, gap=gap, lower=gap - half, upper=gap + half)
        if one.group == WATCHED and one.against == "force"
        else one
        for one in release.comparisons
        if not is_side(release, one)
    )
    moved = replace(release, estimates=estimates, comparisons=rows, concerns=())
    sides = tuple(side_row(moved, *pair, one.measure) for pair in SIDES for one in moved.measures)
    return replace(moved, comparisons=(*rows, *sides))


def only(found: intersections.IntersectionBlock) -> Compared:
    (one,) = found.compared
    return one


def test_a_watched_group_is_compared_with_three_in_words_with_figures() -> None:
    for theme in only(block(RELEASE)).themes:
        assert [whom for whom, _ in theme.said] == ["Everyone else", PEERS, SETTLED]
        known = ("plausible range", "No clear difference", "tell us why")
        assert all(any(words in said for words in known) for _, said in theme.said)
    assert len(only(block(RELEASE)).themes) == 5


def test_what_was_raised_is_said_without_the_name_that_stands_above() -> None:
    (row,) = (one for one in RELEASE.concerns if one.group == WATCHED)
    raised = RELEASE.measure_by_id[row.measure].label
    (theme,) = (one for one in only(block(RELEASE)).themes if one.theme == raised)
    assert row.words.endswith(f": {theme.said[0][1]}")
    assert theme.said[0][1][:2].isdigit()


def test_a_gap_that_is_clear_against_each_of_them_is_said_to_be_of_both_traits() -> None:
    (theme, *_) = only(block(with_gap(RELEASE, -30, 12))).themes
    assert theme.both == words.CLEAR_AGAINST_ALL
    assert theme.said[1][1].startswith("30 fewer in every 100 answers were positive (")
    assert only(block(with_gap(RELEASE, 30, 12))).themes[0].both
    (theme, *_) = only(block(with_gap(RELEASE, -10, 14))).themes
    assert theme.both == ""
    assert theme.said[1][1].startswith("No clear difference (plausible range ")


@pytest.mark.parametrize(
    ("state", "kind", "is_clear"),
    [
        ("emerging", "concern", True),
        ("serious", "concern", True),
        ("watched", "concern", False),
        ("serious", "strength", False),
        (None, None, False),
    ],
)
def test_a_gap_that_was_raised_is_clear_though_its_range_ends_at_0(
    state: ConcernState | None, kind: ConcernKind | None, *, is_clear: bool
) -> None:
    release = with_gap(RELEASE, -30, 12)
    theme = release.measures[0].measure
    rows = tuple(
        replace(one, upper=0)
        if (one.group, one.measure, one.against) == (WATCHED, theme, "force")
        else one
        for one in release.comparisons
    )
    raised = (
        ()
        if kind is None or state is None
        else (ConcernRow(WATCHED, theme, kind, state, "force", -30, -60, 0, 9, "Said.", ""),)
    )
    found = block(replace(release, comparisons=rows, concerns=raised))
    assert only(found).themes[0].both == (words.CLEAR_AGAINST_ALL if is_clear else "")
    # Nor does what was raised make the two others clear.
    wide = with_gap(RELEASE, -30, 40)
    assert only(block(replace(wide, concerns=raised))).themes[0].both == ""


def test_the_two_others_are_not_said_where_one_of_them_is_hidden() -> None:
    release = make_release(hidden=frozenset({"ethnicity=majority&probationer=yes"}))
    for theme in only(block(release)).themes:
        assert dict(theme.said)[PEERS] == words.NO_COMPARISON
        assert theme.both == ""
    assert PEERS not in only(block(release)).unseen


def test_the_smallest_gaps_that_could_have_been_seen_stand_below() -> None:
    base = RELEASE.group_by_id[WATCHED].base
    said = only(block(RELEASE)).unseen
    assert said.startswith(f"Among about {base} answers, a gap of less than about ")
    assert all(f"points from {one}" in said for one in ("everyone else", PEERS, SETTLED))


def test_how_many_answered_is_the_groups_own_rate_or_that_of_larger_groups() -> None:
    groups = tuple(
        replace(one, response_rate=45, headcount=100) if one.group == WATCHED else one
        for one in RELEASE.groups
    )
    own = block(replace(RELEASE, groups=groups)).response
    assert own == "About 45% of those who were asked answered."
    assert block(RELEASE).response == (
        "How many answered in the larger groups that these people are in: Minority ethnic, about "
        "65%; In probation, about 65%; The whole force, about 65%."
    )


FAMILY = "command=response&ethnicity=minority"
"""Stands in for the watched group in one family of commands."""
RUNG = LadderRow(NAME, FAMILY, 1, FAMILY, "group", "Response, minority", "shown")


def test_a_board_sees_all_three_for_the_force_where_its_own_rung_is_a_part() -> None:
    release = replace(RELEASE, ladders=(RUNG,))
    part, whole = of_board(release).compared
    assert (part.whose, whole.whose) == ("", "across the whole force")
    assert [whom for whom, _ in part.themes[0].said] == ["Everyone else"]
    assert [whom for whom, _ in whole.themes[0].said] == ["Everyone else", PEERS, SETTLED]
    # Nothing is said of the family of commands itself, which holds other boards' commands.
    assert "Response," not in of_board(release).response


def test_no_aggregate_stands_for_a_specific_group() -> None:
    black = (("Black colleagues", "ethnicity=black"),)
    for hidden in (frozenset[str](), frozenset({"ethnicity=black"})):
        found = block(make_release(hidden=hidden, intersections=black))
        assert found.specific == words.SPECIFIC.format("Black", "Minority ethnic")
        assert "Minority ethnic" not in found.columns
        assert bool(found.rows) == (not hidden)
    assert block(RELEASE).specific == ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("compared"), waves=())


def test_pages_hold_the_comparisons_in_words(site: Site) -> None:
    for pages in both(site, RELEASE):
        page = pages["watched"]
        assert f"<strong>{PEERS}:</strong>" in page
        assert f"<strong>{SETTLED}:</strong>" in page
        assert "often stays unseen." in page
        assert "they raise no finding of their own" in pages["method"]
