"""How much of a gap goes with where people work: planted, and from published figures alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.attack.audit import audit
from analysis.errors import LeakingRelease, ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import StandardisedRow
from analysis.release.standardised import standardised_rows

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
MINORITY, WATCHED = "ethnicity=minority", "ethnicity=minority&probationer=yes"
N = 3000

Shares = tuple[float, float, float]
"""Of the commands north, south and crime."""


def planted(where: Shares, all_positive: Shares, fewer: float, seed: int = 3) -> Study:
    """A force in which `where` of minority colleagues work in each command, and 900 in all.

    Of a command `all_positive` answer positively, and `fewer` of its minority colleagues.
    """
    study, rng = small(N), np.random.default_rng(seed)
    minority = np.arange(N) < 900
    even = np.array([0.4, 0.35, 0.25])
    command = np.where(minority, rng.choice(3, N, p=np.array(where)), rng.choice(3, N, p=even))
    positive = rng.random(N) < np.array(all_positive)[command] - fewer * minority
    # Departments stand two by two in their commands, and white is the first ethnic group.
    return with_answers(
        replace(study, plan=replace(study.plan, standardise=(("command", "command"),))),
        unit=2 * command + rng.integers(0, 2, N),
        ethnicity=np.where(minority, rng.integers(1, 4, N), 0),
        in_probation=rng.choice(2, N, p=[0.2, 0.8]),
        led=np.where(positive, 0, 4),
        seen=np.where(positive, 1, 3),
    )


def released(study: Study) -> Release:
    return publish(
        *(study.codebook, study.plan, study.microdata), wave=WAVE, policy=DisclosurePolicy()
    )


def row(release: Release, group: str = MINORITY, measure: str = "leadership") -> StandardisedRow:
    (found,) = release.standardised_by_key[group, measure]
    return found


def gap_of(release: Release, group: str = MINORITY) -> int:
    found = release.comparison_by_key[group, "leadership", "force"].gap
    assert found is not None
    return found


def limits(found: StandardisedRow) -> tuple[int, int]:
    assert found.lower is not None
    assert found.upper is not None
    return found.lower, found.upper


@pytest.fixture(scope="module")
def by_command() -> Release:
    """Two in three of them work where everybody answers 40 points lower."""
    return released(planted((0.2, 0.15, 0.65), (0.7, 0.7, 0.3), 0.0))


def test_a_gap_of_where_they_work_goes_with_that(by_command: Release) -> None:
    found = row(by_command)
    assert gap_of(by_command) < -12
    assert (found.breakdown, found.parts_level, found.status) == ("command", "command", "shown")
    assert found.goes_with == pytest.approx(gap_of(by_command), abs=4)
    lower, upper = limits(found)
    assert lower <= 0 <= upper


def test_a_gap_of_theirs_stays() -> None:
    release = released(planted((0.4, 0.35, 0.25), (0.7, 0.7, 0.3), 0.15))
    found = row(release)
    assert found.goes_with == pytest.approx(0, abs=2)
    assert found.stays == pytest.approx(-15, abs=4)
    assert limits(found)[1] < 0


def test_a_lead_that_is_a_lag_in_every_command_turns() -> None:
    release = released(planted((0.6, 0.35, 0.05), (0.9, 0.6, 0.2), 0.1))
    found = row(release)
    assert gap_of(release) > 0
    assert (found.stays or 0) < -5
    assert limits(found)[1] < 0


def test_what_goes_and_what_stays_are_the_published_gap(by_command: Release) -> None:
    shown = [one for one in by_command.standardised if one.status == "shown"]
    assert len(shown) > 4
    for one in shown:
        crude = by_command.comparison_by_key[one.group, one.measure, "force"].gap
        assert (one.goes_with or 0) + (one.stays or 0) == crude
        assert limits(one)[0] <= (one.stays or 0) <= limits(one)[1]


def test_only_groups_that_a_declared_table_crosses_have_rows(by_command: Release) -> None:
    # A watched group has none either: no table crosses it with commands.
    groups = {one.group for one in by_command.standardised}
    assert groups == {MINORITY, "ethnicity=majority"}
    assert {one.breakdown for one in by_command.standardised} == {"command"}


def test_a_part_that_is_hidden_is_not_looked_behind(by_command: Release) -> None:
    crime = "command=crime&ethnicity=minority"

    def hidden(*groups: str) -> Release:
        bare = [
            replace(one, base=None, positive=None, lower=None, upper=None, status="c")
            if one.group in groups
            else one
            for one in by_command.estimates
        ]
        return replace(by_command, estimates=tuple(bare))

    def leadership(release: Release) -> StandardisedRow:
        rows = standardised_rows(release)
        (one,) = (one for one in rows if (one.group, one.measure) == (MINORITY, "leadership"))
        return one

    by_family = leadership(hidden(crime))
    assert (by_family.parts_level, by_family.status) == ("family", "shown")
    nothing = StandardisedRow(MINORITY, "leadership", "command", None, None, None, None, None, "c")
    assert leadership(hidden(crime, "command=specialist&ethnicity=minority")) == nothing


def test_weighted_figures_are_not_split(by_command: Release) -> None:
    weighted = replace(by_command, manifest=replace(by_command.manifest, weight="w"))
    assert standardised_rows(weighted) == ()


@pytest.mark.parametrize("fault", [{"stays": -1}, {"upper": 3}, {"parts_level": "family"}])
def test_a_row_that_says_more_than_the_others_is_refused(
    by_command: Release, fault: dict[str, int]
) -> None:
    check(by_command)
    rows = tuple(
        replace(one, **fault) if (one.group, one.measure) == (MINORITY, "leadership") else one
        for one in by_command.standardised
    )
    planted = replace(by_command, standardised=rows)
    with pytest.raises(ReleaseError, match="does not follow"):
        check(planted)
    assert [one.kind for one in audit(planted)] == ["leak"]


def test_a_hidden_row_holds_nothing(by_command: Release) -> None:
    rows = tuple(
        replace(one, status="c") if one == row(by_command) else one
        for one in by_command.standardised
    )
    with pytest.raises(LeakingRelease, match="standardised"):
        check(replace(by_command, standardised=rows))
