"""The slow, obvious reference of disclosure control: try every table there is.

For a handful of people and profiles all tables of whole numbers can be written down. Those that fit
a publication are exactly what a reader cannot tell apart; what a group can be is read off them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def every_table(people: int, profiles: int) -> Iterator[tuple[int, ...]]:
    """All ways to put `people` into `profiles`."""
    if profiles == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for rest in every_table(people - first, profiles - 1):
            yield (first, *rest)


@cache
def all_tables(people: int, profiles: int) -> Ints:
    """All ways to put `people` into `profiles`, shape (tables, profiles)."""
    return np.array(list(every_table(people, profiles)), dtype=np.int64)


def counts_that_fit(
    membership: npt.NDArray[np.bool_], bases: Ints, shown: npt.NDArray[np.bool_]
) -> Ints:
    """The bases of all groups in every table that fits the shown ones.

    Args:
        membership: shape (groups, profiles); the first group is everybody and must be shown.
        bases: the true bases, shape (groups,).
        shown: which are published, shape (groups,).

    Returns:
        Shape (tables, groups).
    """
    assert shown[0]
    assert membership[0].all()
    tables = all_tables(int(bases[0]), membership.shape[1])
    found = tables @ membership.T.astype(np.int64)
    fits: Ints = found[(found[:, shown] == bases[shown]).all(axis=1)]
    return fits


def seen_by_colleagues(
    membership: npt.NDArray[np.bool_],
    truth: Ints,
    shown: npt.NDArray[np.bool_],
    k: int,
    coalition: int,
) -> Iterator[str]:
    """What colleagues who know the profiles of each other see of a hidden group, in words.

    Args:
        membership: shape (groups, profiles); the first group is everybody and must be shown.
        truth: people in each profile, shape (profiles,).
        shown: which bases are published, shape (groups,).
        k: people.
        coalition: how many of them there are; every choice of real people is tried.
    """
    inside = membership.astype(np.int64)
    bases = inside @ truth
    tables = all_tables(int(bases[0]), len(truth))
    tables = tables[((tables @ inside.T)[:, shown] == bases[shown]).all(axis=1)]
    for places in combinations_with_replacement(np.flatnonzero(truth).tolist(), coalition):
        known = np.bincount(places, minlength=len(truth))
        if (known > truth).any():
            continue
        open_to_them = tables[(tables >= known).all(axis=1)] @ inside.T
        others = open_to_them - inside @ known
        for group in np.flatnonzero(~shown & membership.any(axis=1)):
            if bases[group] < k and others[:, group].max() < k - coalition:
                yield f"{places}: at most {others[:, group].max()} others in {group}"
            if others[:, group].min() == others[:, group].max():
                yield f"{places}: {group} is pinned"
