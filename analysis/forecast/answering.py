"""Who answers: each person by themselves, with the guessed rate, withholding something or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.forecast.frame import Frame, Profiles
from analysis.microdata import Microdata
from analysis.plan import TablePlan


@dataclass(frozen=True)
class Answering:
    """A guess of how people will answer; all shares are in percent.

    Attributes:
        rate: of everybody who is in none of `rate_of`.
        rate_of: group id -> rate of its people; who is in several has that of the last.
        withheld: how often each grouping question is left out or "prefer not to say".
        coarser: how often, of the others, only the nearest coarser answer is given where there is
            one; a little of it hides more than none or much does.
    """

    rate: float
    rate_of: Mapping[str, float] = field(default_factory=dict)
    withheld: float = 5.0
    coarser: float = 1.0

    def __post_init__(self) -> None:
        named = [("everybody", self.rate), *self.rate_of.items()]
        for name, rate in named:
            if not 0 < rate <= 100:
                raise DataError(
                    f"The response rate of {name} is {rate:g} %; it must be over 0 and at most 100."
                )
        for name, share in (
            ("that is withheld", self.withheld),
            ("that is answered more coarsely", self.coarser),
        ):
            if not 0 <= share < 100:
                raise DataError(f"The share {name} is {share:g} %; it must be from 0 to under 100.")

    def drawn(
        self, codebook: Codebook, plan: TablePlan, frame: Frame, rng: np.random.Generator
    ) -> Microdata:
        """What those who answered said of themselves, in one wave at random; without any items.

        Raises:
            DataError: for a rate of a group that the plan does not declare.
        """
        people = frame.whole(rng)
        # The same chances whatever the rate, so that forecasts at two rates can be compared.
        answered = rng.random(frame.people) < self._rates(codebook, plan, frame, people)
        people[rng.random(people.shape) < self.withheld / 100] = -1
        for axis, variable in enumerate(frame.variables):
            nearest = _nearest_coarser(codebook, plan, variable)
            if nearest is not None:
                less = rng.random(frame.people) < self.coarser / 100
                people[axis, less] = nearest[people[axis, less]]
        said = people[:, answered]
        return Microdata(said.shape[1], dict(zip(frame.variables, said, strict=True)), {})

    def _rates(
        self, codebook: Codebook, plan: TablePlan, frame: Frame, people: Profiles
    ) -> npt.NDArray[np.float64]:
        rates = np.full(frame.people, self.rate / 100)
        for name, rate in self.rate_of.items():
            if name not in plan.group_by_id:
                raise DataError(
                    f"The questionnaire declares no group {name!r} to have a rate of its own; "
                    f"groups are named like {plan.groups[-1].id!r}."
                )
            inside = np.ones(frame.people, np.bool_)
            for breakdown, value in plan.group_by_id[name].where:
                declared = plan.breakdown_by_id[breakdown]
                categories = declared.value_by_id[value].categories
                codes = codebook.variable_by_id[declared.variable].codes
                # The last is "unknown", which position -1 picks.
                picks = np.array([*(code in categories for code in codes), False])
                inside &= picks[people[frame.variables.index(declared.variable)]]
            rates[inside] = rate / 100
        return rates


def offering(plan: TablePlan) -> tuple[str, ...]:
    """Labels of the breakdowns to whose question a coarser answer can be given."""
    return tuple(one.label for one in plan.breakdowns if one.said_alone)


def _nearest_coarser(
    codebook: Codebook, plan: TablePlan, variable: str
) -> npt.NDArray[np.int16] | None:
    """Position of the narrowest coarser answer that holds each category; its own without one.

    Returns:
        Shape (categories + 1,), of no answer last; None where the question offers none.
    """
    codes = codebook.variable_by_id[variable].codes
    offered = [
        one.value_by_id[value]
        for one in plan.breakdowns
        if one.variable == variable
        for value in one.said_alone
    ]
    found = np.append(np.arange(len(codes)), -1).astype(np.int16)
    # The narrowest last, so that it stands.
    for value in sorted(offered, key=lambda one: -len(one.categories)):
        for code in value.categories:
            found[codes.index(code)] = codes.index(value.id)
    return found if offered else None
