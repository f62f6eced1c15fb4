"""Bands: two groups share one exactly when their ranges overlap, and no figure orders anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from fixtures_release import HIDDEN, NORTH, make_release
from fixtures_results import Site, make_site
from fixtures_rooms import hr_reading, shown
from html_page import parse
from hypothesis import given
from hypothesis import strategies as st

from analysis.release.model import Release
from survey.results import told_apart
from survey.results.bands import across_force, board_command, departments
from survey.results.scope import of_command
from survey.results.told_apart import Range, apart, bands

RELEASE = make_release()
THEME = "leadership"
RANGES = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 40)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=9,
).map(lambda found: {f"g{at}": one for at, one in enumerate(found)})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("apart"), waves=())


@given(RANGES)
def test_two_groups_share_a_band_exactly_when_their_ranges_overlap(
    ranges: dict[str, Range],
) -> None:
    placed = bands(ranges)
    assert set(placed) == set(ranges)
    for one, other in combinations(ranges, 2):
        overlap = ranges[one][0] <= ranges[other][1] and ranges[other][0] <= ranges[one][1]
        share = placed[one][0] <= placed[other][1] and placed[other][0] <= placed[one][1]
        assert share == overlap
    # Every band holds somebody, and who lies wholly lower is in lower bands.
    every = {at for first, last in placed.values() for at in range(first, last + 1)}
    assert every == set(range(1, len(every) + 1))
    for one, other in combinations(ranges, 2):
        if ranges[one][1] < ranges[other][0]:
            assert placed[one][1] < placed[other][0]


@given(RANGES)
def test_no_band_holds_another(ranges: dict[str, Range]) -> None:
    placed = bands(ranges)
    last = max((one for _, one in placed.values()), default=0)
    sets = [
        {group for group, (low, high) in placed.items() if low <= at <= high}
        for at in range(1, last + 1)
    ]
    assert not any(one <= other for one in sets for other in sets if one is not other)


def test_a_wide_range_does_not_join_two_that_miss_each_other() -> None:
    placed = bands({"low": (40, 44), "wide": (35, 65), "high": (56, 60)})
    assert placed == {"low": (1, 1), "wide": (1, 2), "high": (2, 2)}


def test_ranges_that_touch_overlap_and_nobody_is_nowhere() -> None:
    assert bands({"a": (40, 50), "b": (50, 60)}) == {"a": (1, 1), "b": (1, 1)}
    assert bands({}) == {}


def ranged(release: Release, limits: dict[str, Range]) -> Release:
    """The Release with other ranges of one theme; all other ranges are everything."""
    rows = [
        row
        if row.lower is None
        else replace(
            row,
            lower=limits.get(row.group, (0, 100))[0] if row.measure == THEME else 0,
            upper=limits.get(row.group, (0, 100))[1] if row.measure == THEME else 100,
        )
        for row in release.estimates
    ]
    return replace(release, estimates=tuple(rows))


def of_north(release: Release) -> told_apart.Apart:
    scope = of_command(release, NORTH)
    assert scope is not None
    assert scope.command is not None
    return apart(release, board_command(release, scope.command))


def test_departments_stand_in_the_order_of_the_plan_with_their_bands() -> None:
    release = ranged(RELEASE, {f"command={NORTH}-1": (70, 80), f"command={NORTH}-3": (40, 60)})
    (made,) = of_north(release).lists
    assert made.title == "Departments of Response North"
    assert made.themes == (RELEASE.measure_by_id[THEME].label,)
    # The second one is not shown; the first lies above the third and still stands first.
    assert [row.bands for row in made.rows] == [("2",), ("[c]",), ("1",)]


def test_where_all_overlap_the_page_says_so_and_lists_nothing() -> None:
    found = of_north(ranged(RELEASE, {}))
    assert found.lists == ()
    assert "Departments of Response North" in found.alike


def test_a_page_explains_bands_where_it_has_any(site: Site) -> None:
    for limits, listed in (({}, False), ({"sex=male": (1, 2), "sex=female": (8, 9)}, True)):
        with site.app.test_request_context("/results"):
            page = parse(shown(hr_reading(ranged(RELEASE, limits)))["groups"]).text
        assert ("so the figures cannot tell them apart: " in page) == (not listed)
        assert ("Band 1 is the least positive." in page) == listed
        assert ("[c] is not shown." in page) == listed


def test_a_group_that_is_not_shown_is_in_no_band_whatever_hides_it() -> None:
    for hidden in (HIDDEN, HIDDEN | {"sex=male"}):
        release = make_release(hidden=hidden)
        for made in apart(release, [*across_force(release), *departments(release)]).lists:
            for row in made.rows:
                assert all(one == "[c]" for one in row.bands) == any(
                    one == "[c]" for one in row.bands
                )


def test_a_group_is_not_set_beside_what_holds_it() -> None:
    release = ranged(RELEASE, {"ethnicity=minority": (10, 20), "ethnicity=asian": (60, 80)})
    # Everybody else overlaps with both, so only those two could be told apart.
    assert apart(release, across_force(release)).lists == ()
