"""Who says only the larger unit is counted in it and in no part, and is as well protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from fixtures_coarser import ASKED, BOOK, answers

from analysis.attack.audit import audit
from analysis.forecast import frame
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release

PEOPLE = {"a": 240, "b": 230, "c": 260, "d": 250}


def released(people: Mapping[str, int]) -> Release:
    return publish(
        *(BOOK, ASKED.plan, answers(people)),
        wave=WaveFacts("autumn", "Autumn survey", date(2026, 11, 1)),
        policy=DisclosurePolicy(),
        headcounts={},
    )


def bases(release: Release) -> dict[str, int | None]:
    return {row.group: row.base for row in release.groups if row.status == "shown"}


def test_a_coarser_answer_is_counted_in_the_larger_unit_alone() -> None:
    told = bases(released({**PEOPLE, "north": 30}))
    assert told == {
        **{"force": 1010, "unit=north": 500, "unit=south": 510},
        **{"unit=a": 240, "unit=b": 230, "unit=c": 260, "unit=d": 250},
    }


@pytest.mark.parametrize("few", [1, 9])
def test_a_few_who_say_only_the_larger_unit_are_not_left_over(few: int) -> None:
    told = bases(released({**PEOPLE, "north": few}))
    assert told.keys() >= {"force", "unit=north", "unit=south", "unit=c", "unit=d"}
    assert len(told.keys() & {"unit=a", "unit=b"}) < 2
    # As many as are shown elsewhere hide nothing.
    assert bases(released({**PEOPLE, "north": 10})).keys() >= {"unit=a", "unit=b"}


def test_the_auditor_sees_who_is_left_of_a_larger_unit() -> None:
    """Planted: a Release that is safe for groups of ten says that it is for groups of fifteen."""
    loose = released({**PEOPLE, "north": 12})
    strict = DisclosurePolicy(k=15).as_dict()
    planted = replace(loose, manifest=replace(loose.manifest, policy=strict))
    assert {"unit=a", "unit=b", "unit=north"} <= bases(planted).keys()
    assert audit(planted, ASKED.plan)
    for few in (0, 4, 30):
        release = released({**PEOPLE, "north": few})
        assert audit(release, ASKED.plan) == ()
        assert audit(release) == ()


def test_a_forecast_puts_nobody_into_a_coarser_answer() -> None:
    made = frame(
        BOOK, ASKED.plan, {"force": 1000, **{f"unit={one}": n for one, n in PEOPLE.items()}}
    )
    expected = dict(zip((*BOOK.variable_by_id["unit"].codes, ""), made.expected, strict=True))
    assert expected == pytest.approx({**PEOPLE, "north": 0, "south": 0, "": 20})
