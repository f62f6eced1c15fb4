"""Who is compared with whom is settled by the plan alone."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures

from analysis.publish.pairs import WAVE, pairs, rests
from analysis.tally import tally

PLAN = fixtures.plan()
BY_GROUP = {pair.group: pair for pair in pairs(PLAN)}


def test_every_group_but_the_force_is_compared_once() -> None:
    assert list(BY_GROUP) == [group.id for group in PLAN.groups if group.id != "force"]
    assert len(pairs(PLAN)) == len(BY_GROUP)


def test_a_department_is_compared_with_the_rest_of_its_command() -> None:
    assert BY_GROUP["command=north-a"].against == "command=north"
    assert BY_GROUP["command=south-a"].against == "command=south"


def test_everything_else_is_compared_with_the_rest_of_the_force() -> None:
    for group in ("command=north", "command=response", "ethnicity=asian", "probationer=yes"):
        assert BY_GROUP[group].against == "force"
    assert BY_GROUP["command=north&ethnicity=minority"].against == "force"


def test_a_named_intersection_is_a_family_and_all_else_is_one() -> None:
    named = BY_GROUP["ethnicity=minority&probationer=yes"].family
    assert [pair.group for pair in pairs(PLAN) if pair.family == named] == [
        "ethnicity=minority&probationer=yes"
    ]
    assert len({pair.family for pair in pairs(PLAN)}) == 2


def test_without_named_intersections_a_wave_is_one_family() -> None:
    assert {pair.family for pair in pairs(replace(PLAN, intersections=()))} == {WAVE}


def test_a_rest_is_everybody_else_in_what_the_group_stands_in() -> None:
    study = fixtures.small(300)
    groups = tally(study.codebook, PLAN, study.microdata).at_groups
    rest = groups.combined(rests(PLAN, pairs(PLAN)))
    position = {group.id: row for row, group in enumerate(PLAN.groups)}
    for row, pair in enumerate(pairs(PLAN)):
        mine, all_of = position[pair.group], position[pair.against]
        assert rest.people[row] == groups.people[all_of] - groups.people[mine]
        counts = groups.items["led"].people
        assert (rest.items["led"].people[row] == counts[all_of] - counts[mine]).all()
