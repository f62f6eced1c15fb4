"""Bands of headcounts were told before the wave: beside the Release they tell of no silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fixtures_analysis import small
from fixtures_disclosure import flat, nested, plan, table

from analysis.bands import Bands, limits
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.rates import Told, nearly_all, tellable
from analysis.release.known import of_people
from analysis.release.model import Release

K = DisclosurePolicy().k
STUDY = small()
GROUP = "command=specialist&ethnicity=minority"
BANDS = {"force": 500, "command=specialist": 200, GROUP: 20, "ethnicity=minority": 200}
WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))


def released(bands: Bands) -> Release:
    return publish(
        *(STUDY.codebook, STUDY.plan, STUDY.microdata),
        wave=replace(WAVE, bands=bands),
        policy=DisclosurePolicy(),
    )


def nearly_everybody_in(release: Release, bands: Bands) -> list[str]:
    """The groups of which a reader knows, from a band and a base, that few did not answer."""
    return [
        row.group
        for row in release.groups
        if row.base is not None and row.group in bands
        if limits(bands[row.group])[1] - of_people(release, row.group)[0] < K
    ]


def test_a_group_that_nearly_fills_its_band_is_not_shown() -> None:
    # 46 of at most 49 answered.
    careless = released({})
    assert nearly_everybody_in(careless, BANDS) == [GROUP]
    release = released(BANDS)
    assert nearly_everybody_in(release, BANDS) == []
    assert release.group_by_id[GROUP].status == "c"
    hidden = [row for row in release.groups if row.status == "c"]
    assert {(row.base, row.headcount, row.response_rate) for row in hidden} == {(None, None, None)}
    assert len(hidden) > 1, "what is hidden alone is what is missing"


def test_bands_with_room_change_nothing() -> None:
    wide = {**BANDS, GROUP: 50}
    assert released(wide) == released({})


@pytest.mark.parametrize(("whole", "found"), [(50, {"x", "a", "b", "c"}), (100, set())])
def test_the_band_of_a_whole_limits_its_parts(whole: int, found: set[str]) -> None:
    units = plan([nested("unit", {"x": ["a", "b", "c"], "y": ["d"]})], [table("unit")])
    names = [group.id for group in units.groups]
    people = {"force": 150, "x": 95, "y": 55, "a": 45, "b": 30, "c": 20, "d": 55}
    told = {"unit=x": whole, "force": 100}
    values = [people[name.partition("=")[2] or name] for name in names]
    hidden = nearly_all(units, told, values, K)
    assert {name for name, one in zip(names, hidden, strict=True) if one} == {
        f"unit={one}" for one in found
    }


def test_a_headcount_that_a_band_beside_it_would_tell_is_left_out() -> None:
    two = plan([flat("unit", ["a", "b"])], [table("unit")])
    # 48 of 55 answered in a. Less the 50 or more of b, the 107 of the force leave it 57 at most.
    known = Told((107, 55, 52), (68, 48, 20), (False,) * 3, frozenset({0}))
    assert tellable(two, known, K) == {0}
    assert tellable(two, replace(known, bands={2: limits(50)}), K) == frozenset()
