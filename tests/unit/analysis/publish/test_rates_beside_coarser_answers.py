"""Who names only the larger unit makes nobody else look as if they had not answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from fixtures_coarser import ASKED, BOOK, answers

from analysis.errors import ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import nonresponse
from analysis.release.consistency import check
from analysis.release.lower_limits import is_lower_limit
from analysis.release.model import BreakdownFacts, Release
from analysis.release.nonresponse import (
    beside_estimates,
    clearly_missing,
    representativeness_rows,
)
from analysis.release.rows import GroupRow, RepresentativenessRow
from survey.results import response
from survey.results.scope import whole_force

DEPARTMENTS = ("unit=a", "unit=b", "unit=c", "unit=d")
ALIKE = {"a": 160, "b": 160, "c": 240, "d": 240}
INVITED = {"a": 200, "b": 200, "c": 300, "d": 300, "north": 400, "south": 600}


def released(people: Mapping[str, int], invited: Mapping[str, int] = INVITED) -> Release:
    headcounts = {f"unit={unit}": n for unit, n in invited.items()}
    return publish(
        *(BOOK, ASKED.plan, answers(people)),
        wave=WaveFacts("autumn", "Autumn survey", date(2026, 11, 1)),
        policy=DisclosurePolicy(),
        headcounts={**headcounts, "force": invited["north"] + invited["south"]},
    )


def made_again(release: Release) -> Release:
    bare = replace(release, representativeness=representativeness_rows(release))
    return replace(bare, estimates=beside_estimates(bare))


def departments(release: Release) -> list[RepresentativenessRow]:
    return [row for row in release.representativeness if row.parts_level == "department"]


@pytest.fixture(scope="module")
def half_of_a() -> Release:
    """All departments answered alike, and half of those of A name only the North."""
    return released({**ALIKE, "a": 80, "north": 80})


def test_nobody_is_called_missing_who_named_the_larger_unit(
    half_of_a: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert half_of_a.group_by_id["unit=a"].response_rate == 40
    assert clearly_missing(half_of_a) == frozenset()
    assert {row.status for row in departments(half_of_a)} == {"c"}
    assert all(row.weighted is None for row in half_of_a.estimates)
    check(half_of_a)
    # Planted: the rule of a wave in which everybody names a part.
    with monkeypatch.context() as planted:
        planted.setattr(nonresponse, "is_lower_limit", lambda *_: False)
        planted.setattr(nonresponse, "left_over", lambda *_: 0)
        wrong = made_again(half_of_a)
        assert clearly_missing(wrong) == {"unit=a"}
        evenness = next(row for row in departments(wrong) if row.kind == "whole")
        assert (evenness.indicator or 1) < 0.8
    with pytest.raises(ReleaseError, match="does not follow from the published figures"):
        check(wrong)


def test_all_who_named_the_larger_unit_may_be_of_the_part_that_seems_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are under a twentieth of the North, and would be enough to make up for A."""
    invited = {unit: 5 * n for unit, n in INVITED.items()}
    found = released({"a": 725, "b": 800, "c": 1200, "d": 1200, "north": 75}, invited)
    assert not is_lower_limit(found, "unit=a")
    assert clearly_missing(found) == frozenset()
    # Planted: as if they could be of no part.
    monkeypatch.setattr(nonresponse, "left_over", lambda *_: 0)
    assert clearly_missing(found) == {"unit=a"}


def test_its_rate_is_a_lower_limit_in_words(half_of_a: Release) -> None:
    groups = ("force", "unit=north", "unit=a", "unit=b", "unit=c")
    found = response.response(half_of_a, groups, "force", (), whole_force(half_of_a))
    said = ["about 80%", "about 80%", "40% or more", "80% or more", "about 80%"]
    assert [row.rate for row in found.rows] == said
    assert [row.missing for row in found.rows][2:] == ["[x]"] * 3
    assert found.missing == ()
    assert found.limits == response.OR_MORE
    assert [row.parts for row in found.even] == ["Unit, command"]


def test_people_who_named_no_department_do_not_make_the_others_even() -> None:
    """North answered nearly whole, and its departments seem to have answered as all others did."""
    found = released({**ALIKE, "a": 140, "north": 75})
    assert {row.status for row in departments(found)} == {"c"}
    commands = [row for row in found.representativeness if row.parts_level == "command"]
    assert {row.status for row in commands} == {"shown"}


