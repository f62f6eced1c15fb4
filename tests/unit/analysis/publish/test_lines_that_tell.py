"""A band is opened by some of the lines around it: what is shown elsewhere stands as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.codebook import AnswerCategory
from analysis.disclosure.lines import Line
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import coarser, few_told
from analysis.publish.shown import Shown, control
from analysis.publish.told import Telling
from analysis.tally import Tally, tally

CATEGORIES = (
    AnswerCategory("never", "Never", "positive", 100.0),
    AnswerCategory("once", "Once", "negative", 50.0),
    AnswerCategory("often", "Often", "negative", 0.0),
)
ITEM, UNITS = "q", ("a", "b", "c", "d")
MEN_OF_A = "unit=a&sex=m"


def drawn(seed: int) -> tuple[Tally, Shown]:
    """Four units by two sexes; few of the men of the first say "often"."""
    rng = np.random.default_rng(seed)
    columns: list[tuple[int, int, int, int]] = []
    for unit in range(len(UNITS)):
        for sex in range(2):
            n = int(rng.integers(101, 260))
            often = int(rng.integers(0, 5) if (unit, sex) == (0, 1) else rng.integers(8, 25))
            once = int(rng.integers(20, n - often - 20))
            of = zip(range(3), (n - often - once, once, often), strict=True)
            columns += [(unit, sex, answer, people) for answer, people in of]
    every = np.array(columns, dtype=np.int16)
    units, sexes, answers, _ = np.repeat(every, every[:, 3], axis=0).T
    book = replace(
        fixtures.codebook((fixtures.item(ITEM, categories=CATEGORIES, sensitive=True),), ()),
        themes=(),
        variables=(fixtures.variable("unit", UNITS), fixtures.variable("sex", ("f", "m"))),
    )
    tables = [small.table("unit"), small.table("sex"), small.table("unit", "sex")]
    plan = small.plan([small.flat("unit", [*UNITS]), small.flat("sex", ["f", "m"])], tables)
    microdata = Microdata(len(units), {"unit": units, "sex": sexes}, {ITEM: answers})
    found = tally(book, plan, microdata)
    return found, control(found, DisclosurePolicy())


def less_shown(counted: Tally, shown: Shown) -> set[str]:
    """Groups that have a coarser step, or nothing, for the item once it is protected."""
    settled = coarser.protect_answers(Telling(shown, counted), shown, counted.codebook)
    return {group for group, _ in {*settled.coarser, *settled.withheld - shown.withheld}}


SEED = 47
"""The men of the first unit follow from it and its women, and from no other line."""


def test_the_line_that_opens_a_band_is_named_and_no_other() -> None:
    counted, shown = drawn(SEED)
    ((name, opened),) = few_told.opened_along_lines(Telling(shown, counted), shown, ITEM)
    assert name == MEN_OF_A
    told_by = {shown.plan.groups[row].id for row in opened.rows}
    assert told_by == {"unit=a", "unit=a&sex=f", MEN_OF_A}


def around(lines: Sequence[Line], row: int, *_: object) -> list[Line]:
    """Planted: every line is blamed."""
    return [line for line in lines if row in (line.parent, *line.children)]


def test_the_men_of_all_units_stand_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, shown = drawn(SEED)
    assert less_shown(counted, shown) == {"unit=a"}
    monkeypatch.setattr(few_told, "_telling", around)
    assert less_shown(counted, shown) == {"unit=a", "sex=m"}


def test_where_no_line_opens_a_band_by_itself_all_are_blamed() -> None:
    counted, shown = drawn(SEED)
    look, item = Telling(shown, counted), counted.codebook.item_by_id[ITEM]
    ((_, opened),) = few_told.opened_along_lines(look, shown, ITEM)
    people, _, few = look.split(look.at_atoms(ITEM))
    alone = look.ranges(shown, item, people, few, look.steps(shown, ITEM))[0].whole()
    lines, row = shown.system.lines, opened.union
    every = np.ones(len(alone.low) + len(alone.least), dtype=bool)
    told = few_told._telling(lines, row, alone, every, shown.policy.min_numerator)
    assert len(told) == 1
    # No line makes it fewer than nobody.
    assert few_told._telling(lines, row, alone, every, 0) == around(lines, row)
    assert len(around(lines, row)) > 1
