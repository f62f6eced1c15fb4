"""The auditor finds what writing down every table finds: nothing is missed, nothing made up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import fixtures_disclosure as small
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from oracle_verdicts import Cell, Flags, Publication, groups_that_fit, inside, items_that_fit

from analysis.attack.bases import attack_bases
from analysis.codebook import Codebook
from analysis.plan import TablePlan
from analysis.release.known import of_group, of_item
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow

K = 3
EXAMPLES = 40
FIRST = settings(max_examples=EXAMPLES, derandomize=True, phases=[Phase.generate], database=None)


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


def people(which: str, most: int) -> st.SearchStrategy[small.Bases]:
    """People per profile."""
    every = len(small.profiles(made(which)[0]))
    places = st.lists(st.integers(0, every - 1), min_size=K, max_size=most)
    return places.map(lambda drawn: np.bincount(drawn, minlength=every))


def of_groups(draw: st.DrawFn, which: str, there: small.Bases, step: int) -> Release:
    """Some groups of k and more shown, on bases rounded to a step; the force always."""
    book, tables, _ = made(which)
    bases = small.membership(book, tables) @ there
    flags = draw(st.lists(st.booleans(), min_size=len(bases) - 1, max_size=len(bases) - 1))
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


@st.composite
def published(draw: st.DrawFn, which: str, step: int) -> Release:
    """A Release of groups alone."""
    return of_groups(draw, which, draw(people(which, 7)), step)


@st.composite
def with_item(draw: st.DrawFn, which: str) -> Release:
    """A Release with an item `q`, on bases of its own in some of the groups that are shown."""
    book, tables, _ = made(which)
    there = draw(people(which, 5))
    answered = np.array([draw(st.integers(0, int(n))) for n in there])
    release = of_groups(draw, which, there, 1)
    flags = draw(
        st.lists(st.booleans(), min_size=len(release.groups), max_size=len(release.groups))
    )
    nothing = (None, "", None, "", None, "", None, None, None, None)
    rows = []
    bases = (small.membership(book, tables) @ answered).tolist()
    for group, base, flag in zip(release.groups, bases, flags, strict=True):
        told = group.base is not None and flag and base >= K
        status = "shown" if told else "c"
        rows.append(EstimateRow(group.group, "q", "item", base if told else None, *nothing, status))
    measure = MeasureRow("q", "item", "q", None, False, "print", ())
    return replace(release, measures=(measure,), estimates=tuple(rows))


def found(which: str, release: Release) -> Counter[tuple[str, str]]:
    """What the auditor finds: kinds of breach and groups."""
    return Counter((one.kind, one.group) for one in attack_bases(release, made(which)[1]))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("which", ["crossed", "linked", "together"])
@settings(max_examples=EXAMPLES)
@given(draw=st.data())
def test_of_groups_it_finds_what_every_table_tells(
    which: str, step: int, draw: st.DataObject
) -> None:
    cells = made(which)[2]
    release = draw.draw(published(which, step))
    known = {row.values: of_group(release, row.base) for row in release.groups}
    names = {row.values: row.group for row in release.groups}
    oracle = Publication(names, [known], [groups_that_fit(cells, known)], K)
    assert found(which, release) == Counter(oracle.verdicts())


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("which", ["crossed", "linked"])
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_of_an_item_it_finds_what_every_table_tells(which: str, draw: st.DataObject) -> None:
    cells = made(which)[2]
    release = draw.draw(with_item(which))
    known = {row.values: of_group(release, row.base) for row in release.groups}
    own = {row.values: of_item(release, row.group, "q") for row in release.groups}
    names = {row.values: row.group for row in release.groups}
    alone = Publication(names, [known], [groups_that_fit(cells, known)], K)
    beside = Publication(names, [own, {}, known], items_that_fit(cells, own, known), K)
    expected = Counter(alone.verdicts())
    if any(row.base != base for row, base in zip(release.estimates, bases(release), strict=True)):
        expected += Counter(beside.verdicts())
    assert found(which, release) == expected


def bases(release: Release) -> list[int | None]:
    return [row.base for row in release.groups]


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("kind", "which", "step"),
    [
        ("bound", "crossed", 1),
        ("bound", "crossed", 3),
        ("pinned", "together", 1),
        ("rest", "linked", 1),
        ("rest", "together", 1),
    ],
)
def test_there_was_something_to_find(kind: str, which: str, step: int) -> None:
    """Positive control: what is drawn above has breaches of every kind, among as many examples."""
    find(published(which, step), lambda one: kind in kinds(found(which, one)), settings=FIRST)


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("kind", "which"), [("bound", "crossed"), ("rest", "crossed"), ("rest", "linked")]
)
def test_there_was_something_to_find_by_an_item(kind: str, which: str) -> None:
    """Positive control: some breaches are there by the item's own bases alone."""

    def by_the_item(release: Release) -> Counter[tuple[str, str]]:
        groups = replace(release, measures=(), estimates=())
        return found(which, release) - found(which, groups)

    find(with_item(which), lambda one: kind in kinds(by_the_item(one)), settings=FIRST)


def kinds(found: Counter[tuple[str, str]]) -> set[str]:
    return {kind for kind, _ in found}
