"""Clean-up: show again what turned out to be hidden for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from analysis.disclosure.complementary import Hidden, Order, is_safe
from analysis.disclosure.lines import Line

Shows = Callable[[int, Hidden, npt.NDArray[np.int64]], bool]
"""Group, pattern without it, and groups near it -> whether nothing is open in that pattern."""


def show_again(
    lines: Iterable[Line], order: Order, hidden: Hidden, never: Hidden, shows: Shows
) -> Hidden:
    """Show each group again of which nothing else needs to be hidden: one pass, no exchange.

    Those that the plan names in intersections come first, then the largest.

    Args:
        lines: additive lines of every table; no group is tried that one of them gives away.
        order: bases, and what is named.
        hidden: a pattern in which nothing is open, shape (G,).
        never: groups that are not shown whatever happens, shape (G,).
        shows: the one question that decides.

    Returns:
        The pattern that is left.
    """
    hidden = hidden.copy()
    lines_of: dict[int, list[Line]] = {}
    for line in lines:
        for member in (line.parent, *line.children):
            lines_of.setdefault(member, []).append(line)
    for group in sorted(
        np.flatnonzero(hidden & ~never).tolist(),
        key=lambda at: (-order.watched[at], -order.bases[at], at),
    ):
        without = hidden.copy()
        without[group] = False
        around = lines_of.get(group, [])
        if all(is_safe(line, order, without) for line in around):
            near = dict.fromkeys(at for line in around for at in (line.parent, *line.children))
            if shows(group, without, np.array([at for at in near if without[at]], dtype=np.int64)):
                hidden = without
    return hidden
