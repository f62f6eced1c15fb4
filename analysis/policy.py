"""The disclosure policy: every threshold in one place, with its unit, reason and source.

A wave's policy can be tightened before the wave opens and never loosened afterwards: it is written
once, when the wave is made, and nothing rewrites it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from analysis.errors import CandourError

MEASURED = "measured on a synthetic force (docs/DISCLOSURE.md, Answers inside hidden groups)"
PRACTICE = "practice of national staff surveys, which publish from 10 or 11 answers"
HANDBOOK = "Hundepool et al., Statistical Disclosure Control (2012)"


@dataclass(frozen=True)
class Rule:
    """What a value of the policy means.

    Attributes:
        unit: of the value.
        meaning: what it decides.
        reason: why there is such a threshold at all, and why at this value.
        source: where reason and value come from.
        lowest, highest: beyond these it is not safe, or hides all there is, or is a mistake.
        stricter: whether a higher or a lower value shows less.
    """

    unit: str
    meaning: str
    reason: str
    source: str
    lowest: int
    highest: int
    stricter: str = "higher"


def _value(
    default: int,
    *words: str,
    limits: tuple[int, int],
    stricter: str = "higher",
) -> Any:  # a field, which the class turns into an int
    unit, meaning, reason, source = words
    rule = Rule(unit, meaning, reason, source, *limits, stricter)
    return field(default=default, metadata={"rule": rule})


@dataclass(frozen=True)
class DisclosurePolicy:
    """Thresholds of one wave; `RULES` says what each is for."""

    k: int = _value(
        10,
        "people",
        "smallest group, smallest rest of a shown parent, smallest base of an item in a group",
        "in a smaller group colleagues recognise each other's answers",
        PRACTICE,
        limits=(10, 1000),
    )
    coalition: int = _value(
        2,
        "people",
        "colleagues who pool what they know of themselves and are still kept from the others",
        "officers of one unit talk to each other",
        HANDBOOK,
        limits=(2, 100),
    )
    k_comment: int = _value(
        15,
        "people",
        "fewest who must have written of a theme before its count is published, force-wide",
        "a remark is easier to recognise than a tick",
        "chosen above k, as comments say more than categories",
        limits=(15, 1000),
    )
    share_step: int = _value(
        1,
        "points",
        "step of shares and gaps from a base of `fine_base`",
        "finer shares are counts",
        MEASURED,
        limits=(1, 50),
    )
    coarse_share_step: int = _value(
        5,
        "points",
        "step of shares and gaps below `fine_base`",
        "whole percents of small groups give exact counts away even when every base is hidden",
        MEASURED,
        limits=(5, 50),
    )
    fine_base: int = _value(
        100,
        "people",
        "from here the finer step and the exact base are shown",
        "below 100 a whole percent belongs to one count only",
        "arithmetic: 100 / n > 1",
        limits=(100, 10_000),
    )
    base_step: int = _value(
        5,
        "people",
        "step of bases below `fine_base`",
        "an exact base lets shares be turned back into counts",
        HANDBOOK,
        limits=(5, 1000),
    )
    top_code: int = _value(
        90,
        "points",
        "below `fine_base`, shares this high are shown as “or more”; 100 less this is the "
        "bottom code",
        "everyone in a group answering alike discloses each of them",
        MEASURED,
        limits=(51, 90),
        stricter="lower",
    )
    score_decimals: int = _value(
        1,
        "decimals",
        "of theme scores",
        "two give the exact sum of a group of less than 100",
        "arithmetic: 1 / n > 0.01",
        limits=(0, 1),
        stricter="lower",
    )
    min_numerator: int = _value(
        5,
        "people",
        "items marked sensitive: a smaller count, or all but so few, is banded",
        "“1 % of 400 were harassed” is four people",
        HANDBOOK,
        limits=(5, 1000),
    )
    rate_step: int = _value(
        5,
        "points",
        "step of response rates",
        "an exact rate of a known headcount is an exact base",
        "arithmetic: with 20 people a step is one person",
        limits=(5, 50),
    )
    min_headcount: int = _value(
        20,
        "people",
        "no response rate of a smaller group",
        "both who answered and who did not must be groups of k",
        "twice k",
        limits=(20, 10_000),
    )

    def __post_init__(self) -> None:
        for name, rule in RULES.items():
            value = getattr(self, name)
            if type(value) is not int:
                raise CandourError(f"policy value {name} is {value}; it must be a whole number")
            wrong = f"policy value {name} is {value}; it cannot be"
            if value < rule.lowest:
                raise CandourError(f"{wrong} under {rule.lowest}")
            if value > rule.highest:
                raise CandourError(f"{wrong} over {rule.highest}")
        if self.coarse_share_step < self.share_step:
            raise CandourError("policy: coarse_share_step cannot be finer than share_step")
        if self.coalition > self.k - 2:
            raise CandourError("policy: coalition must leave at least two of k people unknown")

    def as_dict(self) -> dict[str, Any]:
        """Every value by name, for the Release's manifest."""
        return asdict(self)

    def is_at_least_as_strict_as(self, other: DisclosurePolicy) -> bool:
        """Whether publishing under this policy shows nothing that `other` would have hidden."""
        for name, rule in RULES.items():
            mine, theirs = getattr(self, name), getattr(other, name)
            if (mine > theirs) if rule.stricter == "lower" else (mine < theirs):
                return False
        return True


RULES: dict[str, Rule] = {one.name: one.metadata["rule"] for one in fields(DisclosurePolicy)}
"""What each value of the policy means, in the order of the policy."""
