"""How often a change is said to stand out, and what is found of a recovery, on published figures.

Three waves at a time, units of one kind, one theme of five items. Nothing is hidden here, so the
method alone is looked at. Two in three people of a unit answer again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import simulated_section

from analysis.disclosure import rounding
from analysis.policy import DisclosurePolicy
from analysis.statistics.changes import Unit, judge, verdicts

BEGIN = "<!-- begin simulated changes, written by make simulate -->\n"
END = "<!-- end of simulated changes -->"

POLICY = DisclosurePolicy()
ITEMS, AGAIN = 5, 2 / 3
POINTS = 15
"""By how many points a unit lay lower before, and is as others after."""

RUNS = 1000
SEED = 1

DEPARTMENTS = tuple(20 + 1.25 * at for at in range(59))
COMMANDS = (*[275.0] * 9, *[165.0] * 2)
"""Answers of the other units."""

Counts = Counter[str]
"""Draws, and those of them in which each verdict was given; sums of points: `expected`, `seen`."""

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """One unit among others.

    Attributes:
        kind: what they are.
        people: answers of the unit in each wave.
        others: answers of the others.
        differ: standard deviation of true differences between units, in points of percent positive.
        drift: standard deviation of true changes that nobody aimed at, in points.
    """

    kind: str
    people: int
    others: tuple[float, ...]
    differ: float = 0.0
    drift: float = 0.0

    @property
    def sizes(self) -> npt.NDArray[np.intp]:
        """Answers of all units, the one that is looked at first."""
        return np.array([self.people, *self.others]).astype(np.intp)


ALIKE = (
    Setting("department", 59, DEPARTMENTS),
    Setting("department", 150, DEPARTMENTS),
    Setting("command", 400, COMMANDS),
)
DIFFERENT = tuple(Setting(one.kind, one.people, one.others, differ=4.0, drift=2.0) for one in ALIKE)


def nothing(setting: Setting, runs: int, seed: int = SEED) -> Counts:
    """Nothing changed that anybody aimed at; the unit was picked for another reason."""
    return _counted(setting, runs, seed, picked="other")


def lowest(setting: Setting, runs: int, seed: int = SEED, *, surveys: int = 1) -> Counts:
    """Nothing changed that anybody aimed at; whichever unit was lowest was picked for that.

    Args:
        setting: the units.
        runs: how many draws.
        seed: of the generator.
        surveys: whether it was lowest in the survey before, or in the mean of the last 2.
    """
    return _counted(setting, runs, seed, picked="lowest", surveys=surveys)


def recovered(
    setting: Setting,
    runs: int,
    seed: int = SEED,
    *,
    low: bool,
    exact: bool = False,
    surveys: int = 1,
) -> Counts:
    """The unit lay `POINTS` lower before, and does no more.

    Args:
        setting: the units.
        runs: how many draws.
        seed: of the generator.
        low: whether it is declared as picked for its low figure.
        exact: whether figures are taken as they are, and not as published.
        surveys: in how many surveys it lay lower.
    """
    picked = "low" if low else "other"
    return _counted(setting, runs, seed, points=POINTS, picked=picked, exact=exact, surveys=surveys)


def _counted(
    setting: Setting,
    runs: int,
    seed: int,
    *,
    picked: str,
    points: int = 0,
    exact: bool = False,
    surveys: int = 1,
) -> Counts:
    rng = np.random.default_rng([seed, setting.people])
    found: Counts = Counter(draws=runs)
    for _ in range(runs):
        shares = _shares(setting, rng, points)[2 - surveys :]
        units = [
            _unit(waves, int(people), exact=exact)
            for waves, people in zip(shares.T.tolist(), setting.sizes, strict=True)
        ]
        at = 0
        if picked == "lowest":
            at = min(range(len(units)), key=lambda one: sum(_before(units[one])))
        others = [one for one in units if one is not units[at]]
        judged = judge(units[at], others, picked_low=picked != "other")
        (verdict,) = verdicts([judged])
        found[verdict] += 1
        found["expected"] += round(judged.regression or 0)
        found["seen"] += round(judged.excess)
    return found


def _before(unit: Unit) -> tuple[float, ...]:
    """The unit's figures before the later wave."""
    return (unit.percents[0], *([] if unit.sooner is None else [unit.sooner]))


