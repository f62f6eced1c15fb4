"""Waves beside each other: joiners and leavers, and waves that are pooled or roll."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import fixtures_disclosure as small
import fixtures_several_waves as waves
import pytest
from fixtures_states import AGREE, DISAGREE, answered, book, wave
from fixtures_states import PLAN as UNITS

from analysis.attack.findings import Claim
from analysis.attack.joiners import joiners
from analysis.attack.material import Material
from analysis.attack.pooled import pooled
from analysis.policy import DisclosurePolicy
from analysis.publish import publish
from analysis.release.model import Release
from analysis.release.rows import EstimateRow


def said(material: Material) -> list[str]:
    return [fall.words for fall in joiners(material).falls]


def test_what_each_of_two_waves_hides_follows_if_hardly_anybody_joined() -> None:
    falls = joiners(waves.joined(1)).falls
    words = "w1 and w2: if no more than 1 people joined or left, unit=b is 0 to 6 people in w2"
    found = next(fall for fall in falls if fall.words == words)
    assert found.claim == Claim("w2", ((("b",), 1),), 0, 6)
    alone = waves.joined(1).releases[0]
    assert not said(replace(waves.joined(1), releases=(alone,)))


def test_nothing_follows_where_many_joined_or_of_two_releases_of_one_wave() -> None:
    assert not said(waves.joined(10))
    one, other = waves.joined(1).releases
    same = replace(other.release, manifest=replace(other.release.manifest, wave="w1"))
    assert not said(replace(waves.joined(1), releases=(one, replace(other, release=same))))


@pytest.mark.parametrize(("answer", "so"), [(AGREE, "positive"), (DISAGREE, "negative")])
def test_late_answers_under_the_name_of_another_wave_are_told(answer: int, so: str) -> None:
    """What the ledger refuses in the same wave."""
    words = f"4 of the 4 people who joined unit=north are {so} on safe"
    assert any(words in one for one in said(waves.late(4, answer)))
    assert not said(waves.late(40, answer))


def test_those_who_left_are_told_likewise() -> None:
    first, later = waves.late(4, AGREE).releases
    swapped = [
        replace(one, release=replace(one.release, manifest=replace(one.release.manifest, **facts)))
        for one, facts in (
            (first, {"wave": "w2", "closed": "2026-12-01"}),
            (later, {"wave": "w1", "closed": "2026-01-01"}),
        )
    ]
    found = said(replace(waves.late(4, AGREE), releases=tuple(swapped)))
    assert any("4 of the 4 people who left unit=north are positive on safe" in one for one in found)


def test_one_figure_that_moved_further_says_that_others_answered_otherwise() -> None:
    """Four more answered, and fifteen more agree: nobody is told by that."""
    first = waves.late(4, AGREE).releases[0]
    other = publish(
        *(book(), UNITS, answered(65, 10, 60, 65)),
        wave=wave("w2", 9),
        policy=DisclosurePolicy(),
    )
    assert not said(waves.given(first.release, other, plan=UNITS))


def test_units_that_were_merged_are_read_as_their_parts() -> None:
    """Two units were 95 people; merged and hidden, they leave nine of those that are not shown."""
    before = _units("w1", {"a": 60, "b": 35, "c": 8, "d": 30}, "force", "unit=a", "unit=b")
    after = _units("w2", {"ab": 96, "c": 8, "d": 30}, "force", "unit=d")
    (units,) = after.manifest.breakdowns
    was = replace(units, was=(("ab", ("a", "b")),))
    merged = replace(after, manifest=replace(after.manifest, breakdowns=(was,)))
    told = said(waves.given(before, merged, plan=None))
    assert any("unit=c is 0 to 9 people in w2" in one for one in told)
    assert not said(waves.given(before, after, plan=None))


def _units(name: str, people: Mapping[str, int], *shown: str) -> Release:
    book = small.codebook({"unit": tuple(people)})
    plan = small.plan([small.flat("unit", tuple(people))], [small.table("unit")])
    counts = small.bases(book, plan, {(unit,): number for unit, number in people.items()})
    made = small.published(plan, counts, frozenset(shown))
    facts = replace(made.manifest, wave=name, closed=waves.SIX_MONTHS[name])
    return replace(made, manifest=facts)


def test_waves_that_are_pooled_tell_the_one_that_hides_a_group() -> None:
    falls = pooled(waves.pooled()).falls
    assert Claim("w2", ((("b",), 1),), 7, 7) in [fall.claim for fall in falls]
    assert not pooled(waves.pooled("force", "unit=a")).falls
    assert not pooled(replace(waves.pooled(), pools={})).falls


def test_rolling_waves_tell_single_ones_from_the_first() -> None:
    found = [fall.words for fall in pooled(waves.rolling(first=True)).falls]
    assert any(one.endswith("unit=b is 7 to 7 people in w2") for one in found)
    assert not pooled(waves.rolling(first=False)).falls


def test_pooled_percents_tell_how_those_answered_whom_one_wave_hides() -> None:
    """Of 120 people 105 answered in the other wave: 15 are left, and all of them agree."""
    material = waves.pooled()
    one, other, year = material.releases
    told = [(one, 105, 54), (other, None, None), (year, 120, 60)]
    releases = tuple(
        replace(
            published,
            release=replace(
                published.release,
                measures=waves.late(4, AGREE).releases[0].release.measures,
                estimates=(_figure(base, positive),),
                manifest=replace(published.release.manifest, policy=DisclosurePolicy().as_dict()),
            ),
        )
        for published, base, positive in told
    )
    assert not pooled(replace(material, releases=releases, pools={})).falls
    found = pooled(replace(material, releases=releases)).falls
    assert (
        "year without its other waves: 15 of the 15 people of unit=b in w2 are positive on safe"
        in [fall.words for fall in found]
    )


def _figure(base: int | None, positive: int | None) -> EstimateRow:
    row = waves.late(4, AGREE).releases[0].release.estimates[0]
    none = dict.fromkeys(("neutral", "negative", "score", "lower", "upper"))
    return replace(
        row,
        group="unit=b",
        measure="safe",
        kind="item",
        base=base,
        positive=positive,
        positive_bound="",
        status="c" if base is None else "shown",
        **none,  # type: ignore[arg-type]
    )
