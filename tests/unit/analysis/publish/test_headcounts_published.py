"""What a headcount may say: nothing where nearly everybody answered, or more than there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import fixtures_analysis as fixtures
import pytest
from fixtures_analysis import small

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.release.model import Release

STUDY = small()
FIGURES = exact(STUDY.codebook, STUDY.plan, STUDY.microdata)
ANSWERED = dict(zip(FIGURES.names, FIGURES.sums.people.tolist(), strict=True))
UNIT = "command=north-b"
OTHERS = {f"command={unit}": 300 for unit in fixtures.DEPARTMENTS}


def released(headcounts: Mapping[str, int]) -> Release:
    return publish(
        *(STUDY.codebook, STUDY.plan, STUDY.microdata),
        wave=WaveFacts("autumn", "Autumn survey", date(2026, 11, 1)),
        policy=DisclosurePolicy(),
        headcounts=headcounts,
    )


@pytest.fixture(scope="module")
def without() -> Release:
    """Published without any headcount."""
    return released({})


def limits(release: Release, group: str) -> list[tuple[int | None, ...]]:
    return [(row.lower, row.upper) for row in release.estimates if row.group == group]


@pytest.mark.parametrize("silent", [0, 1, 9])
def test_where_few_or_nobody_stayed_silent_neither_rate_nor_headcount_stands(
    silent: int, without: Release
) -> None:
    release = released({**OTHERS, UNIT: ANSWERED[UNIT] + silent})
    row = release.group_by_id[UNIT]
    assert (row.status, row.headcount, row.response_rate) == ("shown", None, None)
    assert row.base == without.group_by_id[UNIT].base
    assert limits(release, UNIT) == limits(without, UNIT)
    mine = [one for one in release.estimates if one.group == UNIT]
    assert {(one.weighted, one.least, one.most) for one in mine} == {(None, None, None)}
    parts = [one for one in release.representativeness if one.group == UNIT]
    assert [(one.partial, one.missing, one.status) for one in parts] == [(None, None, "c")]


def test_with_ten_who_stayed_silent_rate_and_headcount_stand(without: Release) -> None:
    release = released({**OTHERS, UNIT: ANSWERED[UNIT] + 10})
    row = release.group_by_id[UNIT]
    assert row.headcount is not None
    assert row.response_rate is not None
    assert limits(release, UNIT) != limits(without, UNIT)


def test_more_answers_than_people_make_the_whole_breakdown_unknown(without: Release) -> None:
    release = released({**OTHERS, UNIT: ANSWERED[UNIT] - 1, "force": 1800})
    told = {row.group for row in release.groups if row.headcount is not None}
    rated = {row.group for row in release.groups if row.response_rate is not None}
    assert told == rated == {"force"}
    assert [text for text in release.manifest.warnings if "command" in text] == [
        "Headcounts by command are smaller than the number of answers somewhere: no response "
        "rates are given there."
    ]
    for group in OTHERS:
        assert limits(release, group) == limits(without, group)
    assert {row.status for row in release.representativeness} == {"c"}


def test_no_comparison_depends_on_a_headcount(without: Release) -> None:
    assert released(OTHERS).comparisons == without.comparisons
