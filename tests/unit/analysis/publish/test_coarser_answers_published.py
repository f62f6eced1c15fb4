"""Who says only the larger unit is counted in it and in no part, and is as well protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.attack.audit import audit
from analysis.forecast import frame
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import parse

ASKED = parse(
    """
id: coarse
version: "1"
title: A survey
minutes: 5
scales:
  agree:
    polarity: best_last
    points: [{code: "1", label: Disagree}, {code: "2", label: Neither}, {code: "3", label: Agree}]
sections:
  - id: work
    title: Work
    questions:
      - {id: calm, text: It was calm., scale: agree}
      - id: unit
        type: unit
        text: Where do you work?
        units:
          - {id: north, label: North, units: [{id: a, label: A}, {id: b, label: B}]}
          - {id: south, label: South, units: [{id: c, label: C}, {id: d, label: D}]}
breakdowns:
  unit: {variable: unit, levels: [command, department], coarser_answers: true}
tables: [[unit]]
support: [{label: Somebody, detail: Telephone 123.}]
""",
    "q",
)
BOOK = codebook(ASKED)
PEOPLE = {"a": 240, "b": 230, "c": 260, "d": 250}


def released(people: Mapping[str, int]) -> Release:
    dice = np.random.default_rng(4)
    rows = [
        {"unit": unit, "calm": str(dice.integers(1, 4))}
        for unit, n in people.items()
        for _ in range(n)
    ]
    return publish(
        *(BOOK, ASKED.plan, microdata(BOOK, rows)),
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
