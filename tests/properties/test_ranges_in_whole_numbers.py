"""Counts of a wide range: what whole people leave open, where fractions of people leave it open.

Ranges of three people or less are looked at in whole numbers. In crosses of three variables a wider
one could also be narrower in whole numbers; here is how often it is, where nothing else is hidden.
"""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import pytest
from scipy import sparse

from analysis.disclosure.bounds import DUST, FeasibleTables, Known
from analysis.disclosure.open_counts import NARROW
from analysis.disclosure.targets import nobody

SIZES = {"a": "123", "b": "1234", "c": "1234"}
BOOK = small.codebook({name: tuple(codes) for name, codes in SIZES.items()})
PLAN = small.plan(
    [small.flat(name, codes) for name, codes in SIZES.items()],
    [small.table("a", "b"), small.table("b", "c"), small.table("a", "c")],
)


def fits(seed: int) -> tuple[FeasibleTables, int]:
    """All tables with the two-way sums of a drawn one, and the number of their cells."""
    rng = np.random.default_rng(seed)
    counts = {
        profile: int(rng.poisson(4))
        for profile in small.profiles(BOOK)
        if None not in profile and rng.random() < 0.4
    }
    system = small.system(BOOK, PLAN, counts)
    people = system.bases.astype(np.float64)
    known = Known(system.bases, people, people, np.full(len(people), 4 * people.max()))
    assert len(system.blocks) == 1
    return FeasibleTables(system, known, nobody(system)), system.membership.shape[1]


@pytest.mark.slow
def test_whole_people_reach_as_far_as_fractions_where_the_range_is_wide() -> None:
    wide = fractions = 0
    for seed in range(60):
        tables, cells = fits(seed)
        for cell in np.eye(cells):
            (least, _), (most, table) = tables.extreme(cell, largest=False), tables.extreme(cell)
            if most - least <= NARROW + DUST:
                continue
            wide += 1
            if (np.abs(table - np.rint(table)) > DUST).any():
                fractions += 1
                near = tables.near(sparse.csr_array(cell[np.newaxis]))
                found = near.find(tables.limits(), 0, np.floor(most + DUST), np.inf)
                assert found is not None
    assert wide > 400
    assert fractions > 0, "only whole tables were found, so this shows nothing"
