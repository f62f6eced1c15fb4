"""The synthetic force: its shape, its stability, and that the seed alone decides it."""

from __future__ import annotations

from functools import cache

import numpy as np

from survey.demo.force import PEOPLE, UNIT, WAVES, Force, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire


@cache
def culture() -> Questionnaire:
    return loader.load(QUESTIONNAIRE)


@cache
def force() -> Force:
    return make_force(culture())


def shares(wave: int) -> dict[str, float]:
    counts = force().frame(wave).headcounts(culture())
    return {group: people / counts["force"] for group, people in counts.items()}


def test_force_has_twelve_commands_and_sixty_departments() -> None:
    units = culture().plan.breakdown_by_id["command"].values
    assert sum(unit.level == "command" for unit in units) == 12
    assert sum(unit.level == "department" for unit in units) == 60
    assert set(np.unique(force().options[UNIT])) == {
        unit.id for unit in units if unit.level == "department"
    }


def test_every_wave_has_about_5500_people() -> None:
    assert [force().frame(wave).n for wave in range(1, WAVES + 1)] == [PEOPLE] * WAVES


def test_shares_look_like_a_police_force() -> None:
    for wave in range(1, WAVES + 1):
        share = shares(wave)
        assert 0.08 < share["ethnicity=minority"] < 0.12
        assert 0.10 < share["probationer=yes"] < 0.14
        assert 0.40 < share["sex=female"] < 0.50
        assert 0.55 < share["employment=officer"] < 0.63


def test_many_groups_are_tiny() -> None:
    frame = force().frame(1)
    commands = culture().plan.breakdown_by_id["command"].values
    minorities = [
        int(frame.picked(culture(), (("command", unit.id), ("ethnicity", group))).sum())
        for unit in commands
        if unit.level == "department"
        for group in ("mixed", "asian", "black", "other")
    ]
    assert sum(0 < people < 10 for people in minorities) > 150


def test_most_people_stay_from_wave_to_wave() -> None:
    first, last = (set(force().frame(wave).people.tolist()) for wave in (1, WAVES))
    assert 0.85 * PEOPLE < len(first & last) < 0.95 * PEOPLE
    assert last - first
    assert first - last


def test_nobody_returns_to_probation() -> None:
    before = set[int]()
    for wave in range(1, WAVES + 1):
        frame = force().frame(wave)
        on_probation = frame.options["in_probation"] == "yes"
        assert before.isdisjoint(frame.people[on_probation].tolist())
        before |= set(frame.people[~on_probation].tolist())


def test_the_seed_alone_decides_the_force() -> None:
    again, other = make_force(culture()), make_force(culture(), seed=1)
    assert np.array_equal(again.outlook, force().outlook)
    for question, codes in force().options.items():
        assert np.array_equal(again.options[question], codes)
        assert not np.array_equal(other.options[question], codes)


def test_headcounts_add_up_level_by_level() -> None:
    counts = force().frame(2).headcounts(culture())
    for breakdown in culture().plan.breakdowns:
        for level in breakdown.levels:
            at_level = [value.id for value in breakdown.values if value.level == level]
            found = sum(counts[f"{breakdown.id}={value}"] for value in at_level)
            assert not at_level or found == counts["force"]


def test_no_group_thinks_differently_by_itself() -> None:
    for question, codes in force().options.items():
        for code in np.unique(codes):
            members = codes == code
            if question in {UNIT, "employment"}:
                assert abs(force().outlook[members].mean()) < 1e-3
                assert np.abs(force().leanings[members].mean(axis=0)).max() < 1e-3
    assert abs(force().outlook.std() - 1) < 1e-9
