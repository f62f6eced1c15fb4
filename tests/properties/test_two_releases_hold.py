"""Two Releases of one wave with other bands: nobody sees through both together.

The attacker here shares nothing with the product: every profile of unit and age is an unknown of
its own, every base that either Release shows is taken as exactly known, and each difference of two
bands is looked at, in the force and in each unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from fixtures_earlier import AGES, UNITS, after, breakdown, made, people, plan
from scipy.optimize import linprog

from analysis.disclosure import plans
from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from analysis.publish import making
from analysis.release.model import Release

K = 10
PLANTED = 3
"""Pairs that show what is planted; of the first fifteen five do."""
CELLS = tuple(product(range(4), range(len(AGES))))


def bands(rng: np.random.Generator) -> TablePlan:
    """Two or three bands of ages, crossed with units."""
    band = rng.integers(0, 3, len(AGES))
    named = {f"b{at}": " ".join(np.array(AGES)[band == at]) for at in sorted(set(band.tolist()))}
    return plan(UNITS, breakdown("age", "age", **named), crossed=True)


def force(seed: int) -> tuple[Microdata, np.ndarray]:
    """Invented people, and how many are in each cell; ages are rare in some units."""
    rng = np.random.default_rng(seed)
    counts = rng.choice([2, 4, 12, 30, 60], len(CELLS), p=[0.08, 0.08, 0.24, 0.3, 0.3])
    sizes = counts.reshape(4, -1).sum(axis=1)
    answers = people(dict(zip(("north", "south", "west", "east"), sizes.tolist(), strict=True)))
    answers.variables["age"][:] = np.concatenate(
        [np.repeat(range(4), of) for of in counts.reshape(4, -1)]
    )
    return answers, counts


def inside(of: TablePlan, group: str) -> np.ndarray:
    """Which cells a group holds."""
    codes = {"unit": ("north", "south", "west", "east"), "age": AGES}
    return np.array(
        [
            all(
                codes[name][cell[name == "age"]]
                in of.breakdown_by_id[name].value_by_id[value].categories
                for name, value in of.group_by_id[group].where
            )
            for cell in CELLS
        ]
    )


def shown(of: TablePlan, release: Release) -> list[np.ndarray]:
    return [inside(of, row.group) for row in release.groups if row.status == "shown"]


def differences(one: TablePlan, other: TablePlan) -> Iterator[np.ndarray]:
    """Every group of either plan, and every cell that two values make together in a unit."""
    for of in (one, other):
        yield from (inside(of, group) for group in of.group_by_id)
    for first, second in product(one.group_by_id, other.group_by_id):
        yield inside(one, first) & inside(other, second)
        yield inside(one, first) & ~inside(other, second)


def few(known: list[np.ndarray], asked: Iterator[np.ndarray], counts: np.ndarray) -> int:
    """How many small counts are known to be small."""
    rows = np.array(known, dtype=float)
    found = 0
    for cells in {one.tobytes(): one for one in asked}.values():
        if 0 < counts[cells].sum() < K:
            best = linprog(-cells.astype(float), A_eq=rows, b_eq=rows @ counts, method="highs")
            assert best.status == 0
            # What neither Release tells apart from something larger is told by neither.
            found += -best.fun < K - 1e-6
    return found


@dataclass
class Found:
    """In how many pairs the attacker saw something, and how many were published at all."""

    without_ledger: int = 0
    with_ledger: int = 0
    published: int = 0
    refused: int = 0


def attacked(home: Path, pairs: int) -> Found:
    found = Found()
    for seed in range(pairs):
        rng = np.random.default_rng(1000 + seed)
        (answers, counts), old, new = force(seed), bands(rng), bands(rng)
        empty = Ledger("small")
        first, second = made(old, answers, empty), made(new, answers, None)
        asked, known = list(differences(old, new)), shown(old, first)
        found.without_ledger += few([*known, *shown(new, second)], iter(asked), counts) > 0
        try:
            second = made(new, answers, after(first, old, empty, home))
        except Unprotectable:
            found.refused += 1
            continue
        found.published += 1
        found.with_ledger += few([*known, *shown(new, second)], iter(asked), counts) > 0
    return found


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "pairs", [pytest.param(12, marks=pytest.mark.slow), pytest.param(30, marks=pytest.mark.long)]
)
def test_nobody_sees_through_two_releases_of_a_wave(tmp_path: Path, pairs: int) -> None:
    found = attacked(tmp_path, pairs)
    assert found.without_ledger > pairs / 3, "the attacker sees through those that ignore others"
    assert found.published > pairs / 2
    assert found.with_ledger == 0


@pytest.mark.slow
@pytest.mark.no_cover
def test_the_attacker_sees_through_plans_that_are_merged_without_their_differences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_both_go", lambda *_: {})
    monkeypatch.setattr(making, "beside_earlier", lambda *_: ())  # What it looks at is answers.
    assert attacked(tmp_path, PLANTED).with_ledger > 0
