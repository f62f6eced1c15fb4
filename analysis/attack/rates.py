"""The auditor's look at response: headcounts beside bases tell how many did not answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from analysis.attack.breaches import Breach
from analysis.attack.grid import grid
from analysis.bands import limits
from analysis.bands import words as words_of
from analysis.plan import FORCE, TablePlan
from analysis.release.known import of_group, of_people
from analysis.release.model import Release
from analysis.release.rows import GroupRow

_NEARLY = 1e-6


def attack_rates(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """Those who did not answer are few, or the headcount is too small for a rate."""
    yield from _shown(release)
    yield from _filled(release)
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


def _filled(release: Release) -> Iterator[Breach]:
    """A band that was told before the wave, and that those who answered nearly fill."""
    bands, k = dict(release.manifest.bands), release.manifest.policy["k"]
    for row in release.groups:
        edge = None if row.group == FORCE or row.base is None else bands.get(row.group)
        if edge is not None and limits(edge)[1] - _answered(release, row) < k:
            words = f"{row.group} is {words_of(edge)} people, and about {row.base} answered"
            yield Breach("rate", row.group, words)


def attack_headcounts(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """A headcount that is not shown, worked out from those that are, from bands, and from cards."""
    bands = dict(release.manifest.bands)
    # A crossing of which nothing is told can hide behind the groups that contain it.
    told = {
        _crossing(row) for row in release.groups if row.headcount is not None or row.group in bands
    }
    sought = [row for row in release.groups if row.headcount is None and _crossing(row) in told]
    if not sought:
        return
    k = release.manifest.policy["k"]
    frame = _Frame(release, plan, bands)
    found = frame.open(sought, k)
    if found is None:  # Bands contradict what else is told.
        frame = _Frame(release, plan, {})
        found = frame.open(sought, k)
    for row in found or ():
        most = frame.most(row)
        if most - _answered(release, row) < k - _NEARLY:
            words = f"{row.group} can be no more than {most:.0f} people"
            if row.base is not None:
                words = f"{words}, so fewer than {k} of them did not answer"
            yield Breach("rate", row.group, words)


class _Frame:
    """How many people were asked in each cell of the grid."""

    def __init__(self, release: Release, plan: TablePlan | None, bands: Mapping[str, int]) -> None:
        self._release = release
        self._cells, self._equations = grid(release, plan)
        self._bounds: list[tuple[float, float | None]] = [(0.0, None)] * len(self._cells)
        for row in release.groups:
            self._bounds[self._cells[row.values]] = _people(release, row, bands.get(row.group))

    def open(self, rows: Sequence[GroupRow], few: int) -> list[GroupRow] | None:
        """Rows that have no room for `few` who did not answer in the table where most have.

        None where no table fits.
        """
        width, count = len(self._cells), len(rows)
        places = [self._cells[row.values] for row in rows]
        asked = sparse.eye_array(width, format="csr")[places]
        found = linprog(  # type: ignore[call-overload]
            np.concatenate([np.zeros(width), -np.ones(count)]),
            A_eq=sparse.hstack(
                [self._equations, sparse.csr_array((self._equations.shape[0], count))]
            ),
            b_eq=np.zeros(self._equations.shape[0]),
            A_ub=sparse.hstack([-asked, sparse.eye_array(count)]),
            b_ub=[-_answered(self._release, row) for row in rows],
            bounds=[*self._bounds, *[(-np.inf, float(few))] * count],
            method="highs-ds",
        )
        if found.status != 0:
            return None
        return [row for row, had in zip(rows, found.x[width:], strict=True) if had < few - _NEARLY]

    def most(self, row: GroupRow) -> float:
        """The most people that a group can be; without end where nothing limits it."""
        cost = np.zeros(len(self._cells))
        cost[self._cells[row.values]] = -1.0
        found = linprog(  # type: ignore[call-overload]
            cost,
            A_eq=self._equations,
            b_eq=np.zeros(self._equations.shape[0]),
            bounds=self._bounds,
            method="highs-ds",
        )
        return -float(found.fun) if found.status == 0 else math.inf


def _answered(release: Release, row: GroupRow) -> float:
    """The fewest people who answered in a group; nobody where it is not shown."""
    return 0.0 if row.base is None else of_people(release, row.group)[0]


def _crossing(row: GroupRow) -> tuple[bool, ...]:
    """Which breakdowns pick the group."""
    return tuple(bool(value) for value in row.values)


def _people(release: Release, row: GroupRow, edge: int | None) -> tuple[float, float | None]:
    """The fewest and most people of a group: by headcount, by band, and by cards for the force."""
    answered = _answered(release, row)
    least, most = answered, math.inf
    if row.headcount is not None:
        least, exact = of_group(release, row.headcount)
        most = math.inf if exact is None else exact
    known = [] if edge is None else [limits(edge)]
    if row.group == FORCE:
        cards = release.manifest.cards
        known += [] if cards is None else [(0, float(cards))]
        # Where nearly all of the force answered, that is told in any case.
        known = [one for one in known if one[1] - answered >= release.manifest.policy["k"]]
    for fewest, greatest in known:
        least, most = max(least, fewest), min(most, greatest)
    return least, None if most == math.inf else most
