"""Where the exact sums of a measure may be kept: where subtracting leaves nobody, or k or more.

The pattern of the groups protects everybody who answered, and a measure that stands on its group's
base is not looked at by itself. Exact sums state how many counted in the measure: of ten hidden
people perhaps one did, and what is left of two sums would be that one's answer.
"""

from __future__ import annotations

import numpy as np

from analysis.disclosure.complementary import Hidden, Order, hide_complements
from analysis.disclosure.system import Bases, System
from analysis.disclosure.unions import unions


def not_kept(system: System, counted: Bases, hidden: Hidden, k: int) -> Hidden:
    """Leave out groups until no sum or difference of a line's groups is of fewer than k people.

    Of a group and its parts a part goes: one that the plan does not name, and the smallest.

    Args:
        system: groups, lines and what is derived of them; its own bases are not looked at.
        counted: people who counted in the measure, shape (G,).
        hidden: groups in which it is not shown, shape (G,).
        k: people.

    Returns:
        Groups of which nothing is kept, shape (G,); those of `hidden` are among them.
    """
    known = Order(counted, np.ones(len(counted), dtype=bool), system.watched, k)
    while True:
        hidden = hide_complements(system.lines, known, hidden)
        every = unions(system, hidden).combination
        n = every @ counted
        few = np.flatnonzero((n > 0.5) & (n < k - 0.5) & (abs(every) @ hidden == 0))
        if not len(few):
            return hidden
        row = slice(every.indptr[few[0]], every.indptr[few[0] + 1])
        named = every.indices[row][every.data[row] != 0]
        hidden[min(named, key=lambda group: (counted[group], group))] = True
