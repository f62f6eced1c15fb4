"""What a later wave may pool with: the sums of the groups that a wave's Release shows.

Of every theme and every group that the Release shows, and of nothing else: how many people
counted, and the sum and the sum of squares of their shares of positive answers. No rows, no group
that readers were not shown, and none that beside the others would tell of fewer than k people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.disclosure.exact import not_kept
from analysis.disclosure.system import build
from analysis.errors import DataError
from analysis.plan import Group, TablePlan
from analysis.release.model import Release
from analysis.tally import Tally
from analysis.theme_values import STEP, VALUES

Ints = npt.NDArray[np.int64]

_POSITIVE = VALUES.index("positive")


@dataclass(frozen=True)
class EarlierTallies:
    """The sums of one wave, by theme and group.

    Attributes:
        wave: id of the wave.
        closed: the day on which it closed.
        fingerprints: theme id -> fingerprint as in the wave's Release; their order is that of the
            rows.
        groups: group id -> identity, which says whose answers they are; their order is that of
            the columns.
        n: people who counted, shape (themes, groups); 0 where nothing is kept.
        total: sums of their shares of positive answers in steps of `STEP`, same shape.
        squares: sums of the squared shares in steps of `STEP` squared, same shape.
    """

    wave: str
    closed: date
    fingerprints: Mapping[str, str]
    groups: Mapping[str, str]
    n: Ints
    total: Ints
    squares: Ints

    def __post_init__(self) -> None:
        shape = (len(self.fingerprints), len(self.groups))
        arrays = (self.n, self.total, self.squares)
        if any(array.shape != shape or array.dtype != np.int64 for array in arrays):
            raise DataError(f"The tallies of wave {self.wave} are not whole numbers of {shape}.")
        if any((array < 0).any() or array[self.n == 0].any() for array in arrays):
            raise DataError(f"The tallies of wave {self.wave} hold sums of nobody.")

    def sums(self, theme: str, group: str) -> tuple[int, int, int] | None:
        """n, total and squares of a group, in whole steps; None where they are not kept."""
        row, column = self._rows.get(theme), self._columns.get(group)
        if row is None or column is None or not self.n[row, column]:
            return None
        n, total, squares = (
            int(array[row, column]) for array in (self.n, self.total, self.squares)
        )
        return n, total, squares

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {theme: row for row, theme in enumerate(self.fingerprints)}

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {group: column for column, group in enumerate(self.groups)}


def kept(counted: Tally, release: Release) -> EarlierTallies:
    """The sums of a wave that may outlive its answers.

    Args:
        counted: the wave's answers; weights are left aside.
        release: what was published of them, by the same plan.

    Raises:
        DataError: when the Release is not one of these groups.
    """
    plan, themes = counted.plan, counted.codebook.themes
    if list(release.group_by_id) != [group.id for group in plan.groups]:
        raise DataError(
            f"The Release of wave {release.manifest.wave} and the answers have not the same groups."
        )
    sums = [counted.at_groups.themes[theme.id] for theme in themes]
    system = build(counted.codebook, plan, counted.at_groups.people)
    hidden = [
        np.array(
            [release.estimate_by_key[one.id, theme.id].status != "shown" for one in plan.groups]
        )
        for theme in themes
    ]
    k = release.manifest.policy["k"]
    silent = [
        not_kept(system, one.people, where, k) for one, where in zip(sums, hidden, strict=True)
    ]
    keep = ~np.array(silent, dtype=bool).reshape(len(themes), len(plan.groups))

    def of(columns: list[Ints]) -> Ints:
        return np.where(keep, np.array(columns, np.int64).reshape(keep.shape), 0)

    return EarlierTallies(
        wave=release.manifest.wave,
        closed=date.fromisoformat(release.manifest.closed),
        fingerprints={theme.id: release.measure_by_id[theme.id].fingerprint for theme in themes},
        groups={group.id: identity(plan, group) for group in plan.groups},
        n=of([one.people for one in sums]),
        total=of([one.total[:, _POSITIVE] for one in sums]),
        squares=of([one.squares[:, _POSITIVE] for one in sums]),
    )


def identity(plan: TablePlan, group: Group) -> str:
    """Whose answers a group holds: the variables and the categories that pick its people.

    A command that was reorganised has the id of the old one, and other people. That coarser answers
    are offered makes nobody another.
    """
    declared = [(plan.breakdown_by_id[breakdown], value) for breakdown, value in group.where]
    return identity_of(
        [(one.variable, one.value_by_id[value].categories & one.finest) for one, value in declared]
    )


def identity_of(picked: Iterable[tuple[str, Collection[str]]]) -> str:
    """The identity of people who are picked by the categories of some variables."""
    parts = ["\n".join([variable, *sorted(codes)]) for variable, codes in picked]
    return hashlib.sha256("\n\n".join(sorted(parts)).encode()).hexdigest()


def shares(sums: tuple[int, int, int]) -> tuple[int, float, float]:
    """n, sum and sum of squares of shares, from whole steps."""
    n, total, squares = sums
    return n, total * STEP, squares * STEP**2
