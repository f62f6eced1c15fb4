"""Two waves at a simple setting: 12 commands and 8 groups, 40 items in 8 themes.

Nothing is hidden here: the rule alone is looked at. Two in three people of a group answer again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from simulated_waves import fall

from analysis.publish.pooling import change
from analysis.statistics.comparisons import cautious_welch
from analysis.statistics.concerns import SAME_PEOPLE, Before, Comparison, Findings, flag
from analysis.statistics.intervals import variance
from analysis.statistics.spreads import alike_freedom
from analysis.statistics.together import Sides, waves_together
from survey.demo.answering import POSITIVE

PEOPLE, THEMES, ITEMS = 3300, 8, 5
COMMANDS = np.array([1.5, 1.5, *[1.0] * 8, 0.6, 0.6])
GROUPS = np.array([0.30, 0.25, 0.15, 0.12, 0.08, 0.05, 0.032, 0.018])
SMALL, FEW = "group-7", 59
"""The smallest of the groups, and its people."""
AGAIN = 2 / 3
K = 10

Numbers = npt.NDArray[np.float64]
Who = npt.NDArray[np.bool_]


def findings(rng: np.random.Generator, points: int = 0) -> tuple[Findings, ...]:
    """What one wave raises, and the next one with the first in hand.

    The smallest group lies so many points lower in the first theme.
    """
    who = _groups(rng)
    positive = rng.uniform(*POSITIVE, (THEMES, ITEMS))
    fallen, least = fall(points, positive[0]), ndtri(1 - positive)
    outlook = rng.standard_normal((PEOPLE, 1, 1)), rng.standard_normal((PEOPLE, THEMES, 1))
    waves = []
    for _ in range(2):
        # Shares of the variance as in survey/demo/answering.py.
        liking = 0.25**0.5 * outlook[0] + 0.15**0.5 * outlook[1]
        liking = liking + 0.6**0.5 * rng.standard_normal((PEOPLE, THEMES, ITEMS))
        liking[who[SMALL], 0] += fallen
        shares = (liking > least).mean(axis=2)
        waves.append(np.array([_sums(shares, inside) for inside in who.values()]))
        new = rng.random(PEOPLE) >= AGAIN
        for part in outlook:
            part[new] = rng.standard_normal(part[new].shape)
    first, second = waves
    return _raised(who, first, None), _raised(who, second, first)


def of_shuffled(rng: np.random.Generator, shares: Numbers) -> Findings:
    """What one wave raises whose people are put into groups at random.

    Args:
        rng: draws who belongs where.
        shares: each person's share of positive answers, shape (people, themes).
    """
    who = _groups(rng)
    return _raised(who, np.array([_sums(shares, inside) for inside in who.values()]), None)


def states(found: Findings) -> list[str]:
    """What is said of the smallest group in the first theme."""
    return [one.state for one in found.flags if (one.group, one.measure) == (SMALL, "0")]


def _groups(rng: np.random.Generator) -> dict[str, Who]:
    command = rng.choice(len(COMMANDS), PEOPLE, p=COMMANDS / COMMANDS.sum())
    group = rng.choice(len(GROUPS), PEOPLE, p=GROUPS / GROUPS.sum())
    group[group == 7] = 6
    group[rng.choice(PEOPLE, FEW, replace=False)] = 7
    who = {f"command-{n}": command == n for n in range(len(COMMANDS))}
    return who | {f"group-{n}": group == n for n in range(len(GROUPS))}


def _sums(shares: Numbers, inside: Who) -> Numbers:
    """n, sum and sum of squares of a group and of its rest, shape (2, 3, themes)."""
    return np.array(
        [
            [np.full(THEMES, part.sum()), shares[part].sum(axis=0), (shares[part] ** 2).sum(axis=0)]
            for part in (inside, ~inside)
        ]
    )


def _raised(who: Mapping[str, Who], now: Numbers, then: Numbers | None) -> Findings:
    families: dict[str, list[Comparison]] = {}
    alike = [_alike(now[:, 0, :, theme]) for theme in range(THEMES)]
    for at, name in enumerate(who):
        for theme in range(THEMES):
            mine = now[at, :, :, theme]
            before = None
            if then is not None:
                earlier = then[at, :, :, theme]
                together = waves_together(
                    *(_sides(mine), _sides(earlier)), inflation=SAME_PEOPLE, alike=alike[theme]
                )
                alone, since = cautious_welch(*_sides(earlier)), cautious_welch(*_sides(mine))
                before = Before("first", alone.gap, together, since=change(since, alone))
            comparison = Comparison(
                *(name, str(theme), int(mine[0, 0]), int(mine[1, 0])),
                difference=cautious_welch(*_sides(mine), alike[theme]),
                before=before,
            )
            families.setdefault(name.partition("-")[0], []).append(comparison)
    return flag({"others": families}, K)


def _alike(sums: Numbers) -> float:
    """How alike groups spread on a theme, from their sums, shape (groups, 3)."""
    return alike_freedom(sums[:, 0].tolist(), [variance(int(n), *of) for n, *of in sums.tolist()])


def _sides(sums: Numbers) -> Sides:
    (n1, *one), (n2, *other) = sums.tolist()
    return int(n1), *one, int(n2), *other
