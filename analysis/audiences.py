"""Who is asked what not everybody is asked, and in which groups that may be published.

The base of an item that only officers are asked is the number of officers. In a group of everybody
it would be a crossing that no table declares: beside the base of an item for staff it would tell
how many are neither. So such an item is published in groups that hold nobody who was not asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.plan import Group, TablePlan


@dataclass(frozen=True)
class Audience:
    """Some people.

    Attributes:
        words: who they are, as readers are told: `those who answered …`.
        among: (variable, its categories): all of them said one of these of themselves.
        by_answer: whether another answer than what they say of themselves decides too. Then a
            base tells how many gave it, so only the widest groups may have one.
    """

    words: str
    among: tuple[tuple[str, frozenset[str]], ...]
    by_answer: bool

    def holds_all_of(self, group: Group, plan: TablePlan) -> bool:
        """Whether an item for these people may be published in a group."""
        picked = [(plan.breakdown_by_id[name], value) for name, value in group.where]
        within = all(
            any(
                one.variable == variable and one.value_by_id[value].categories <= categories
                for one, value in picked
            )
            for variable, categories in self.among
        )
        named = {variable for variable, _ in self.among}
        return within and not (self.by_answer and {one.variable for one, _ in picked} - named)


def closed(audience: Audience, plan: TablePlan) -> npt.NDArray[np.bool_]:
    """Groups in which an item for these people is not published, shape (G,)."""
    return np.array([not audience.holds_all_of(group, plan) for group in plan.groups])