def _shares(setting: Setting, rng: np.random.Generator, points: int) -> Shares:
    """Mean shares of positive answers in three waves, shape (waves, units)."""
    sizes = setting.sizes
    least = np.array([_level(1 - share) for share in rng.uniform(0.55, 0.70, ITEMS)])
    scale = _level(0.625) - _level(0.615)
    level = rng.normal(0, setting.differ * scale, len(sizes))
    outlook, leaning = (rng.standard_normal((sizes.sum(), 1)) for _ in range(2))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    waves = []
    for wave in range(3):
        moved = level + rng.normal(0, setting.drift / 2**0.5 * scale, len(sizes))
        if wave < 2 and points:
            moved[0] += _level(0.625 - points / 100) - _level(0.625)
        # Shares of the variance as in survey/demo/answering.py.
        liking = 0.25**0.5 * outlook + 0.15**0.5 * leaning + np.repeat(moved, sizes)[:, None]
        liking = liking + 0.6**0.5 * rng.standard_normal((len(outlook), ITEMS))
        waves.append(np.add.reduceat((liking > least).mean(axis=1), starts) / sizes)
        new = rng.random(len(outlook)) >= AGAIN
        for part in (outlook, leaning):
            part[new] = rng.standard_normal(part[new].shape)
    return np.array(waves)


def _unit(waves: Sequence[float], people: int, *, exact: bool) -> Unit:
    if exact:
        base, step, shown = people, 0, [100 * share for share in waves]
    else:
        base, step = rounding.base(people, POLICY), rounding.step(people, POLICY)
        shown = [rounding.share(share * people, people, POLICY)[0] or 0 for share in waves]
    *sooner, before, after = shown
    earlier = sooner[0] if sooner else None
    return Unit((before, after), (base, base), (step, step), earlier)  # type: ignore[arg-type]


def _level(share: float) -> float:
    return NormalDist().inv_cdf(share)


def table_rows(runs: int = RUNS) -> Iterator[str]:
    """The text of the section: two tables, with what was drawn."""
    yield f"Nothing changed that anybody aimed at; seed {SEED}, {runs:,} draws each:"
    yield ""
    yield (
        "| units | unit | answers | others | picked for another reason: stands out | the lowest "
        "was picked: stands out | may have come back | points beyond the others: expected, seen "
        "| the lowest of two surveys was picked: stands out | may have come back |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for one in (*ALIKE, *DIFFERENT):
        low, twice = (lowest(one, runs, surveys=surveys) for surveys in (1, 2))
        points = ", ".join(f"{low[key] / runs:.1f}" for key in ("expected", "seen"))
        other = _share(nothing(one, runs), "stood_out")
        yield _row(one, other, *_both(low), points, *_both(twice))
    yield ""
    yield f"The unit lay {POINTS} points lower before, and is as others now:"
    yield ""
    yield (
        "| units | unit | answers | others | picked for another reason: stands out | with exact "
        "figures | picked for its low figure: stands out | may have come back "
        "| low in two surveys: stands out | may have come back |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for one in (*ALIKE, *DIFFERENT):
        shares = [
            _share(recovered(one, runs, low=False, exact=exact), "stood_out")
            for exact in (False, True)
        ]
        low, twice = (recovered(one, runs, low=True, surveys=surveys) for surveys in (1, 2))
        yield _row(one, *shares, *_both(low), *_both(twice))


def _row(one: Setting, *cells: str) -> str:
    units = "different" if one.differ else "alike"
    return f"| {' | '.join((units, one.kind, str(one.people), str(len(one.others)), *cells))} |"


def _both(found: Counts) -> tuple[str, str]:
    return _share(found, "stood_out"), _share(found, "may_be_return")


def _share(found: Counts, verdict: str) -> str:
    return f"{found[verdict] / found['draws']:.1%}"


def main() -> None:
    """Write the section anew."""
    simulated_section.write(BEGIN, END, table_rows())


if __name__ == "__main__":
    main()
