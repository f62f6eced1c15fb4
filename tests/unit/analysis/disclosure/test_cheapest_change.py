"""The cheapest change, searched from a table that fits and in parts of a system."""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.disclosure.bounds import CheapestChange, FeasibleTables, Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import weights_of
from analysis.disclosure.system import System
from analysis.errors import Unprotectable

NOTHING = np.zeros(0, dtype=np.int64)
UNITS, SEX = tuple("abcdef"), ("f", "m")


def system(seed: int) -> System:
    book = small.codebook({"unit": UNITS, "sex": SEX})
    plan = small.plan(
        [small.flat("unit", UNITS), small.flat("sex", SEX)], [small.table("unit", "sex")]
    )
    rng = np.random.default_rng(seed)
    return small.system(book, plan, {one: int(rng.poisson(9)) for one in small.profiles(book)})


def known(of: System) -> Known:
    people = of.bases.astype(float)
    return Known(of.bases, people, people, np.full(len(people), 4 * people.max()))


def reached(of: System, hidden: Hidden, group: int, *, begun: bool) -> tuple[float, float]:
    """What a change to sixty people more costs, and how many are in the group then."""
    change, tables = (one(of, known(of), NOTHING) for one in (CheapestChange, FeasibleTables))
    tables.hide(hidden)
    functional = weights_of(of.membership, group)
    tables.extreme(weights_of(of.membership, (group + 1) % len(of.groups)))
    if begun:
        change.begin(tables)
    cost = np.where(hidden, 0.0, np.log1p(of.bases))
    need = float(of.bases[group] + 60)
    support, table = change.reach(functional, need, cost, "it")
    people = of.membership @ table
    assert (np.abs(people - of.bases)[~support] < 1e-6).all()
    return float(cost @ np.abs(people - of.bases)), float(people[group])


def test_begun_from_a_table_that_fits_the_change_is_as_cheap() -> None:
    dear = 0
    for seed in range(12):
        of, rng = system(seed), np.random.default_rng(seed)
        hidden = rng.random(len(of.groups)) < 0.4
        group = int(rng.choice(np.flatnonzero(hidden)))
        one, other = (reached(of, hidden, group, begun=begun) for begun in (False, True))
        assert one[0] == pytest.approx(other[0], abs=1e-6)
        assert min(one[1], other[1]) >= of.bases[group] + 60 - 1e-6
        dear += one[0] > 1
    assert dear > 2


@pytest.mark.parametrize("is_part", [False, True])
def test_what_cannot_be_helped_is_no_hindrance_to_others(is_part: bool) -> None:
    of = system(1)
    change = CheapestChange(of, known(of), NOTHING, is_part=is_part)
    cost, first = np.ones(len(of.groups)), weights_of(of.membership, 1)
    expected = change.reach(first, float(of.bases[1] + 2), cost, "it")[0]
    with pytest.raises(Unprotectable, match="cannot be protected"):
        change.reach(first, 1e6, cost, "it")
    assert (change.reach(first, float(of.bases[1] + 2), cost, "it")[0] == expected).all()
