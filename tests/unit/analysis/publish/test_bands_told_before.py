"""Bands of headcounts were told before the wave: beside the Release they tell of no silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from fixtures_analysis import small
from fixtures_disclosure import flat, nested, plan, table

from analysis.attack.material import Material, Published
from analysis.attack.rates import attack_rates
from analysis.attack.response import rates
from analysis.bands import Bands, limits
from analysis.errors import ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.rates import Told, nearly_all, tellable
from analysis.release.consistency import check
from analysis.release.known import of_people
from analysis.release.model import Release

K = DisclosurePolicy().k
STUDY = small()
GROUP = "command=specialist&ethnicity=minority"
BANDS = {"force": 500, "command=specialist": 200, GROUP: 20, "ethnicity=minority": 200}
WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))


@cache
def _released(bands: tuple[tuple[str, int], ...]) -> Release:
    return publish(
        *(STUDY.codebook, STUDY.plan, STUDY.microdata),
        wave=replace(WAVE, bands=dict(bands)),
        policy=DisclosurePolicy(),
    )


def released(bands: Bands) -> Release:
    return _released(tuple(bands.items()))


def beside(release: Release, bands: Bands) -> Release:
    """The Release with other bands, as they were told before it."""
    return replace(release, manifest=replace(release.manifest, bands=tuple(bands.items())))


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
    assert beside(released(wide), {}) == released({})


def test_the_attacker_reads_bands_in_the_release() -> None:
    release, careless = released(BANDS), beside(released({}), BANDS)
    assert dict(release.manifest.bands) == BANDS
    tried = {
        name: rates(Material((Published(name, one),), plan=STUDY.plan))
        for name, one in (("careful", release), ("careless", careless))
    }
    assert not tried["careful"].falls
    words = [fall.words for fall in tried["careless"].falls]
    assert any(f"{GROUP} is 20 to 49 people" in one for one in words)


def test_the_attacker_adds_bands_up() -> None:
    """Of at most 199 in a hidden whole 140 and 55 answered in its parts: there is room for four."""
    bands = {"command=crime": 100, "command=crime-a": 100, "command=crime-b": 50}
    told: dict[str, int | None] = {
        "command=specialist": None,
        "command=crime": None,
        "command=crime-a": 140,
        "command=crime-b": 55,
    }
    few = ("ethnicity=majority", "ethnicity=minority")
    told |= {f"command={unit}&{one}": None for unit in ("specialist", "crime") for one in few}
    rows = tuple(replace(row, base=told.get(row.group, row.base)) for row in released({}).groups)
    made = beside(replace(released({}), groups=rows), bands)
    found = {breach.group for breach in attack_rates(made, STUDY.plan)}
    assert found == {"command=crime-a", "command=crime-b"}
    assert not list(attack_rates(beside(made, {**bands, "command=crime": 200}), STUDY.plan))


def test_bands_that_contradict_the_answers_keep_nothing_else_from_being_read() -> None:
    few = {"force": 500, "command=north": 20, "command=north-a": 200, "command=north-b": 200}
    found = {breach.group for breach in attack_rates(beside(released({}), few), STUDY.plan)}
    assert found == {"command=north"}


def test_a_band_is_of_a_declared_group() -> None:
    for wrong in ({"command=nowhere": 20}, {"command=north": 30}):
        with pytest.raises(ReleaseError, match="no band of headcounts"):
            check(beside(released({}), wrong))


@pytest.mark.parametrize(("whole", "found"), [(50, {"x", "a", "b", "c"}), (100, set())])
def test_the_band_of_a_whole_limits_its_parts(whole: int, found: set[str]) -> None:
    units = plan([nested("unit", {"x": ["a", "b", "c"], "y": ["d"]})], [table("unit")])
    names = [group.id for group in units.groups]
    people = {"force": 150, "x": 95, "y": 55, "a": 45, "b": 30, "c": 20, "d": 55}
    told: dict[str, int | None] = {"unit=x": whole, "force": 100}
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
