"""A hidden group's place on the pages: the rung that its ladder reaches, and whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, WATCHED, make_release
from fixtures_results import Site, make_site
from fixtures_rooms import both

from analysis.release.model import Release
from analysis.release.rows import LadderRow
from survey.results import intersections, levels, words
from survey.results.charts import heat_map
from survey.results.charts.heat_map import BandPlan
from survey.results.scope import Scope, of_command, whole_force

NAME = "Minority-background probationers"
TEAM = f"command={NORTH}-2"
OWN = f"command={NORTH}&ethnicity=minority"
"""Stands in for the watched group in one command: it is declared, and hidden."""
INSTEAD = LadderRow(
    *("t1", TEAM, 2, f"command={NORTH}", "level"),
    *("Response North (this department is not shown)", "shown"),
)


def watched(*rungs: tuple[int, str | None, str, str], asked: str = OWN) -> tuple[LadderRow, ...]:
    return tuple(
        LadderRow(NAME, asked, number, group, kind, label, "shown" if group else "c")  # type: ignore[arg-type]
        for number, group, kind, label in rungs
    )


FORCE_WIDE = watched((3, WATCHED, "force", "Minority, in probation (this command is not shown)"))
SELF = watched((1, WATCHED, "group", "Minority, in probation"), asked=WATCHED)
MARGINS = watched(
    (4, "ethnicity=minority", "margins", "Minority (this command is not shown)"),
    (4, "probationer=yes", "margins", "In probation (this command is not shown)"),
)
NOTHING = watched((5, None, "absence", "Not shown"))


def with_ladders(*rows: LadderRow) -> Release:
    return replace(make_release(), ladders=rows)


def scope(release: Release) -> Scope:
    found = of_command(release, NORTH)
    assert found is not None
    return found


def block(release: Release) -> intersections.IntersectionBlock:
    (found,) = intersections.blocks(release, scope(release))
    return found


def row(release: Release, group: str) -> heat_map.Row:
    plan = BandPlan("Band", [(release.group_by_id[group], "Team", None)])
    ((drawn,),) = (one.rows for one in heat_map.draw(release, "m", "Map", [plan], {}).bands)
    return drawn


def test_a_hidden_department_has_the_figures_of_its_command_and_says_so() -> None:
    release = with_ladders(INSTEAD)
    hidden, command = row(release, TEAM), row(release, f"command={NORTH}")
    assert hidden.instead == INSTEAD.label
    assert hidden.answers == "number not shown"
    assert [cell.text for cell in hidden.cells] == [cell.text for cell in command.cells]
    assert {cell.state for cell in hidden.cells} == {"instead"}
    assert not any(cell.fill or cell.mark for cell in hidden.cells)
    assert any(cell.mark for cell in command.cells)
    assert {cell.state for cell in row(with_ladders(), TEAM).cells} == {"not_shown"}


def test_a_measure_that_is_hidden_at_the_rung_is_not_shown() -> None:
    release = with_ladders(INSTEAD)
    estimates = tuple(
        replace(one, status="c", positive=None)
        if (one.group, one.measure) == (f"command={NORTH}", "leadership")
        else one
        for one in release.estimates
    )
    states = [cell.state for cell in row(replace(release, estimates=estimates), TEAM).cells]
    assert states.count("not_shown") == 1
    assert set(states) == {"instead", "not_shown"}


def test_the_watched_group_of_a_command_stands_on_its_rung_with_its_label() -> None:
    found = block(with_ladders(*SELF, *FORCE_WIDE))
    assert found.whose == "Minority, in probation (this command is not shown)"
    assert found.columns[0] == "Minority ethnic, In probation"
    assert [one.whose for one in found.compared] == [""]


def test_a_wider_crossing_is_labelled_and_compared() -> None:
    wider = "ethnicity=minority&probationer=no"
    label = "Minority, first five years (this command is not shown)"
    found = block(with_ladders(*SELF, *watched((3, wider, "wider", label))))
    assert found.whose == label
    assert found.columns[0] == "Minority ethnic, Not in probation"
    own, across = found.compared
    assert (own.whose, across.whose) == ("", "across the whole force")
    assert len(own.themes) == len(across.themes) == 5


def test_margins_stand_side_by_side_and_do_not_speak_of_both() -> None:
    found = block(with_ladders(*SELF, *MARGINS))
    assert found.apart
    assert found.columns == ("Minority ethnic", "In probation", "The whole force")
    assert found.compared == ()


def test_absence_says_how_many_of_larger_groups_answered() -> None:
    found = block(with_ladders(*SELF, *NOTHING))
    assert not found.rows
    assert found.response == (
        "How many answered in the larger groups that these people are in: Response North, about "
        "65%; Minority ethnic, about 65%; The whole force, about 65%."
    )


def test_a_board_sees_no_other_unit_beside_its_rung_but_the_whole_named_group() -> None:
    rows = watched((2, "command=response&ethnicity=minority", "level", "Response"))
    release = with_ladders(*SELF, *rows)
    assert block(release).columns == (
        "Response, Minority ethnic",
        "Minority ethnic, In probation",
        "The whole force",
    )


def test_a_command_that_no_table_asks_for_climbs_from_its_family() -> None:
    family = "command=response&ethnicity=minority"
    rows = watched((1, family, "group", "Response, minority"), asked=family)
    whose = block(with_ladders(*SELF, *rows)).whose
    assert whose == f"Response, minority{words.NOT_OF_COMMAND}"
    higher = watched((2, WATCHED, "force", "Both (this family is not shown)"), asked=family)
    assert block(with_ladders(*SELF, *higher)).whose == "Both (this family is not shown)"
    (whole,) = intersections.blocks(release := with_ladders(*SELF, *rows), whole_force(release))
    assert [command for command, _ in whole.places] == ["Response North", "Response South"]


def test_who_sees_all_commands_sees_what_each_of_them_shows() -> None:
    release = with_ladders(*SELF, *FORCE_WIDE)
    (found,) = intersections.blocks(release, whole_force(release))
    assert found.places == (("Response North", FORCE_WIDE[0].label),)
    assert found.whose == "Minority, in probation"
    assert block(release).places == ()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("ladders"), waves=())


@pytest.mark.parametrize("rungs", [FORCE_WIDE, MARGINS, NOTHING])
def test_a_hidden_group_looks_the_same_whoever_is_in_it(
    site: Site, rungs: tuple[LadderRow, ...]
) -> None:
    clean = with_ladders(*SELF, *rungs, INSTEAD)
    found = []
    for base in (0, 3, 412):
        groups = tuple(
            replace(one, base=base, response_rate=base) if one.status == "c" else one
            for one in clean.groups
        )
        found.append(both(site, replace(clean, groups=groups)))
    assert found[0] == found[1] == found[2]
    assert "Response North (this department is not shown)" in found[0][0]["departments"]


def levels_left_out(*left_out: tuple[str, str]) -> tuple[str, ...]:
    return levels.not_published(make_release(not_published=left_out))


def test_a_level_that_is_left_out_is_said_in_words() -> None:
    (table,) = levels_left_out(("t1", "command=department"))
    assert table == (
        "The table by command is not published below command level: most of its groups there are "
        "too small to be shown, or protect others."
    )
    (crossing,) = levels_left_out(("t5", "command=command&ethnicity=roll_up"))
    assert crossing.startswith(
        "The table by command and ethnicity is not published below family level: "
    )
    (whole,) = levels_left_out(("t6", "ethnicity=roll_up&probationer=value"))
    assert whole.startswith("The table by ethnicity and probation is not published: ")
    assert levels_left_out() == ()
