"""Every attack, in the order in which they are tried, and what fell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.attack import (
    counted,
    crosses,
    differences,
    editions,
    frames,
    hints,
    insiders,
    joiners,
    leftovers,
    markup,
    percents,
    pooled,
    records,
    reorganised,
    residuals,
    response,
    sizes,
    spreads,
    wording,
)
from analysis.attack.findings import Tried
from analysis.attack.material import Material


@dataclass(frozen=True)
class Attack:
    """One way to see through what is published.

    Attributes:
        family: 1 to 14; attacks of one family use the same weakness.
        id: names the attack, in the table and in the document.
    """

    family: int
    id: str
    run: Callable[[Material], Tried]


ATTACKS = (
    Attack(1, "sums", differences.groups),
    Attack(2, "crosses", crosses.crosses),
    Attack(2, "overlaps", differences.overlaps),
    Attack(3, "rests", differences.rests),
    Attack(4, "editions", editions.differences),
    Attack(4, "copies", editions.copies),
    Attack(4, "together", editions.together),
    Attack(4, "trends", editions.trends),
    Attack(4, "states", editions.states),
    Attack(4, "joiners", joiners.joiners),
    Attack(4, "pooled", pooled.pooled),
    Attack(4, "reorganised", reorganised.merged),
    Attack(4, "processes", counted.processes),
    Attack(5, "bands", percents.bands),
    Attack(5, "no-base", percents.without_base),
    Attack(5, "means", percents.means),
    Attack(5, "spreads", spreads.spreads),
    Attack(5, "differences", percents.differences),
    Attack(5, "indices", percents.indices),
    Attack(5, "limits", percents.limits),
    Attack(6, "estimates", residuals.items_against_each_other),
    Attack(7, "items", differences.items),
    Attack(8, "rates", response.rates),
    Attack(8, "headcounts", response.headcounts),
    Attack(8, "frames", frames.frames),
    Attack(9, "residuals", residuals.subtractions),
    Attack(10, "coalitions", insiders.coalitions),
    Attack(10, "all-but-us", insiders.all_but_us),
    Attack(11, "presence", hints.presence),
    Attack(12, "hidden-rows", hints.hidden_rows),
    Attack(12, "sentences", hints.sentences),
    Attack(12, "against-the-rest", hints.against_the_rest),
    Attack(13, "pages", markup.pages),
    Attack(13, "workbooks", leftovers.workbooks),
    Attack(13, "records", records.records),
    Attack(13, "sizes", sizes.sizes),
    Attack(14, "comments", wording.comments),
)


@dataclass(frozen=True)
class Result:
    """What one attack tried and what fell."""

    attack: Attack
    tried: Tried


def attack(material: Material) -> tuple[Result, ...]:
    """Try everything."""
    return tuple(Result(one, one.run(material)) for one in ATTACKS)
