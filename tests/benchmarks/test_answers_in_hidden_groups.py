"""What steps of shares are for: how many hidden groups' answers exact counts and percents tell.

A synthetic force in which nearly all answer an item alike, groups hidden by disclosure control, and
every other group's figure shown as exact counts, in whole percents, or in steps of 5 points with
the ends coded. The last is what the policy does below 100 people; here it is done at every base.
"""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest

from analysis.cells import Cells
from analysis.disclosure.answers import PossibleAnswers, Told
from analysis.disclosure.protection import protect
from analysis.disclosure.rounding import nearest
from analysis.disclosure.system import System, build
from analysis.disclosure.unions import small as small_unions
from analysis.disclosure.unions import unions
from analysis.policy import DisclosurePolicy

pytestmark = pytest.mark.slow

POLICY = DisclosurePolicy()
COMMANDS = tuple(f"c{number}" for number in range(12))
CODES = {"command": COMMANDS, "ethnicity": ("w", "a", "b", "m"), "sex": ("f", "m")}
SHARES = ([1 / 12] * 12, [0.86, 0.07, 0.04, 0.03], [0.4, 0.6])
PEOPLE, ITEMS = 5_500, 20
Ints = npt.NDArray[np.int64]
Limits = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def exact(people: Ints, n: Ints) -> Limits:
    return people.astype(float), people.astype(float)


def whole_percents(people: Ints, n: Ints) -> Limits:
    return _limits(people, n, step=1, edge=0)


def coded_fives(people: Ints, n: Ints) -> Limits:
    return _limits(people, n, step=5, edge=10)


def _limits(people: Ints, n: Ints, step: int, edge: int) -> Limits:
    percents = [nearest(100 * a / max(b, 1), step) for a, b in zip(people, n, strict=True)]
    low = [0 if one <= edge else min(one, 100 - edge) - step / 2 for one in percents]
    high = [100 if one >= 100 - edge else max(one, edge) + step / 2 for one in percents]
    return (
        np.maximum(0, np.array(low) * n / 100),
        np.minimum(n, np.array(high) * n / 100).astype(float),
    )


@pytest.fixture(scope="module")
def force() -> tuple[System, Ints, npt.NDArray[np.bool_]]:
    rng = np.random.default_rng(4)
    columns = [rng.choice(len(chance), PEOPLE, p=chance) for chance in SHARES]
    profiles, people = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    cells = Cells(tuple(CODES), profiles.astype(np.int16), people)
    book = small.codebook(CODES)
    plan = small.plan(
        [small.flat(name, codes) for name, codes in CODES.items()], [small.table(*CODES)]
    )
    counts = {
        tuple(codes[at] for codes, at in zip(CODES.values(), row, strict=True)): int(n)
        for row, n in zip(profiles.tolist(), people.tolist(), strict=True)
    }
    system = build(book, plan, small.bases(book, plan, counts), cells)
    shown = protect(system, POLICY, {}).shown
    return system, people, np.array([group.id not in shown for group in system.groups])


def exposed(force: tuple[System, Ints, npt.NDArray[np.bool_]], alike: float, show: object) -> float:
    """Share of hidden groups times items of which the answers are exposed."""
    system, people, hidden = force
    assert system.inside is not None
    rng = np.random.default_rng(9)
    few, at_atoms = small_unions(system, unions(system, hidden), people, 2 * POLICY.k)
    names = {group.id for group, out in zip(system.groups, hidden.tolist(), strict=True) if out}
    looked = [at for at, name in enumerate(few.names) if name in names]
    assert len(looked) >= 20
    possible = PossibleAnswers(system)
    found = 0
    for _ in range(ITEMS):
        truth = np.asarray(system.inside @ rng.binomial(people, alike), dtype=float)
        so = np.rint(system.membership @ truth).astype(np.int64)
        low, high = show(so, system.bases)  # type: ignore[operator]
        low = np.where(hidden, 0.0, low)
        high = np.where(hidden, system.bases, high).astype(float)
        told = Told(at_atoms, truth, low, high, whole=True)
        found += len({one.union for one in possible.exposed(told, few)} & set(looked))
    return found / (ITEMS * len(looked))


@pytest.mark.parametrize("alike", [0.85, 0.95])
def test_coarse_steps_expose_nobody_where_counts_and_whole_percents_do(
    force: tuple[System, Ints, npt.NDArray[np.bool_]], alike: float
) -> None:
    told = [exposed(force, alike, show) for show in (exact, whole_percents, coded_fives)]
    print(f"\n{alike:.0%} alike: " + ", ".join(f"{share:.1%}" for share in told))
    assert told[0] > 0
    assert told[0] >= told[1] > 0
    assert told[2] == 0
