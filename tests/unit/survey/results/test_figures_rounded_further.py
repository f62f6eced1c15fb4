"""The pages say which figures stand in coarser steps than others, in plain words, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, WAVES, make_release
from fixtures_results import Site, make_site
from fixtures_rooms import both, hr_reading, theme_of
from html_page import parse

from analysis.release.model import Release
from survey.results import words
from survey.results.charts import trend_lines
from survey.results.rounded import further, listed
from survey.results.scope import of_command

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


def marks(pages: dict[str, str]) -> list[str]:
    """What each [r] of some pages says."""
    roots = [parse(page).root for page in pages.values()]
    return [
        one.get("title", "") for root in roots for one in root.iter("abbr") if one.text == "[r]"
    ]


def theme(site: Site, release: Release, group: str) -> str:
    with site.app.test_request_context("/results/hr"):
        return theme_of(hr_reading(release), "leadership", group)


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
    pages, _ = both(site, COARSE)
    teams, own = (marks({name: pages[name]}) for name in ("departments", "themes"))
    assert sorted(teams) == ["rounded to 10 points"] * 2 + ["rounded to 5 points"]
    assert own == ["rounded to 5 points"]
    assert "rounded to 5 points, and those marked [r] further" in pages["method"]
    assert "is rounded further than other figures, so that nobody" in pages["method"]
    assert "[r]</strong> rounded further, to 5 or 10 points" in pages["departments"]
    assert "), rounded to 10" in pages["departments"]
    assert "which of them are rounded further than others" in pages["files"]


def test_hr_reads_the_same_marks(site: Site) -> None:
    found = marks(both(site, COARSE)[1])
    assert found.count("rounded to 10 points") == 2
    assert "rounded to 5 points" in found


def test_nothing_is_said_where_nothing_is_rounded_further(site: Site) -> None:
    for pages in both(site, PLAIN):
        del pages["method"]
        assert not marks(pages)
        for page in pages.values():
            read = parse(page)
            assert "further" not in read.text.replace("so bars further right", "")
            assert not [one for one in read.root.iter() if one.get("id") == "rounded"]


def test_a_statement_says_that_its_bar_is_rounded_further(site: Site) -> None:
    assert "(rounded to 20 points)" in theme(site, COARSE, TEAMS[0])
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
