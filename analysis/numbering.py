"""Numbering what occurs among many keys, by a table where it is small and by sorting otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_SMALL, _PER_KEY = 2**16, 8
_LARGEST_TABLE = 2**22


def is_small(space: int, keys: int) -> bool:
    """Whether one number for each of `space` possible keys takes little beside all `keys`."""
    return space <= max(_SMALL, _PER_KEY * keys)


def occupied(keys: Ints, space: int) -> tuple[Ints, Ints]:
    """The distinct keys in ascending order, and how often each occurs.

    Args:
        keys: whole numbers in [0, space), shape (n,).
        space: how many keys there may be.
    """
    if not is_small(space, len(keys)):
        found, counts = np.unique(keys, return_counts=True)
        return found, counts.astype(np.int64, copy=False)
    counts = np.bincount(keys, minlength=1)
    found = np.flatnonzero(counts)
    return found, counts[found].astype(np.int64, copy=False)


@dataclass(frozen=True)
class Numbering:
    """The places of keys in a list of them; `keys` ascend."""

    keys: Ints

    def __len__(self) -> int:
        return len(self.keys)

    def of(self, keys: Ints) -> Ints:
        """The place of each key, all of which are in the list."""
        if self._table is None:
            return np.asarray(np.searchsorted(self.keys, keys), dtype=np.int64)
        return self._table.take(keys, mode="clip")

    @cached_property
    def _table(self) -> Ints | None:
        last = int(self.keys[-1]) if len(self.keys) else 0
        if last >= _LARGEST_TABLE:
            return None
        table = np.zeros(last + 1, np.int64)
        table[self.keys] = np.arange(len(self.keys))
        return table
