"""The auditor finds what writing down every table finds: nothing is missed, nothing made up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import fixtures_disclosure as small
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_verdicts import Cell, Flags, Publication, groups_that_fit, inside, items_that_fit

from analysis.attack.bases import attack_bases
from analysis.codebook import Codebook
from analysis.plan import TablePlan
from analysis.release.known import of_group, of_item
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow

K = 3
FOUND = Counter[str]()


@cache
def made(which: str) -> tuple[Codebook, TablePlan, dict[Cell, Flags]]:
    """A plan of few profiles, and which of them are in each cell."""
    sex, staff = small.flat("sex", "f"), small.flat("staff", "s")
    if which == "crossed":
        book = small.codebook({"unit": ("a", "b", "c"), "sex": ("f",)})
        unit = small.nested("unit", {"ab": "ab", "only": "c"})
        shape = [small.table("unit"), small.table("unit", "sex", finest=("whole", None))]
        tables = small.plan([unit, sex], shape)
    else:
        book = small.codebook({"unit": ("a",), "sex": ("f",), "staff": ("s",)})
        together = [small.table("unit", "sex", "staff")]
        linked = [small.table("unit", "sex"), small.table("sex", "staff")]
        every = [small.flat("unit", "a"), sex, staff]
        tables = small.plan(every, together if which == "together" else linked)
    return book, tables, inside(tables, small.profiles(book))


def drawn(which: str, draw: st.DataObject, most: int) -> small.Bases:
    """People per profile."""
    every = small.profiles(made(which)[0])
    places = draw.draw(st.lists(st.integers(0, len(every) - 1), min_size=K, max_size=most))
    return np.bincount(places, minlength=len(every))


def published(which: str, people: small.Bases, draw: st.DataObject, step: int) -> Release:
    """Some groups of k and more shown, on bases rounded to a step; the force always."""
    book, tables, _ = made(which)
    bases = small.membership(book, tables) @ people
    flags = draw.draw(st.lists(st.booleans(), min_size=len(bases) - 1, max_size=len(bases) - 1))
    shown = frozenset(
        group.id
        for group, base, flag in zip(tables.groups, bases, [True, *flags], strict=True)
        if flag and base >= K
    )
    rounded = step * np.rint(bases / step).astype(np.int64)
    release = small.published(tables, rounded, shown)
    policy = {**release.manifest.policy, "k": K, "base_step": step}
    policy["fine_base"] = 1 if step == 1 else 100
    return replace(release, manifest=replace(release.manifest, policy=policy))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("which", ["crossed", "linked", "together"])
@settings(max_examples=40)
@given(draw=st.data())
def test_of_groups_it_finds_what_every_table_tells(
    which: str, step: int, draw: st.DataObject
) -> None:
    _, tables, cells = made(which)
    release = published(which, drawn(which, draw, 7), draw, step)
    known = {row.values: of_group(release, row.base) for row in release.groups}
    names = {row.values: row.group for row in release.groups}
    oracle = Publication(names, [known], [groups_that_fit(cells, known)], K)
    found = Counter((one.kind, one.group) for one in attack_bases(release, tables))
    FOUND.update(kind for kind, _ in found)
    assert found == Counter(oracle.verdicts())


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("which", ["crossed", "linked"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_of_an_item_it_finds_what_every_table_tells(which: str, draw: st.DataObject) -> None:
    book, tables, cells = made(which)
    people = drawn(which, draw, 5)
    answered = np.array([draw.draw(st.integers(0, int(n))) for n in people])
    release = with_item(
        published(which, people, draw, 1), small.membership(book, tables) @ answered, draw
    )
    known = {row.values: of_group(release, row.base) for row in release.groups}
    own = {row.values: of_item(release, row.group, "q") for row in release.groups}
    names = {row.values: row.group for row in release.groups}
    alone = Publication(names, [known], [groups_that_fit(cells, known)], K)
    beside = Publication(names, [own, {}, known], items_that_fit(cells, own, known), K)
    found = Counter((one.kind, one.group) for one in attack_bases(release, tables))
    expected = Counter(alone.verdicts())
    if any(row.base != base for row, base in zip(release.estimates, bases(release), strict=True)):
        expected += Counter(beside.verdicts())
    FOUND.update(f"item {kind}" for kind, _ in found)
    assert found == expected


def bases(release: Release) -> list[int | None]:
    return [row.base for row in release.groups]


def with_item(release: Release, answered: small.Bases, draw: st.DataObject) -> Release:
    """Item `q` on bases of its own, in some of the groups that are shown."""
    flags = draw.draw(
        st.lists(st.booleans(), min_size=len(release.groups), max_size=len(release.groups))
    )
    nothing = (None, "", None, "", None, "", None, None, None, None)
    rows = []
    for group, base, flag in zip(release.groups, answered.tolist(), flags, strict=True):
        told = group.base is not None and flag and base >= K
        status = "shown" if told else "c"
        rows.append(EstimateRow(group.group, "q", "item", base if told else None, *nothing, status))
    measure = MeasureRow("q", "item", "q", None, False, "print", ())
    return replace(release, measures=(measure,), estimates=tuple(rows))


@pytest.mark.slow
@pytest.mark.no_cover
def test_there_was_something_to_find() -> None:
    """Positive control: the comparison above was not of nothing with nothing."""
    if FOUND:  # empty when this test is run alone
        assert {"bound", "pinned", "rest", "item bound", "item rest"} <= set(FOUND)
