"""On which base an item is stated in a group: the group's, or its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.policy import DisclosurePolicy

FULL_BASE = 0.9
"""An item that at least this share of a group answered stands on the base of the group."""

NEARLY_FULL = 0.75
"""So does one that at least this share answered, when those who did not are fewer than k.

Its own base would tell how few they are. Only below `fine_base`, where bases are rounded anyway.
"""

_DUST = 1e-9


def least_answers(people: npt.ArrayLike, policy: DisclosurePolicy) -> npt.NDArray[np.int64]:
    """The fewest who can have answered an item that stands on the base of its group.

    Args:
        people: bases of groups, any shape.
        policy: gives k and `fine_base`.

    >>> least_answers([12, 30, 60, 200], DisclosurePolicy()).tolist()
    [9, 23, 51, 180]
    """
    n = np.asarray(people, dtype=np.int64)
    full = np.ceil(FULL_BASE * n - _DUST)
    nearly = np.maximum(np.ceil(NEARLY_FULL * n - _DUST), n - policy.k + 1)
    return np.asarray(
        np.where(n < policy.fine_base, np.minimum(full, nearly), full), dtype=np.int64
    )
