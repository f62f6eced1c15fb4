"""The program for answers finds what writing down every table of answers finds."""

from __future__ import annotations

from itertools import product

import fixtures_disclosure as small
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.cells import Cells
from analysis.disclosure.answers import PossibleAnswers, Told, _Look
from analysis.disclosure.beside import tightened
from analysis.disclosure.system import System, build
from analysis.disclosure.unions import Small, unions
from analysis.disclosure.unions import small as small_unions

CODES = {"unit": ("a", "b"), "sex": ("f", "m")}
BOOK = small.codebook(CODES)
PLAN = small.plan([small.flat(name, codes) for name, codes in CODES.items()],
                  [small.table("unit", "sex")])  # fmt: skip
PROFILES = np.array(list(product((0, 1, -1), (0, 1))), dtype=np.int16)


def system(people: list[int]) -> tuple[System, np.ndarray]:
    """The people of each unit (the last unknown) and sex."""
    kept = [at for at, n in enumerate(people) if n]
    cells = Cells(("unit", "sex"), PROFILES[kept], np.array(people)[kept])
    counts = {
        tuple(
            None if at < 0 else codes[at] for codes, at in zip(CODES.values(), profile, strict=True)
        ): n
        for profile, n in zip(PROFILES.tolist(), people, strict=True)
    }
    return build(BOOK, PLAN, small.bases(BOOK, PLAN, counts), cells), cells.people


def enumerated(
    rows: np.ndarray, told: tuple[np.ndarray, np.ndarray], people: np.ndarray
) -> np.ndarray:
    """Every whole table of answers at the cells that fits, shape (tables, cells)."""
    tables = np.array(list(product(*(range(n + 1) for n in people.tolist()))))
    sums = tables @ rows.T
    return np.asarray(tables[((sums >= told[0]) & (sums <= told[1])).all(axis=1)])


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(st.integers(0, 3), min_size=6, max_size=6).filter(any),
    data=st.data(),
)
def test_exposed_is_what_every_table_of_answers_says(
    people: list[int], data: st.DataObject
) -> None:
    """With limits in whole people the fractions of a two-way table change nothing."""
    made, n = system(people)
    truth = np.array([data.draw(st.integers(0, int(most))) for most in n])
    groups = len(made.groups)
    hidden = np.array(
        [False, *data.draw(st.lists(st.booleans(), min_size=groups - 1, max_size=groups - 1))]
    )
    assert made.inside is not None
    at_cells = np.asarray((made.membership @ made.inside).todense()) > 0
    true, most = at_cells @ truth, at_cells @ n
    slack = np.array([data.draw(st.integers(0, 2)) for _ in range(groups)])
    low = np.where(hidden, 0, np.maximum(0, true - slack)).astype(float)
    high = np.where(hidden, most, np.minimum(most, true + slack)).astype(float)
    every = unions(made, hidden)
    few, at_atoms = small_unions(made, every, n, 20)
    told = Told(at_atoms, np.asarray(made.inside @ truth, dtype=float), low, high, whole=True)
    exposed = {few.names[one.union] for one in PossibleAnswers(made).exposed(told, few)}
    tables = enumerated(at_cells.astype(float), (low, high), n)
    sets = np.asarray((few.rows @ made.inside).todense())
    for name, row, unseen in zip(few.names, sets, few.unseen.tolist(), strict=True):
        values, whole = tables @ row, float(row @ n)
        known = values.min() > 0.9 * whole or (
            unseen and (values.max() < 0.1 * whole or values.max() == values.min())
        )
        assert (name in exposed) == known, (name, values.min(), values.max(), whole)


def test_everything_shown_exactly_exposes_what_is_left() -> None:
    """A positive control: ten people of which the parts leave three, who all agree."""
    made, n = system([4, 3, 0, 0, 2, 1])
    assert made.inside is not None
    truth = np.array([1, 2, 2, 1])
    bases = np.asarray(made.membership @ (made.inside @ truth), dtype=float)
    hidden = np.array([group.id not in ("force", "unit=a") for group in made.groups])
    low = np.where(hidden, 0.0, bases)
    high = np.where(hidden, made.membership @ (made.inside @ n), bases)
    few, at_atoms = small_unions(made, unions(made, hidden), n, 20)
    told = Told(at_atoms, np.asarray(made.inside @ truth, dtype=float), low, high, whole=True)
    found = tuple(PossibleAnswers(made).exposed(told, few))
    assert "unit= not known further" in {few.names[one.union] for one in found}
    assert {made.groups[row].id for one in found for row in one.rows} == {"force", "unit=a"}


def test_shares_of_a_whole_tighten_each_other() -> None:
    """35 and 65 percent of eleven people are at least all but half a person."""
    low, high = np.array([[3.6], [6.9], [0.0]]), np.array([[4.1], [7.4], [11.0]])
    read = np.array([[0.0], [0.0]]), np.array([[11.0], [11.0]])
    found = tightened(low, high, [[0, 1], [2]], read, np.array([11.0]))
    assert np.allclose(found[1][2], 0.5)
    assert np.allclose(found[2][0], 10.5)


def test_each_set_of_people_is_looked_at_once() -> None:
    """What is left of everybody beside one part is the other part, whose share is published."""
    made, n = system([4, 3, 2, 1, 0, 0])
    few, _ = small_unions(made, unions(made, np.zeros(len(made.groups), dtype=bool)), n, 20)
    assert "unit=a without unit=a&sex=f" not in few.names
    unseen = {name for name, one in zip(few.names, few.unseen.tolist(), strict=True) if one}
    assert unseen == {f"force without {group.id}" for group in made.groups if len(group.where) > 1}


def test_the_first_search_goes_away_from_both_ends() -> None:
    few = Small(("all", "nobody", "seen"), sparse.csr_array(np.eye(3)), np.ones(3, dtype=bool))
    people, truth = np.full(3, 12.0), np.array([12.0, 0.0, 5.0])
    look = _Look(Told(people, truth, truth, truth, whole=True), few)
    assert look.inwards().tolist() == [-1.0, 1.0, 1.0]
    look.witness(np.array([12.0, 0.0, 8.0]))
    assert look.inwards().tolist() == [-1.0, 1.0, 0.0], "who is not open is not searched for"
