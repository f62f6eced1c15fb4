"""Counting in parts: all that a Release needs of respondents, as sums that add up.

Every sum is a whole number, so neither the parts nor their order can be seen in the result.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.moments import Moments, moments
from analysis.plan import TablePlan
from analysis.tally import Tally, tally


@dataclass(frozen=True)
class Counted:
    """What was counted of some respondents; two of one questionnaire and plan add up.

    Attributes:
        answers: how many they are.
        tally: their answers, by the plan that is published.
        with_past: the same by all plans that the wave was published by; None where it was not.
        together: which of their answers go together.
    """

    answers: int
    tally: Tally
    with_past: Tally | None
    together: Moments

    def __add__(self, other: Counted) -> Counted:
        if (self.with_past is None) != (other.with_past is None):
            raise DataError("One of these parts was counted by an earlier plan, too: count anew.")
        with_past = None
        if self.with_past is not None and other.with_past is not None:
            with_past = self.with_past + other.with_past
        return Counted(
            self.answers + other.answers,
            self.tally + other.tally,
            with_past,
            self.together + other.together,
        )


@dataclass(frozen=True)
class Counting:
    """How answers are counted; it can be sent to another process.

    Attributes:
        with_past: the plan together with those of the wave's earlier Releases, if there are any.
    """

    codebook: Codebook
    plan: TablePlan
    with_past: TablePlan | None = None

    def count(self, answers: Microdata) -> Counted:
        """Count some respondents.

        Raises:
            DataError: when answers and codebook do not fit, or a weight cannot be one.
        """
        past = self.with_past
        return Counted(
            answers.n,
            tally(self.codebook, self.plan, answers),
            None if past is None else tally(self.codebook, past, answers),
            moments(self.codebook, answers),
        )
