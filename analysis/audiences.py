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

ROUNDED_DOWN = "(how many is rounded down)"
"""Said of an audience whose bases are published rounded down, however large they are."""

Otherwise = tuple[tuple[str, frozenset[str]], ...]
"""(Item, its codes): who gave one of the codes to each of these items is not asked."""


@dataclass(frozen=True)
class Audience:
    """Some people.

    Attributes:
        words: who they are, as readers are told: `those who answered …`.
        among: (variable, its categories): all of them said one of these of themselves.
        otherwise: where another answer than what they say of themselves decides too, by which
            answers somebody is not asked, one way after another. Then a base tells how many gave
            the answer, so only the widest group may have one. Empty where no answer decides.
    """

    words: str
    among: tuple[tuple[str, frozenset[str]], ...]
    otherwise: tuple[Otherwise, ...] = ()

    @property
    def by_answer(self) -> bool:
        """Whether another answer than what people say of themselves decides who is asked."""
        return bool(self.otherwise)

    @property
    def told(self) -> str:
        """Who they are, and how their number is published."""
        return f"{self.words} {ROUNDED_DOWN}" if self.by_answer else self.words

    def holds_all_of(self, group: Group, plan: TablePlan) -> bool:
        """Whether everybody in a group could be asked, as far as what they are decides."""
        picked = [(plan.breakdown_by_id[name], value) for name, value in group.where]
        return all(
            any(
                one.variable == variable and one.value_by_id[value].categories <= categories
                for one, value in picked
            )
            for variable, categories in self.among
        )


def closed(audience: Audience, plan: TablePlan) -> npt.NDArray[np.bool_]:
    """Groups in which an item for these people is not published, shape (G,).

    Where an answer decides it is published in one group, which the plan alone decides: the widest.
    """
    inside = [group for group in plan.groups if audience.holds_all_of(group, plan)]
    if audience.by_answer:
        inside = sorted(inside, key=lambda group: _narrowness(group, plan))[:1]
    return np.array([group not in inside for group in plan.groups])


def _narrowness(group: Group, plan: TablePlan) -> tuple[int, int]:
    """Less for a group that fewer values pick, and those the wider ones."""
    picked = (plan.breakdown_by_id[name].value_by_id[value] for name, value in group.where)
    return len(group.where), -sum(len(value.categories) for value in picked)
