"""Who is compared with whom is settled by the plan alone."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures

from analysis.publish.pairs import pairs, rests
from analysis.tally import tally

PLAN = fixtures.plan()
BY_GROUP = {pair.group: pair for pair in pairs(PLAN)}


def test_every_group_but_the_force_is_compared_once() -> None:
    assert list(BY_GROUP) == [group.id for group in PLAN.groups if group.id != "force"]
    assert len(pairs(PLAN)) == len(BY_GROUP)


def test_everything_is_compared_with_the_rest_of_the_force() -> None:
    assert {pair.against for pair in pairs(PLAN)} == {"force"}


def test_families_are_those_that_the_questionnaire_declares() -> None:
    families: dict[str, list[str]] = {}
    for pair in pairs(PLAN):
        families.setdefault(pair.family, []).append(pair.group)
    assert families["command"] == [f"command={one}" for one in ("response", "specialist")] + [
        f"command={one}" for one in ("north", "south", "crime")
    ]
    assert families["within command=north"] == ["command=north-a", "command=north-b"]
    assert len(families["ethnicity"]) == 6
    assert families["probationer"] == ["probationer=yes", "probationer=no"]
    assert len(families["command x ethnicity"]) == 10
    named = families["intersection Minority-background probationers"]
    assert named == ["ethnicity=minority&probationer=yes"]
    assert len(families["ethnicity x probationer"]) == 3
    assert len(families) == 9
    inside = {pair.family for pair in pairs(PLAN) if pair.share == "departments"}
    assert inside == {f"within command={one}" for one in ("north", "south", "crime")}


def test_without_named_intersections_no_group_stands_alone() -> None:
    families = {pair.family for pair in pairs(replace(PLAN, intersections=()))}
    assert not any(name.startswith("intersection") for name in families)


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
