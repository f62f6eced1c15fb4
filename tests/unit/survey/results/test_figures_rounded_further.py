"""The pages say which figures stand in coarser steps than others, in plain words, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, WAVES, make_release
from fixtures_results import Site, make_site
from flask import render_template
from html_page import Page, parse

from analysis.release.model import Release
from survey.results import words
from survey.results.board import board_page
from survey.results.charts import trend_lines
from survey.results.hr import hr_page
from survey.results.rounded import further, listed
from survey.results.scope import of_command, whole_force
from survey.results.themes import theme_page

OWN = f"command={NORTH}"
TEAMS = tuple(f"{OWN}-{number}" for number in (1, 2, 3))  # 60 people, hidden, 40 people
PLAIN = make_release()
COARSE = replace(
    PLAIN,
    manifest=replace(
        PLAIN.manifest,
        coarser=(
            ((OWN,), (("grievance", 5),)),
            (TEAMS, (("leadership", 10), ("leadership-1", 20), ("grievance", 5))),
        ),
    ),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("rounded"))


def board(site: Site, release: Release) -> Page:
    scope = of_command(release, NORTH)
    assert scope is not None
    assert scope.command is not None
    with site.app.test_request_context("/results/hr"):
        page = board_page(release, [release], scope, scope.command)
        return parse(render_template("results/board.html", page=page).encode())


def hr(site: Site, release: Release) -> Page:
    with site.app.test_request_context("/results/hr"):
        page = hr_page(release, [release])
        return parse(render_template("results/hr.html", page=page).encode())


def theme(site: Site, release: Release, group: str) -> str:
    with site.app.test_request_context("/results/hr"):
        page = theme_page(
            *(release, [release], whole_force(release)),
            theme=release.measure_by_id["leadership"],
            group=group,
            back=("/", "Back"),
        )
        return render_template("results/theme.html", page=page)


def test_steps_in_words() -> None:
    assert words.points(()) == ""
    assert words.points([5]) == "5 points"
    assert words.points([20, 5, 10, 5]) == "5, 10 or 20 points"


def test_only_shown_figures_in_steps_that_their_base_does_not_ask_for_are_rounded_further() -> None:
    assert further(COARSE, OWN, "grievance") == 5
    assert further(COARSE, TEAMS[0], "leadership") == 10
    assert further(COARSE, TEAMS[0], "grievance") == 0  # 60 people stand in 5 points anyway
    assert further(COARSE, TEAMS[1], "leadership") == 0  # hidden
    assert further(COARSE, OWN, "leadership") == 0


def test_the_list_names_shown_groups_of_the_page_and_their_figures() -> None:
    scope = of_command(COARSE, NORTH)
    assert scope is not None
    own, teams = listed(COARSE, scope)
    assert own.figures == (("5 points", ("Misconduct and Grievance",)),)
    assert len(teams.groups) == 2
    statement = COARSE.measure_by_id["leadership-1"].label
    assert teams.figures == (("10 points", ("Leadership",)), ("20 points", (statement,)))
    assert listed(COARSE, replace(scope, groups=frozenset())) == ()


def test_a_board_is_told_at_each_figure_and_below_the_heat_map(site: Site) -> None:
    page = board(site, COARSE)
    marks = [one.get("title") for one in page.root.iter("abbr") if one.text == "[r]"]
    assert sorted(map(str, marks)) == ["rounded to 10 points"] * 2 + ["rounded to 5 points"]
    assert "rounded to 5 points, and those marked [r] further, so that nobody" in page.text
    assert "[r] rounded further, to 5 or 10 points" in page.text
    assert "), rounded to 10" in page.text
    assert "which of them are rounded further than others" in page.text


def test_hr_reads_the_same_marks(site: Site) -> None:
    found = [one.get("title") for one in hr(site, COARSE).root.iter("abbr") if one.text == "[r]"]
    assert found.count("rounded to 10 points") == 2
    assert "rounded to 5 points" in found


@pytest.mark.parametrize("page", [board, hr])
def test_nothing_is_said_where_nothing_is_rounded_further(site: Site, page: object) -> None:
    read = page(site, PLAIN)  # type: ignore[operator]
    assert "[r]" not in read.text
    assert "further" not in read.text.replace("so bars further right", "")
    assert not [one for one in read.root.iter() if one.get("id") == "rounded"]


def test_a_statement_says_that_its_bar_is_rounded_further(site: Site) -> None:
    assert "(rounded to 20 points)" in theme(site, COARSE, TEAMS[0])
    assert "those of statements that say so further" in theme(site, COARSE, TEAMS[0])
    assert "(rounded to" not in theme(site, COARSE, OWN)
    assert "rounded to 20" not in theme(site, COARSE, TEAMS[1])


def test_a_figure_of_an_earlier_wave_is_rounded_as_it_was_published(site: Site) -> None:
    """The lines of the winter copy what the autumn published, in the steps of then."""
    autumn = make_release("autumn")
    coarse = replace(autumn, manifest=COARSE.manifest)
    coarse = replace(coarse, manifest=replace(coarse.manifest, wave="autumn"))
    plan = trend_lines.PanelPlan("t", "T", "leadership", [(TEAMS[0], "Team", "main")])
    titles = {wave: wave for wave in WAVES}
    (panel,) = trend_lines.draw(PLAIN, [plan], titles, [coarse])
    said = {wave: cells[0] for wave, cells in panel.rows}
    assert said["autumn"].endswith("rounded to 10")
    assert "rounded" not in said["winter"]
