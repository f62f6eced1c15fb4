"""Which comparisons are judged together, and at what rate: read off a Release or its plan.

Families follow from what the questionnaire declares: commands and what stands above them; the
departments of each command; each characteristic; each crossing; each named intersection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import BreakdownFacts, Release
from analysis.statistics.concerns import PAST, Share, family_rates

COMMAND_LEVEL = "command"
"""Units below this level of a breakdown are a family by themselves in each unit around them."""

Where = Sequence[tuple[str, str]]
"""(breakdown, value) pairs that pick a group."""


@dataclass(frozen=True)
class Family:
    """Comparisons that are judged together.

    Attributes:
        share: which families it divides one rate of error with.
    """

    name: str
    share: Share


@dataclass(frozen=True)
class Judged:
    """How the comparisons of one family in a Release were judged.

    Attributes:
        rate: the family's false discovery rate.
        made: comparisons on themes that count.
        raised: findings among them, without those of a gap that is past.
    """

    rate: float
    made: int
    raised: int


def family_of(
    breakdowns: Mapping[str, BreakdownFacts], where: Where, parent: str | None, name: str | None
) -> Family:
    """The family of a group.

    Args:
        breakdowns: by id.
        where: what picks the group.
        parent: id of the group that contains it.
        name: of the intersection that it is watched as; None for any other group.
    """
    if name is not None:
        return Family(f"intersection {name}", "named")
    if len(where) == 1:
        (breakdown, value), *_ = where
        levels = breakdowns[breakdown].levels
        level = next(one[2] for one in breakdowns[breakdown].values if one[0] == value)
        if COMMAND_LEVEL in levels and levels.index(level) > levels.index(COMMAND_LEVEL):
            return Family(f"within {parent}", "departments")
    return Family(" x ".join(breakdown for breakdown, _ in where), "others")


def families(release: Release) -> dict[str, Family]:
    """The family of every group but the force, shown or not."""
    breakdowns = {one.id: one for one in release.manifest.breakdowns}
    named = {group: name for name, group in release.manifest.intersections}
    found = {}
    for row in release.groups:
        if row.group != FORCE:
            where = [
                (one, value) for one, value in zip(breakdowns, row.values, strict=True) if value
            ]
            found[row.group] = family_of(breakdowns, where, row.parent, named.get(row.group))
    return found


def rates(found: Iterable[Family]) -> dict[Share, float]:
    """The rate of each family of a share."""
    number: dict[Share, int] = {}
    for one in dict.fromkeys(found):
        number[one.share] = number.get(one.share, 0) + 1
    return family_rates(number)


def judged(release: Release) -> dict[str, Judged]:
    """Group -> how its comparisons with the rest of the force were judged."""
    of_group = families(release)
    rate_of = rates(of_group.values())
    made = dict.fromkeys(of_group.values(), 0)
    raised = dict.fromkeys(of_group.values(), 0)
    for row in release.comparisons:
        if row.kind == "theme" and row.against == FORCE and row.status == "shown":
            made[of_group[row.group]] += 1
    for finding in release.concerns:
        if finding.group in of_group and finding.kind != "level" and finding.state not in PAST:
            raised[of_group[finding.group]] += 1
    return {
        group: Judged(rate_of[one.share], made[one], raised[one]) for group, one in of_group.items()
    }
