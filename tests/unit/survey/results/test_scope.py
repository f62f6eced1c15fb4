from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, SOUTH, make_release

from survey.results import findings
from survey.results.scope import Scope, of_command, whole_force

RELEASE = make_release()


def board(command: str = NORTH) -> Scope:
    found = of_command(RELEASE, command)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "group",
    [
        "force",
        f"command={NORTH}",
        f"command={NORTH}-1",
        f"command={NORTH}&ethnicity=minority",
        "ethnicity=asian",
        "ethnicity=minority&probationer=yes",
    ],
)
def test_a_board_sees_its_own_command_and_what_is_force_wide(group: str) -> None:
    assert group in board().groups


@pytest.mark.parametrize(
    "group",
    [
        f"command={SOUTH}",
        f"command={SOUTH}-1",
        f"command={SOUTH}&ethnicity=minority",
        "command=response",
        "command=response&ethnicity=minority",
    ],
)
def test_a_board_sees_no_other_command_and_no_family(group: str) -> None:
    assert group in RELEASE.group_by_id
    assert group not in board().groups


def test_scope_is_the_same_whether_or_not_a_group_is_shown() -> None:
    everything = make_release(hidden=frozenset())
    scope = of_command(everything, NORTH)
    assert scope is not None
    assert scope.groups == board().groups


def test_families_and_departments_have_no_board() -> None:
    for unit in ("response", f"{NORTH}-1", "nowhere", ""):
        assert of_command(RELEASE, unit) is None


def test_a_release_without_commands_has_no_boards() -> None:
    without = tuple(one for one in RELEASE.manifest.breakdowns if one.id != "command")
    release = replace(RELEASE, manifest=replace(RELEASE.manifest, breakdowns=without))
    assert of_command(release, NORTH) is None


def test_hr_sees_everything() -> None:
    assert whole_force(RELEASE).groups == set(RELEASE.group_by_id)


def test_a_board_reads_no_finding_about_another_command() -> None:
    found = findings.findings(RELEASE, board())
    groups = [one.group for one in (*found.concerns, *found.strengths)]
    assert groups == [
        "Response North",
        "Response North, team 1",
        "Minority-background probationers",
    ]


def test_findings_are_ordered_by_gap_times_people() -> None:
    found = findings.findings(RELEASE, whole_force(RELEASE)).concerns
    sizes = [abs(one.gap) * one.people for one in found]
    assert sizes == sorted(sizes, reverse=True)
