"""The disclosure policy: every threshold in one place, with unit, reason and source.

A wave's policy can be tightened before the wave opens and never loosened afterwards.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from analysis.errors import CandourError


@dataclass(frozen=True)
class DisclosurePolicy:
    """Thresholds of one wave.

    Attributes:
        k: people. Smallest group, smallest complement of a group in its parent and smallest base
            of an item inside a group. Default 10: what national staff surveys publish from, and
            what the promise on every page says.
        share_step: points, for shares with a base of `fine_base` or more.
        coarse_share_step: points, below `fine_base`: whole percents of small groups give exact
            answer counts away even when every base is hidden.
        fine_base: people from which the finer step and the exact base are shown.
        base_step: people, the step of bases below `fine_base`.
        top_code: points. Shares this high are shown as "or more" below `fine_base`; 100 less this
            is the bottom code. Everyone in a group answering alike discloses each of them.
        score_decimals: decimals of a theme score; two decimals give the exact sum below 100.
        min_numerator: people, items marked sensitive: a smaller count, or all but so few, is
            banded ("1 % of 400 were harassed" is four people).
        rate_step: points, the step of response rates.
        min_headcount: people; below it no response rate is shown.
    """

    k: int = 10
    share_step: int = 1
    coarse_share_step: int = 5
    fine_base: int = 100
    base_step: int = 5
    top_code: int = 90
    score_decimals: int = 1
    min_numerator: int = 5
    rate_step: int = 5
    min_headcount: int = 20

    def __post_init__(self) -> None:
        for rule, (lowest, highest) in _LIMITS.items():
            value = getattr(self, rule)
            if type(value) is not int:
                raise CandourError(f"policy value {rule} is {value}; it must be a whole number")
            if value < lowest:
                raise CandourError(f"policy value {rule} is {value}; it cannot be under {lowest}")
            if value > highest:
                raise CandourError(f"policy value {rule} is {value}; it cannot be over {highest}")
        if self.coarse_share_step < self.share_step:
            raise CandourError("policy: coarse_share_step cannot be finer than share_step")

    def as_dict(self) -> dict[str, Any]:
        """Every value by name, for the Release's manifest."""
        return asdict(self)

    def is_at_least_as_strict_as(self, other: DisclosurePolicy) -> bool:
        """Whether publishing under this policy shows nothing that `other` would have hidden."""
        lower_is_stricter = {"top_code", "score_decimals"}
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if (mine > theirs) if field.name in lower_is_stricter else (mine < theirs):
                return False
        return True


_LIMITS = {
    "k": (10, 1000),
    "share_step": (1, 50),
    "coarse_share_step": (5, 50),
    "fine_base": (100, 10_000),
    "base_step": (5, 1000),
    "top_code": (51, 90),
    "score_decimals": (0, 1),
    "min_numerator": (5, 1000),
    "rate_step": (5, 50),
    "min_headcount": (20, 10_000),
}
"""Lowest and highest of each value: below is not safe, above hides all there is or is a mistake."""
