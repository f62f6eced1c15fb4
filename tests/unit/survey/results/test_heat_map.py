from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, make_release

from analysis.release.model import Release
from survey.results import bands
from survey.results.charts import heat_map
from survey.results.charts.heat_map import NOT_ASKED, NOT_SHOWN
from survey.results.scope import COMMAND, of_command

RELEASE = make_release()


def drawn(release: Release = RELEASE) -> dict[str, heat_map.Row]:
    """Rows of a board's heat map by label."""
    scope = of_command(release, NORTH)
    assert scope is not None
    assert scope.command is not None
    plan = [*bands.board_command(release, scope.command), *bands.across_force(release)]
    chart = heat_map.draw(release, "map", "Caption", plan, {})
    return {row.label: row for band in chart.bands for row in band.rows}


def with_estimate(group: str, **changes: object) -> Release:
    """The Release with the figure of leadership in one group changed."""
    rows = tuple(
        replace(row, **changes) if (row.group, row.measure) == (group, "leadership") else row
        for row in RELEASE.estimates
    )
    return replace(RELEASE, estimates=rows)


def test_every_theme_has_a_column_and_every_row_a_cell_for_each() -> None:
    rows = drawn()
    assert {len(row.cells) for row in rows.values()} == {5}


def test_a_shown_cell_says_what_the_release_says() -> None:
    estimate = RELEASE.estimate_by_key[f"command={NORTH}", "leadership"]
    cell = drawn()["Response North"].cells[0]
    assert cell.text == f"{estimate.positive}%"
    assert cell.ranged == f"{estimate.positive}% ({estimate.lower} to {estimate.upper})"


def test_a_hidden_group_keeps_its_row_and_every_cell_is_the_same_object() -> None:
    row = drawn()["Response North, team 2"]
    assert all(cell is NOT_SHOWN for cell in row.cells)
    assert row.answers == "number not shown"


def test_a_coded_share_carries_its_bound() -> None:
    release = with_estimate(f"command={NORTH}", positive=90, positive_bound="or_more")
    cell = drawn(release)["Response North"].cells[0]
    assert (cell.text, cell.spoken) == ("≥90%", "90% or more")


def test_colour_is_the_distance_from_the_force() -> None:
    force = RELEASE.estimate_by_key["force", "leadership"].positive or 0
    below = drawn(with_estimate(f"command={NORTH}", positive=force - 10))
    near = drawn(with_estimate(f"command={NORTH}", positive=force + 2))
    assert below["Response North"].cells[0].fill == "#de8344"
    assert near["Response North"].cells[0].fill == drawn()["The whole force"].cells[0].fill


@pytest.mark.parametrize(("bound", "points"), [("or_more", -10), ("or_less", 10)])
def test_no_colour_says_more_than_a_coded_share(bound: str, points: int) -> None:
    force = RELEASE.estimate_by_key["force", "leadership"].positive or 0
    near = drawn()["The whole force"].cells[0].fill
    group = f"command={NORTH}"
    for moved, painted in ((points, False), (-points, True)):
        release = with_estimate(group, positive=force + moved, positive_bound=bound)
        assert (drawn(release)["Response North"].cells[0].fill != near) is painted


def test_raised_figures_are_marked_and_no_others() -> None:
    raised = {(row.group, row.measure): row.kind for row in RELEASE.concerns}
    rows = drawn()
    assert rows["Response North"].cells[2].mark == raised[f"command={NORTH}", "discrimination"]
    assert sum(cell.mark != "" for row in rows.values() for cell in row.cells) == 3


def test_what_was_raised_before_and_is_not_now_is_not_marked() -> None:
    past = tuple(replace(row, state="cleared", before="spring") for row in RELEASE.concerns)
    rows = drawn(replace(RELEASE, concerns=past))
    assert not [cell.mark for row in rows.values() for cell in row.cells if cell.mark]


def test_few_answers_are_marked_low_base() -> None:
    assert drawn(with_estimate(f"command={NORTH}", base=25))["Response North"].cells[0].low_base
    assert not drawn(with_estimate(f"command={NORTH}", base=30))["Response North"].cells[0].low_base


def test_a_theme_that_was_not_asked_says_so() -> None:
    kept = tuple(row for row in RELEASE.estimates if row.measure != "leadership")
    cells = drawn(replace(RELEASE, estimates=kept))["The whole force"].cells
    assert cells[0] is NOT_ASKED
    assert cells[1].state == "shown"


def test_a_crossing_drops_the_command_that_its_heading_names() -> None:
    scope = of_command(RELEASE, "response-south")
    assert scope is not None
    assert scope.command is not None
    titles = {band.title: band for band in bands.board_command(RELEASE, scope.command)}
    labels = [label for _, label, _ in titles["Response South by ethnicity"].groups]
    assert labels == ["Minority ethnic", "White"]
    assert all(COMMAND in row.group for row, _, _ in titles["Response South by ethnicity"].groups)
