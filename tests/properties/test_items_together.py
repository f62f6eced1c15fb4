"""Two items with bases of their own and the groups, as one system: more than each item with them?

Publishing and its auditor take the groups together with one item after the other. Here an attacker
writes down everybody in every profile, who of them answered each of the two, and all that is
published, and asks again whatever is asked of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest
from fixtures_ugly_plans import POLICY, ugly
from scipy.optimize import linprog

from analysis.disclosure import Protection, protect
from analysis.disclosure.stated import least_answers
from analysis.disclosure.system import Bases
from analysis.errors import Unprotectable
from analysis.plan import TablePlan

Reals = npt.NDArray[np.float64]

ITEMS = ("q", "r")
_NEARLY = 1e-5


@dataclass(frozen=True)
class Together:
    """A publication of groups and several items, and the truth behind it.

    Attributes:
        inside: which profile is in which group, shape (groups, profiles).
        people: exact counts per group, shape (groups,).
        answered: of each item, shape (groups,).
    """

    tables: TablePlan
    inside: npt.NDArray[np.bool_]
    people: Bases
    answered: dict[str, Bases]

    def breaches(self, found: Protection) -> Iterator[str]:
        """What two items together tell of fewer than k people, in words."""
        rows, low, high = self._published(found)
        profiles, k = self.inside.shape[1], POLICY.k
        for at, group in enumerate(self.tables.groups):
            row, none = self.inside[at].astype(float), np.zeros(profiles)
            asked = []
            if group.id not in found.shown and self.people[at] < k:
                asked.append(("people", np.concatenate([row, none, none]), False))
            for number, item in enumerate(ITEMS):
                answers = np.concatenate([none, *(row * (one == number) for one in range(2))])
                if not found.shows(group.id, item) and self.answered[item][at] < k:
                    asked.append((f"{item} answered", answers, False))
                if 0 < self.people[at] - self.answered[item][at] < k:
                    silent = np.concatenate([row, none, none]) - answers
                    asked.append((f"{item} silent", silent, True))
            for what, functional, may_be_none in asked:
                most = _extreme(functional, -1.0, rows, low, high)
                if most < k - _NEARLY and not (
                    may_be_none and _extreme(functional, 1.0, rows, low, high) < 1 - _NEARLY
                ):
                    yield f"{group.id}: at most {most:.2f} {what}"

    def _published(self, found: Protection) -> tuple[Reals, Reals, Reals]:
        """Rows over people and answers by profile, and what each lies between."""
        ids = [group.id for group in self.tables.groups]
        shown = np.array([one in found.shown for one in ids])
        count, one = self.inside.shape[1], np.eye(self.inside.shape[1])
        inside, nothing = self.inside.astype(float), np.zeros((len(ids), count))
        ceiling = 4.0 * max(self.people.max(), POLICY.k)
        least = least_answers(self.people, POLICY).astype(float)
        rows, low, high = (
            [np.hstack([inside, nothing, nothing])],
            [self.people * shown],
            [np.where(shown, self.people, ceiling)],
        )
        for number, item in enumerate(ITEMS):
            told = np.array([found.shows(each, item) for each in ids])
            own = np.array([each in found.own_bases.get(item, ()) for each in ids])
            answers = self.answered[item].astype(float)
            blocks = [inside if place == number else nothing for place in range(2)]
            rows.append(np.hstack([nothing, *blocks]))
            low.append(np.where(own, answers, least) * told)
            high.append(np.where(told & own, answers, ceiling))
            # Nobody answers who is not there.
            rows.append(np.hstack([one, *(-one * (place == number) for place in range(2))]))
            low.append(np.zeros(count))
            high.append(np.full(count, ceiling))
        return np.vstack(rows), np.concatenate(low), np.concatenate(high)


def _extreme(functional: Reals, sign: float, rows: Reals, low: Reals, high: Reals) -> float:
    found = linprog(  # type: ignore[call-overload]
        sign * functional,
        A_ub=np.vstack([rows, -rows]),
        b_ub=np.concatenate([high, -low]),
        bounds=(0, None),
        method="highs",
    )
    assert found.status == 0, found.message
    return float(functional @ found.x)


def told(seed: int, *, apart: bool = False) -> list[str] | None:
    """What two items tell of an ugly plan; None where the force is not shown, or nothing is.

    Args:
        seed: of the plan, its people and who of them answers.
        apart: whether both are shown wherever the group is, as nobody would publish them.
    """
    wave, rng = ugly(seed), np.random.default_rng(1000 + seed)
    rate = float(rng.choice([0.6, 0.8, 0.88, 0.93]))
    counts = {
        profile: int(rng.binomial(n, rate if rng.random() < 0.8 else rng.choice([0.1, 0.5, 1])))
        for profile, n in wave.people.items()
    }
    answered = {"q": wave.answered, "r": small.bases(wave.book, wave.tables, counts)}
    try:
        found = protect(wave.system, POLICY, {} if apart else answered)
    except Unprotectable:
        return None
    if "force" not in found.shown:
        return None
    if apart:
        nowhere = dict.fromkeys(ITEMS, frozenset[str]())
        found = Protection(found.shown, nowhere, dict.fromkeys(ITEMS, found.shown))
    inside = small.membership(wave.book, wave.tables)
    return list(Together(wave.tables, inside, wave.system.bases, answered).breaches(found))


@pytest.mark.slow
def test_two_items_together_tell_no_more_than_each_with_the_groups() -> None:
    looked = [found for seed in range(4) if (found := told(seed)) is not None]
    assert len(looked) > 1
    assert not [one for found in looked for one in found]


@pytest.mark.long
def test_two_items_together_tell_no_more_in_many_plans() -> None:
    looked = [found for seed in range(20, 220) if (found := told(seed)) is not None]
    assert len(looked) > 120
    assert not [one for found in looked for one in found]


def test_items_that_are_shown_everywhere_are_seen_through() -> None:
    """Positive control."""
    assert any(told(seed, apart=True) for seed in range(6))
