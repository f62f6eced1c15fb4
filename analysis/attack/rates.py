"""The auditor's look at response: headcounts beside bases tell how many did not answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import linprog

from analysis.attack.breaches import Breach
from analysis.attack.grid import grid
from analysis.plan import FORCE, TablePlan
from analysis.release.known import of_group, of_people
from analysis.release.model import Release
from analysis.release.rows import GroupRow


def attack_rates(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """Those who did not answer are few, or the headcount is too small for a rate."""
    yield from _shown(release)
    yield from attack_headcounts(release, plan)


def _shown(release: Release) -> Iterator[Breach]:
    policy = release.manifest.policy
    for row in release.groups:
        if row.response_rate is None and row.headcount is None:
            continue
        if row.headcount is None or row.response_rate is None or row.base is None:
            yield Breach("rate", row.group, f"{row.group} has a headcount or a rate without base")
            continue
        # A headcount below `fine_base` is rounded like a base.
        most = row.headcount + (policy["base_step"] if row.headcount <= policy["fine_base"] else 0)
        silent = most - row.base + (policy["base_step"] if row.base < policy["fine_base"] else 0)
        if most < policy["min_headcount"] or silent < policy["k"]:
            yield Breach(
                "rate",
                row.group,
                f"{row.group}: of {row.headcount} people {row.base} answered, "
                "which leaves too few who did not",
            )


def attack_headcounts(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """A headcount that is not shown, worked out from those that are, and from the cards."""
    # A crossing of which no headcount is shown can hide behind the groups that contain it.
    told = {_crossing(row) for row in release.groups if row.headcount is not None}
    if not told:
        return
    k = release.manifest.policy["k"]
    cells, equations = grid(release, plan)
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * len(cells)
    for row in release.groups:
        bounds[cells[row.values]] = _people(release, row)
    for row in release.groups:
        if row.headcount is not None or _crossing(row) not in told:
            continue
        cost = np.zeros(len(cells))
        cost[cells[row.values]] = -1.0
        found = linprog(  # type: ignore[call-overload]
            cost,
            A_eq=equations,
            b_eq=np.zeros(equations.shape[0]),
            bounds=bounds,
            method="highs-ds",
        )
        # Unbounded is as unknown as it can be; where nothing fits, headcounts contradict bases.
        answered = bounds[cells[row.values]][0]
        if found.status == 0 and -found.fun - answered < k - 1e-6:
            words = f"{row.group} can be no more than {-found.fun:.0f} people"
            if row.base is not None:
                words = f"{words}, so fewer than {k} of them did not answer"
            yield Breach("rate", row.group, words)


def _crossing(row: GroupRow) -> tuple[bool, ...]:
    """Which breakdowns pick the group."""
    return tuple(bool(value) for value in row.values)


def _people(release: Release, row: GroupRow) -> tuple[float, float | None]:
    """The fewest and most people of a group: the published headcount, or its base and more."""
    if row.headcount is not None:
        return of_group(release, row.headcount)
    least = 0.0 if row.base is None else of_people(release, row.group)[0]
    cards = release.manifest.cards
    # No more people have a card; where nearly all of them were used, that is told in any case.
    if row.group == FORCE and cards is not None and cards - least >= release.manifest.policy["k"]:
        return least, float(cards)
    return least, None
