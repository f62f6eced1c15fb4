"""How many linear programs it takes to keep colleagues off the groups of a whole force."""

from __future__ import annotations

import large_forces
import numpy as np
import pytest

from analysis.disclosure import colleagues, staying
from analysis.disclosure.bounds import Known
from analysis.disclosure.repair import hiding_pattern
from analysis.disclosure.system import build
from analysis.disclosure.targets import of_groups
from analysis.tally import tally

K = 10
pytestmark = pytest.mark.slow


def test_one_table_clears_many_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """12 commands, 60 departments, 6 ethnic groups, sex and probation: 851 groups."""
    book, plan = large_forces.one_force()
    counted = tally(book, plan, large_forces.answers(book, 5_500))
    system = build(book, plan, counted.at_groups.people, counted.cells)
    exact = system.bases.astype(np.float64)
    known = Known(system.bases, exact, exact, np.full(len(exact), 4 * exact.max()))
    hidden = hiding_pattern(system, known, system.bases < K, K)
    whom = colleagues.colleagues_in(system, 2)
    assert whom is not None
    small = int((~whom.true_table_holds(K)).sum())
    solved, solve = [0], staying._solution

    def counting(program: object) -> object:
        solved[0] += 1
        return solve(program)

    monkeypatch.setattr(staying, "_solution", counting)
    pooled = colleagues.Pooled(system, known, K, of_groups(system, K), whom, 3)
    found = pooled.hide(hidden, np.log1p(exact))
    print(f"{len(plan.groups)} groups, {small} small places, {solved[0]} programs")
    assert (found == hidden).all(), "nothing more has to be hidden"
    assert 0 < solved[0] < small / 5
