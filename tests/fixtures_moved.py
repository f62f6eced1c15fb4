"""Units by age: six cells are hidden, two in each of three units and three ages, in a circle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from fixtures_earlier import UNITS, book, breakdown, plan

from analysis.microdata import Microdata

AGES = breakdown("age", "age", a="20", b="25", c="30", d="40")
PLAN = plan(UNITS, AGES, crossed=True)
Table = Sequence[Sequence[int]]

THERE = ((7, 7, 120, 120), (120, 7, 7, 120), (7, 120, 7, 120), (120, 120, 120, 120))
THREE = ((3, 17, 0, 0), (0, 17, 0, 0), (10, 0, 10, 0), (0, 0, 0, 0))
MANY = ((14, 17, 0, 0), (0, 17, 0, 0), (10, 0, 10, 0), (0, 0, 0, 0))
NOBODY = ((0,) * 4,) * 4


def force(table: Table, seed: int) -> Microdata:
    """So many people of each unit and age; answers drawn."""
    rng, counts = np.random.default_rng(seed), np.array(table)
    cells = np.repeat(np.arange(16), counts.ravel())
    variables = {"unit": cells // 4, "age": cells % 4}
    items = {one.id: rng.integers(0, 5, len(cells)).astype(np.int16) for one in book().items}
    return Microdata(
        len(cells), {name: of.astype(np.int16) for name, of in variables.items()}, items, None
    )


def joined(one: Microdata, other: Microdata) -> Microdata:
    return Microdata(
        one.n + other.n,
        {name: np.concatenate([of, other.variables[name]]) for name, of in one.variables.items()},
        {name: np.concatenate([of, other.items[name]]) for name, of in one.items.items()},
        None,
    )
