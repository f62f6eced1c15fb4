"""A level of which most groups would be hidden is left out, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import fixtures_disclosure as small
import pytest

from analysis.attack.audit import audit
from analysis.disclosure import Protection, protect
from analysis.disclosure.shape import levels_of
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
CODES = tuple("abcdefghij")
HALVES = {"first": CODES[:5], "second": CODES[5:]}


def shaped(tables: TablePlan, counts: small.Counts, **codes: tuple[str, ...]) -> Protection:
    book = small.codebook(codes)
    found = protect(small.system(book, tables, counts), POLICY, {}, levels_of(tables))
    release = small.published(tables, small.bases(book, tables, counts), found.shown)
    assert not audit(release, tables)
    return found


def departments(*sizes: int) -> small.Counts:
    return {(code,): size for code, size in zip(CODES, sizes, strict=True)}


BY_UNIT = small.plan([small.nested("unit", HALVES)], [small.table("unit")])


def test_a_level_with_six_of_ten_groups_hidden_is_left_out() -> None:
    found = shaped(BY_UNIT, departments(4, 4, 4, 40, 40, 4, 4, 4, 40, 40), unit=CODES)
    assert found.left_out == ("unit=part",)
    assert found.shown == {"force", "unit=first", "unit=second"}


def test_a_level_with_five_of_ten_groups_hidden_is_published() -> None:
    found = shaped(BY_UNIT, departments(4, 4, 4, 40, 40, 4, 6, 40, 40, 40), unit=CODES)
    assert not found.left_out
    assert len(found.shown) == 8


def test_groups_that_protect_others_count_as_hidden() -> None:
    # Three small ones in each half are too few people together: a fourth has to be hidden.
    found = shaped(BY_UNIT, departments(2, 2, 30, 40, 40, 2, 2, 30, 40, 40), unit=CODES)
    assert found.left_out == ("unit=part",)
    lone = shaped(BY_UNIT, departments(2, 30, 30, 40, 40, 2, 30, 30, 40, 40), unit=CODES)
    assert not lone.left_out


def test_an_empty_group_counts_as_a_small_one() -> None:
    small_ones = shaped(BY_UNIT, departments(4, 4, 4, 40, 40, 4, 4, 4, 40, 40), unit=CODES)
    empty_ones = shaped(BY_UNIT, departments(0, 9, 3, 40, 40, 4, 0, 9, 40, 40), unit=CODES)
    assert small_ones == empty_ones


def test_the_next_level_is_looked_at_when_a_finer_one_is_gone() -> None:
    crossed = small.plan(
        [small.nested("unit", HALVES), small.flat("sex", ("f", "m"))], [small.table("unit", "sex")]
    )
    counts = {(code, sex): 20 if sex == "m" else 0 for code in CODES for sex in ("f", "m")}
    found = shaped(crossed, counts, unit=CODES, sex=("f", "m"))
    assert "unit=part&sex=sex" in found.left_out
    assert "unit=whole&sex=sex" in found.left_out
    assert "unit=part" not in found.left_out


def test_a_group_that_is_the_only_part_says_what_the_one_above_it_says() -> None:
    tables = small.plan(
        [small.nested("unit", {"first": CODES[:1], "second": CODES[1:]})], [small.table("unit")]
    )
    found = shaped(tables, departments(50, 4, 4, 4, 4, 4, 4, 40, 40, 40), unit=CODES)
    assert found.left_out == ("unit=part",)
    assert found.shown == {"force", "unit=first", "unit=a", "unit=second"}


def test_a_level_stays_while_a_group_that_the_plan_names_is_shown_on_it() -> None:
    counts = departments(4, 4, 4, 40, 40, 4, 4, 4, 40, 40)
    named = small.plan(BY_UNIT.breakdowns, BY_UNIT.tables, ["unit=d"])
    assert not shaped(named, counts, unit=CODES).left_out
    named = small.plan(BY_UNIT.breakdowns, BY_UNIT.tables, ["unit=a"])
    assert shaped(named, counts, unit=CODES).left_out == ("unit=part",)


@pytest.mark.parametrize("levels", [1, 2])
def test_nothing_is_left_out_of_what_is_shown_whole(levels: int) -> None:
    tables = replace(
        BY_UNIT, tables=(small.table("unit", finest=(("whole", "part")[levels - 1],)),)
    )
    assert not shaped(tables, departments(*[40] * 10), unit=CODES).left_out
