"""A million answer sheets counted, against the bare `numpy.bincount` pass over the same arrays.

The bare pass counts 60 items by cell and answer and nothing else: no group, no theme, no check.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import large_forces
import numpy as np
import pytest

from analysis.cells import number_cells
from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from analysis.tally import Tally, tally

SHEETS, ITEMS = 1_000_000, 60
TIMES, MEMORY = 3.0, 2.0
ROUNDS = 7

pytestmark = pytest.mark.long

Asked = tuple[Codebook, TablePlan, Microdata]


@pytest.fixture(scope="module")
def asked() -> Asked:
    book, plan = large_forces.many_items()
    return book, plan, large_forces.answers_to_many(book, SHEETS)


def counted(asked: Asked) -> Tally:
    found = tally(*asked)
    assert len(found.at_groups.people) == len(asked[1].groups)
    return found


def fastest(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Seconds of processor time of the fastest of many calls of each, which take turns."""
    found = [float("inf")] * len(works)
    for _ in range(rounds):
        for at, work in enumerate(works):
            begun = time.process_time()
            work()
            found[at] = min(found[at], time.process_time() - begun)
    return found


def test_tally_takes_at_most_three_times_the_bare_pass(asked: Asked) -> None:
    book, plan, data = asked
    cells, cell_of = number_cells(book, plan, data)
    _ = plan.groups

    def bare() -> None:
        for column in data.items.values():
            np.bincount(cell_of * 7 + column + 1, minlength=7 * len(cells))

    ours, least = fastest(lambda: counted(asked), bare)
    print(f"{len(plan.groups)} groups, {len(cells)} cells: {ours:.2f} s against {least:.2f} s")
    assert ours <= TIMES * least


def test_tally_takes_at_most_twice_the_memory_of_the_answers(asked: Asked) -> None:
    _, _, data = asked
    arrays = sum(one.nbytes for one in (*data.items.values(), *data.variables.values()))
    tracemalloc.start()
    try:
        counted(asked)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    print(f"{peak / 2**20:.0f} MiB beside {arrays / 2**20:.0f} MiB of answers")
    assert arrays + peak <= MEMORY * arrays


def test_pandas_takes_longer_for_one_item(asked: Asked) -> None:
    """One item by the groups of every table with `groupby`: a sixtieth of the items, no theme."""
    import pandas as pd

    _, plan, data = asked
    variable = {one.id: one.variable for one in plan.breakdowns}
    frame = pd.DataFrame({**data.variables, "answer": data.items["q0"]})

    def grouped() -> None:
        for table in plan.tables:
            by = [variable[one] for one in table.breakdowns]
            frame.groupby([*by, "answer"]).size()

    ours, theirs = fastest(lambda: counted(asked), grouped, rounds=2)
    print(f"{ours:.2f} s against {ITEMS * theirs:.1f} s for items alone with pandas")
    assert ours < ITEMS * theirs
