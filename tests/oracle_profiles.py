"""The slow, obvious attacker of groups and items together: linear programs over every profile.

Every profile of the questionnaire is split into those who answered an item and those who did not.
What is published about groups and about the item are equations between these unknowns, and a
general solver says what each count can be. Nothing is taken apart and nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from analysis.disclosure.protection import Protection
from analysis.disclosure.system import Bases
from analysis.plan import TablePlan

Reals = npt.NDArray[np.float64]

NEARLY = 1e-5


@dataclass(frozen=True)
class Attacked:
    """One publication and the truth behind it.

    Attributes:
        inside: which profile is in which group, shape (groups, profiles).
        people, answered: exact counts per group, shape (groups,).
        least: fewest answers that an item can have which stands on its group's base, (groups,).
        k: people.
    """

    tables: TablePlan
    inside: npt.NDArray[np.bool_]
    people: Bases
    answered: Bases
    least: Reals
    k: int

    def breaches(self, found: Protection) -> Iterator[str]:
        """What the reader learns of fewer than k people, in words; nothing when all is well."""
        lower, upper = self._known(found)
        shown = [group.id in found.shown for group in self.tables.groups]
        item = [found.shows(group.id, "q") for group in self.tables.groups]
        profiles = self.inside.shape[1]
        nobody = np.zeros(profiles)
        for at, group in enumerate(self.tables.groups):
            row = self.inside[at].astype(float)
            kinds = (
                ("people", np.concatenate([row, row]), int(self.people[at]), shown[at]),
                ("answered", np.concatenate([row, nobody]), int(self.answered[at]), item[at]),
            )
            for kind, functional, truth, told in kinds:
                if told:
                    if truth < self.k:
                        yield f"{group.id}: {truth} {kind} shown"
                    continue
                most = self._extreme(functional, -1.0, lower, upper)
                if truth < self.k and most < self.k - NEARLY:
                    yield f"{group.id}: at most {most:.2f} {kind}"
            silent = int(self.people[at] - self.answered[at])
            if not 0 < silent < self.k:
                continue
            functional = np.concatenate([nobody, row])
            least = self._extreme(functional, 1.0, lower, upper)
            most = self._extreme(functional, -1.0, lower, upper)
            if least >= 1 - NEARLY and most < self.k - NEARLY:
                yield f"{group.id}: {least:.2f} to {most:.2f} left the item out"

    def _known(self, found: Protection) -> tuple[Reals, Reals]:
        """Bounds of people, then of answers, per group."""
        ids = [group.id for group in self.tables.groups]
        shown = np.array([one in found.shown for one in ids])
        told = np.array([found.shows(one, "q") for one in ids])
        own = np.array([one in found.own_bases.get("q", ()) for one in ids])
        people, answers = self.people.astype(float), self.answered.astype(float)
        ceiling = 4.0 * max(people.max(), self.k)
        lower = [np.where(shown, people, 0.0), np.where(own, answers, self.least) * told]
        upper = [np.where(shown, people, ceiling), np.where(told & own, answers, ceiling)]
        return np.concatenate(lower), np.concatenate(upper)

    def _extreme(self, functional: Reals, sign: float, lower: Reals, upper: Reals) -> float:
        rows = self.inside.astype(float)
        every = np.block([[rows, rows], [rows, np.zeros_like(rows)]])
        found = linprog(  # type: ignore[call-overload]
            sign * functional,
            A_ub=np.vstack([every, -every]),
            b_ub=np.concatenate([upper, -lower]),
            bounds=(0, None),
            method="highs",
        )
        assert found.status == 0, found.message
        return float(functional @ found.x)
