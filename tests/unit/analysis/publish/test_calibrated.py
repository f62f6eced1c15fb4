"""The force weighted to two characteristics at once, from what is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.errors import ReleaseError
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.statistics.weighting import rake

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
PEOPLE = {("north", 0): 1500, ("north", 1): 300, ("south", 0): 900, ("south", 1): 700,
          ("crime", 0): 700, ("crime", 1): 900}  # fmt: skip
RATE = {"north": 0.8, "south": 0.6, "crime": 0.45}
POSITIVE = {"north": 0.75, "south": 0.6, "crime": 0.4}
COMMANDS = list(RATE)


def uneven() -> tuple[Study, dict[str, int]]:
    """Few of crime answered, fewer of a minority; both answer less positively."""
    rng, columns = np.random.default_rng(4), []
    for (command, minority), people in PEOPLE.items():
        n = round(people * (RATE[command] - 0.15 * minority))
        positive = rng.random(n) < POSITIVE[command] - 0.2 * minority
        columns.append(np.column_stack([
            2 * COMMANDS.index(command) + rng.integers(0, 2, n),
            minority * rng.integers(1, 4, n),
            np.where(positive, 0, 4),
        ]))  # fmt: skip
    unit, ethnicity, led = np.concatenate(columns).T
    study = small(len(led))
    headcounts = {}
    for command in COMMANDS:
        whole = PEOPLE[command, 0] + PEOPLE[command, 1]
        headcounts |= {f"command={command}-a": whole // 2, f"command={command}-b": whole // 2}
    minority = sum(people for (_, few), people in PEOPLE.items() if few)
    few = {"asian": minority // 3, "black": minority // 3}
    few["mixed"] = minority - sum(few.values())
    headcounts |= {f"ethnicity={one}": people for one, people in few.items()}
    headcounts["ethnicity=white"] = sum(PEOPLE.values()) - minority
    return with_answers(study, unit=unit, ethnicity=ethnicity, led=led), headcounts


@pytest.fixture(scope="module")
def study() -> tuple[Study, dict[str, int]]:
    return uneven()


@pytest.fixture(scope="module")
def release(study: tuple[Study, dict[str, int]]) -> Release:
    return released(*study)


def released(study: Study, headcounts: dict[str, int]) -> Release:
    parts = (study.codebook, study.plan, study.microdata)
    return publish(*parts, wave=WAVE, policy=DisclosurePolicy(), headcounts=headcounts)


def test_the_weighted_figure_is_that_of_raking_with_every_answer(
    study: tuple[Study, dict[str, int]], release: Release
) -> None:
    of = study[0].microdata
    command, minority = of.variables["unit"] // 2, (of.variables["ethnicity"] > 0).astype(int)
    positive = of.items["led"] == 0
    joint, yes = np.zeros((3, 2)), np.zeros((3, 2))
    np.add.at(joint, (command, minority), 1)
    np.add.at(yes, (command[positive], minority[positive]), 1)
    people = np.array(list(PEOPLE.values())).reshape(3, 2) * len(positive) / sum(PEOPLE.values())
    weights = rake(joint, {0: people.sum(axis=1), 1: people.sum(axis=0)})
    exact = 100 * (weights * yes).sum() / joint.sum()
    row = release.estimate_by_key[FORCE, "led"]
    assert row.weighted == pytest.approx(exact, abs=1)
    # By commands alone it would have moved less far.
    once = (people.sum(axis=1) / joint.sum(axis=1) * yes.sum(axis=1)).sum() / joint.sum()
    assert 100 * once - exact > 1


def test_what_it_costs_stands_beside_it(release: Release) -> None:
    (row,) = (one for one in release.representativeness if one.kind == "together")
    assert (row.group, row.breakdown, row.status) == (FORCE, "command + ethnicity", "shown")
    assert row.effective is not None
    assert 0.7 * (release.groups[0].base or 0) < row.effective < (release.groups[0].base or 0)
    assert (row.moved or 0) >= 3


def test_characteristics_whose_crossing_is_not_published_are_weighted_one_by_one(
    study: tuple[Study, dict[str, int]],
) -> None:
    plan = study[0].plan
    tables = tuple(one for one in plan.tables if one.id != "command-ethnicity")
    without = released(replace(study[0], plan=replace(plan, tables=tables)), study[1])
    assert "together" not in {one.kind for one in without.representativeness}
    assert without.estimate_by_key[FORCE, "led"].weighted is not None


def test_another_figure_is_refused(release: Release) -> None:
    check(release)
    rows = tuple(
        replace(one, effective=(one.effective or 0) + 10) if one.kind == "together" else one
        for one in release.representativeness
    )
    with pytest.raises(ReleaseError, match="representativeness: what is said of force"):
        check(replace(release, representativeness=rows))
