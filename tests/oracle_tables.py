"""The slow, obvious reference of disclosure control: try every table there is.

For a handful of people and profiles all tables of whole numbers can be written down. Those that fit
a publication are exactly what a reader cannot tell apart; what a group can be is read off them.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    tables = np.array(list(every_table(int(bases[0]), membership.shape[1])), dtype=np.int64)
    found = tables @ membership.T.astype(np.int64)
    fits: Ints = found[(found[:, shown] == bases[shown]).all(axis=1)]
    return fits
