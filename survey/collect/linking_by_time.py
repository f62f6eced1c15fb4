"""How many people a dishonest operator links with their answers by time alone.

The operator watches issuer and ballot box live and has nothing but the times at which codes are
redeemed and answers come. The figures are measured by the simulator in
`tests/anonymity/clock_attack.py`; `make linking` writes them. docs/THREAT_MODEL.md says what is
assumed.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MEASURED = Path(__file__).with_name("linking_by_time.csv")

CARDS_A_PERSON = 4
"""One card in four is taken to be used. Fewer people are linked more easily, and while a wave is
open nobody knows how many will answer; most staff surveys get more."""


@dataclass(frozen=True)
class Figures:
    """Shares in [0, 1] of people whose answer is found by time alone, by their way of sending.

    Attributes:
        people: who answer, all in the same way. Who chooses a rare way hides among the few who
            choose it too.
        at_once: redeeming and sending in one go, seconds apart.
        one_sitting: taking a ticket, answering straight away and sending.
        within_a_day: taking a ticket and sending at any time of the next 24 hours.
    """

    people: int
    at_once: float
    one_sitting: float
    within_a_day: float

    @property
    def two_phases(self) -> float:
        """All tickets are taken before the first answer is sent: chance, whatever the times."""
        return 1 / self.people


def figures(cards: int) -> Figures:
    """The figures to show for a wave of so many cards.

    Args:
        cards: codes that were made, at least 1.

    Returns:
        Those of the largest simulated number of people that is at most a quarter of `cards`: a
        smaller wave is linked more easily, so the danger is not understated in a wave of two
        weeks. The smallest simulated wave is one person, who is always found.
    """
    people = max(1, cards // CARDS_A_PERSON)
    return max((one for one in measured() if one.people <= people), key=lambda one: one.people)


@cache
def measured() -> tuple[Figures, ...]:
    """The figures of every simulated wave, the smallest first."""
    with MEASURED.open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["case"] == "base"]
    sizes: dict[int, dict[str, float]] = {}
    for row in rows:
        sizes.setdefault(int(row["people"]), {})[row["way"]] = float(row["share"])
    return tuple(Figures(people, **shares) for people, shares in sorted(sizes.items()))
