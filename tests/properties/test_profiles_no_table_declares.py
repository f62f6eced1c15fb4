"""Crosses of three variables that stand in no table, where all three pairs do.

Publishing protects the groups of the plan and what they leave. A profile that no table declares
is bounded by the tables of its pairs. Here an attacker who knows every shown base exactly writes
down every profile, and is asked of how many of fewer than k people that is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import fixtures_disclosure as small
import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.circles import circle
from analysis.disclosure import protect
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
SIZES = {"unit": 4, "ethnicity": 3, "sex": 2}
CODES = {name: tuple(f"{name}{at}" for at in range(of)) for name, of in SIZES.items()}
BOOK = small.codebook(CODES)
PLAN = small.plan(
    [small.flat(name, codes) for name, codes in CODES.items()],
    [small.table("unit", "ethnicity"), small.table("unit", "sex"), small.table("ethnicity", "sex")],
)
_NEARLY = 1e-6


@dataclass
class Found:
    """Small profiles; those known to be fewer than k; and known to be somebody besides."""

    small: int = 0
    bounded: int = 0
    somebody: int = 0


LINE = small.plan(
    PLAN.breakdowns, [small.table("unit", "ethnicity"), small.table("ethnicity", "sex")]
)


def searched(forces: range, plan: TablePlan = PLAN, *, protected: bool = True) -> Found:
    """Drawn forces of 150 to 600 people who all say who they are, which is stricter."""
    found, profiles = Found(), small.profiles(BOOK)
    inside = small.membership(BOOK, plan)
    everybody = [at for at, one in enumerate(profiles) if None not in one]
    for seed in forces:
        counts = _force(seed)
        every = frozenset(group.id for group in plan.groups)
        system = small.system(BOOK, plan, counts)
        shown = protect(system, POLICY, {}).shown if protected else every
        told = [at for at, group in enumerate(plan.groups) if group.id in shown]
        truth = np.array([counts.get(profiles[at], 0) for at in everybody], dtype=float)
        rows = inside[np.ix_(told, everybody)].astype(float)
        for at in np.flatnonzero(truth < POLICY.k).tolist():
            found.small += 1
            one = np.zeros(len(everybody))
            one[at] = 1.0
            low, high = (
                sign * linprog(sign * one, A_eq=rows, b_eq=rows @ truth, method="highs").fun
                for sign in (1.0, -1.0)
            )
            if high < POLICY.k - _NEARLY:
                found.bounded += 1
                found.somebody += low > _NEARLY
    return found


def _force(seed: int) -> dict[tuple[str | None, ...], int]:
    rng = np.random.default_rng(seed)
    shares = [rng.dirichlet(np.full(of, 1.5)) for of in SIZES.values()]
    people = int(rng.choice([150, 300, 600]))
    drawn = [
        rng.choice(of, people, p=share) for of, share in zip(SIZES.values(), shares, strict=True)
    ]
    counts: dict[tuple[str | None, ...], int] = {}
    for places in zip(*drawn, strict=True):
        profile = tuple(codes[at] for codes, at in zip(CODES.values(), places, strict=True))
        counts[profile] = counts.get(profile, 0) + 1
    return counts


@pytest.mark.slow
def test_few_profiles_of_a_circle_of_tables_are_known_to_be_small() -> None:
    """What publishing does not wait for; docs/DISCLOSURE.md says how much it is."""
    found = searched(range(15))
    assert found.small > 120
    assert found.bounded <= 0.02 * found.small
    assert found.somebody == 0


@pytest.mark.slow
def test_without_a_circle_no_profile_is_known_to_be_small() -> None:
    assert {"-".join(table.breakdowns) for table in circle(PLAN)} == {
        "unit-ethnicity",
        "unit-sex",
        "ethnicity-sex",
    }
    assert circle(LINE) == ()
    found = searched(range(15), LINE)
    assert found.small > 120
    assert found.bounded == 0


@pytest.mark.long
def test_without_a_circle_in_many_forces() -> None:
    assert searched(range(400), LINE).bounded == 0


@pytest.mark.long
def test_in_many_forces_too() -> None:
    found = searched(range(400))
    assert found.small > 5000
    assert found.bounded <= 0.01 * found.small
    assert found.somebody <= 1


def test_they_are_where_nothing_is_hidden() -> None:
    """Positive control."""
    found = searched(range(4), protected=False)
    assert found.somebody > 0
    assert found.bounded > 0.2 * found.small
