"""Tables that move one half of an item's atoms are tables of the whole."""

from __future__ import annotations

from dataclasses import replace

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.disclosure.answered import of_item, split
from analysis.disclosure.bounds import FeasibleTables, Known
from analysis.disclosure.half_tables import HalfTables, Moves
from analysis.disclosure.halves import Beginning, beginning
from analysis.disclosure.solving import Reals
from analysis.disclosure.system import Held, System

UNITS, SEX, STAFF, K = ("a", "b", "c"), ("f", "m"), ("s", "t"), 10


class Drawn:
    """An item of a drawn force, two groups of which are not shown, and one for the item alone."""

    def __init__(self, seed: int = 3) -> None:
        rng = np.random.default_rng(seed)
        book = small.codebook({"unit": UNITS, "sex": SEX, "staff": STAFF})
        flats = [small.flat(*one) for one in (("unit", UNITS), ("sex", SEX), ("staff", STAFF))]
        plan = small.plan(flats, [small.table("unit", "sex"), small.table("unit", "staff")])
        people = {one: int(rng.poisson(8)) + 1 for one in small.profiles(book)}
        answered = {one: int(rng.binomial(n, 0.8)) for one, n in people.items()}
        self.groups = small.system(book, plan, people)
        bases = small.bases(book, plan, answered)
        names = [group.id for group in plan.groups]
        self.hidden = np.isin(names, ["unit=a&sex=f", "unit=b&sex=f"])
        self.few = self.hidden | np.isin(names, ["unit=a&sex=m", "unit=b&sex=m"])
        at_cells = np.array([answered[one] for one in small.profiles(book)])
        self.item = split(self.groups, self.hidden, bases, at_cells)
        exact, wide = bases.astype(float), np.full(len(bases), 4.0 * self.groups.bases.max())
        caps = np.where(self.hidden, wide, self.groups.bases)
        self.known = Known(bases, exact, exact, caps)
        self.targets = of_item(self.groups, self.item, self.hidden, K)

    def half(self, moves: Moves, item: System | None = None) -> HalfTables:
        given = (item or self.item, self.known, self.targets.nobody, self.hidden)
        tables = HalfTables(*given, moves)
        tables.hide(self.few)
        return tables

    def fits(self, table: Reals) -> bool:
        """Whether a table has nobody missing, and all that is held and shown as it is."""
        held = self.item.held
        bases = (self.item.membership @ table)[~self.few]
        return bool(
            (table > -1e-6).all()
            and np.allclose(held.rows @ table, held.values)
            and np.allclose(bases, self.known.bases[~self.few])
        )

    def tables(self, half: HalfTables) -> list[Reals]:
        """One for every count that is looked at, as large and as small as can be."""
        rows = self.targets.rows.toarray()
        return [half.extreme(row, largest)[1] for row in rows for largest in (True, False)]


@pytest.mark.parametrize("moves", Moves)
def test_tables_of_a_half_fit_the_whole_and_differ(moves: Moves) -> None:
    drawn = Drawn()
    tables = drawn.tables(drawn.half(moves))
    assert all(map(drawn.fits, tables))
    assert len({table.tobytes() for table in tables}) > 2


@pytest.mark.parametrize("moves", Moves)
def test_tables_of_a_half_that_is_free_of_what_is_held_do_not_fit(moves: Moves) -> None:
    """Positive control."""
    drawn = Drawn()
    # What is shown of the item would hold too much besides.
    drawn.few = np.ones_like(drawn.few)
    free = replace(drawn.item, held=Held(drawn.item.held.rows[:0], drawn.item.held.values[:0]))
    assert not all(map(drawn.fits, drawn.tables(drawn.half(moves, free))))


def test_one_half_keeps_everybody_and_the_others_those_who_did_or_did_not_answer() -> None:
    drawn = Drawn()
    truth = drawn.item.truth
    assert truth is not None
    people = truth.reshape(2, -1).sum(axis=0)
    for table in drawn.tables(drawn.half(Moves.ANSWERS)):
        assert table.reshape(2, -1).sum(axis=0) == pytest.approx(people)
    for table in drawn.tables(drawn.half(Moves.ANSWERED)):
        assert np.split(table, 2)[1] == pytest.approx(np.split(truth, 2)[1])
    for table in drawn.tables(drawn.half(Moves.SILENT)):
        assert np.split(table, 2)[0] == pytest.approx(np.split(truth, 2)[0])


def test_other_silent_people_can_be_held_and_whole_tables_found() -> None:
    drawn = Drawn()
    moved = drawn.tables(drawn.half(Moves.ANSWERS))[0]
    other = drawn.half(Moves.ANSWERED)
    other.hold(np.split(moved, 2)[1])
    assert all(map(drawn.fits, drawn.tables(other)))
    half = drawn.half(Moves.ANSWERS)
    table = half.near(drawn.targets.rows).find(half.limits(), 0, 0.0, np.inf)
    assert table is not None
    assert drawn.fits(table)


def test_others_answer_where_people_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn()
    moved = drawn.tables(drawn.half(Moves.SILENT))[0].reshape(2, -1).sum(axis=0)
    assert drawn.item.truth is not None
    assert not np.allclose(moved, drawn.item.truth.reshape(2, -1).sum(axis=0))

    def answering() -> list[Reals]:
        half = drawn.half(Moves.ANSWERS)
        half.hold(moved)
        return drawn.tables(half)

    found = answering()
    assert all(map(drawn.fits, found))
    assert all(np.allclose(table.reshape(2, -1).sum(axis=0), moved) for table in found)
    # Positive control: more may answer than there are people.
    monkeypatch.setattr(FeasibleTables, "at_most", lambda *_: None)
    assert not all(map(drawn.fits, answering()))


def test_hiding_more_lets_a_count_be_reached() -> None:
    drawn = Drawn()
    drawn.few = drawn.hidden
    half = drawn.half(Moves.ANSWERS)
    names = [group.id for group in drawn.groups.groups]
    row = drawn.item.membership[[names.index("unit=a&sex=m")]].toarray()[0]
    most, _ = half.extreme(row)
    support, table = half.reach(row, most + 1, np.ones(len(names)), "it")
    assert support.any()
    assert row @ table >= most + 1 - 1e-6


def test_searches_begin_where_everybody_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn()
    exact = drawn.groups.bases.astype(float)
    known = Known(drawn.groups.bases, exact, exact, np.full(len(exact), 4 * exact.max()))
    assert beginning(drawn.groups, known, drawn.hidden) is None, "of a small system"
    monkeypatch.setattr("analysis.disclosure.halves.MANY_ATOMS", 0)
    begun = beginning(drawn.groups, known, drawn.hidden)
    assert isinstance(begun, Beginning)
    warm, cold = (
        FeasibleTables(drawn.item, drawn.known, drawn.targets.nobody, drawn.hidden)
        for _ in range(2)
    )
    warm.start(begun.of_item(int((~drawn.hidden).sum())))
    for row in drawn.targets.rows.toarray():
        assert warm.extreme(row)[0] == pytest.approx(cold.extreme(row)[0])