def test_a_wave_in_which_everybody_names_a_part_stays_as_it_was() -> None:
    release = released({**ALIKE, "a": 80})
    plain = tuple(replace(one, said_alone=()) for one in release.manifest.breakdowns)
    assert release.manifest.breakdowns != plain
    without = made_again(replace(release, manifest=replace(release.manifest, breakdowns=plain)))
    assert without.representativeness == release.representativeness
    assert without.estimates == release.estimates
    assert clearly_missing(release) == clearly_missing(without) == {"unit=a", "unit=north"}
    found = response.response(release, DEPARTMENTS, "force", (), whole_force(release))
    assert found.limits == ""
    assert [row.rate for row in found.rows] == ["about 40%", *["about 80%"] * 3]


@pytest.mark.parametrize("few", [0, 9])
def test_the_part_beside_a_hidden_one_is_a_lower_limit_whoever_is_left(few: int) -> None:
    release = released({**ALIKE, "north": few})
    shown = [name for name in DEPARTMENTS if release.group_by_id[name].base is not None]
    limits = [name for name in shown if is_lower_limit(release, name)]
    assert limits == ([name for name in shown if name in ("unit=a", "unit=b")] if few else [])
    # The same people hidden for another reason look the same.
    if not few:
        hidden = with_bases(release, {"unit=b": None})
        assert is_lower_limit(hidden, "unit=a")


def with_bases(release: Release, bases: Mapping[str, int | None]) -> Release:
    return replace(
        release,
        groups=tuple(
            replace(row, base=bases[row.group]) if row.group in bases else row
            for row in release.groups
        ),
    )


@pytest.mark.parametrize(
    ("north", "a", "b", "limits"),
    [
        (1000, 600, 400, ()),
        (1000, 600, 350, ()),
        (1000, 600, 349, ("unit=a", "unit=b")),
        # Forty people are few of a thousand, and not beside sixty.
        (1000, 900, 60, ("unit=b",)),
        # Rounding alone leaves a few.
        (400, 380, 15, ()),
        (None, 600, 400, ("unit=a", "unit=b")),
    ],
)
def test_the_room_that_bases_leave_decides(
    half_of_a: Release, north: int | None, a: int, b: int, limits: tuple[str, ...]
) -> None:
    release = with_bases(half_of_a, {"unit=north": north, "unit=a": a, "unit=b": b})
    assert tuple(one for one in DEPARTMENTS if is_lower_limit(release, one)) == limits


def test_published_rows_alone_decide(half_of_a: Release) -> None:
    """Whoever has `groups.csv` and the questionnaire's tree works out the same."""
    manifest = replace(half_of_a.manifest, cards=None, received=None, coarser=())
    bare = Release(manifest, (), half_of_a.groups, (), (), (), (), ())
    for row in half_of_a.groups:
        assert is_lower_limit(bare, row.group) == is_lower_limit(half_of_a, row.group)


def test_a_crossing_is_a_lower_limit_whichever_of_its_answers_was_coarser(
    half_of_a: Release,
) -> None:
    unit = half_of_a.manifest.breakdowns[0]
    levels = (("broad", "", "wide", None), *((one, "", "narrow", "broad") for one in "xy"))
    group = BreakdownFacts("eth", "Group", ("wide", "narrow"), levels, (), ("broad",))
    manifest = replace(half_of_a.manifest, breakdowns=(unit, group))

    def release(**people: int) -> Release:
        rows = [
            GroupRow(f"unit={one}&eth={other}", "", "", None, (one, other), n, n, 50, "shown")
            for key, n in people.items()
            for one, other in [key.split("_")]
        ]
        return Release(manifest, (), tuple(rows), (), (), (), (), ())

    whole = {
        **{"north_broad": 800, "north_x": 400, "north_y": 400, "a_broad": 400, "b_broad": 400},
        **{"a_x": 200, "a_y": 200, "b_x": 200, "b_y": 200},
    }
    assert not is_lower_limit(release(**whole), "unit=a&eth=x")
    for larger in ("north_x", "a_broad", "north_broad"):
        more = release(**{**whole, larger: whole[larger] + 100})
        assert is_lower_limit(more, "unit=a&eth=x"), larger
