"""Complementary suppression along additive lines: milliseconds, and nearly what is needed.

In every line a reader can subtract what is shown from the whole. So in each line nothing is
hidden, or what is hidden together has at least k people and is not one group alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.disclosure.lines import Line
from analysis.disclosure.system import LAST, Bases

Hidden = npt.NDArray[np.bool_]
"""Which declared groups are not shown, shape (G,)."""


@dataclass(frozen=True)
class Order:
    """What of a line is known and what goes first.

    Attributes:
        bases: people per group, shape (G,).
        exact: whether a shown group's base is known to the person, shape (G,).
        watched: how many values of a group the plan names in intersections, shape (G,); the fewer
            the earlier it is hidden.
        k: people.
    """

    bases: Bases
    exact: npt.NDArray[np.bool_]
    watched: npt.NDArray[np.int64]
    k: int


def hide_complements(
    lines: Iterable[Line], order: Order, hidden: Hidden, silent: Bases | None = None
) -> Hidden:
    """Hide further groups until no line gives a hidden group, or fewer than k people, away.

    The smallest shown part goes first, the whole of the line last, but before parts that have been
    published already.

    Args:
        lines: additive lines of every table.
        order: bases and what goes first.
        hidden: the groups hidden so far, shape (G,).
        silent: those of each group who did not answer, where the bases are an item's, shape (G,).

    Returns:
        The groups to hide; those of `hidden` are among them.
    """
    hidden = hidden.copy()
    ordered = tuple(lines)
    changed = True
    while changed:
        changed = False
        for line in ordered:
            told = silent is not None and _leaves_few(line, order, hidden, silent)
            if told or not is_safe(line, order, hidden):
                hidden[_next(line, order, hidden)] = True
                changed = True
    return hidden


def is_safe(line: Line, order: Order, hidden: Hidden) -> bool:
    """Whether what the line hides is nothing, or k people or more in at least two parts."""
    children = np.array(line.children)
    silent = children[hidden[children]]
    unknown = int(order.bases[line.parent] - order.bases[children].sum())
    parts = len(silent) + (unknown > 0)
    if hidden[line.parent]:
        return parts > 0 or bool(hidden[children].all())
    if len(silent) == 0:
        told = order.exact[line.parent] and order.exact[children].all()
        return unknown == 0 or unknown >= order.k or not told
    return parts > 1 and unknown + int(order.bases[silent].sum()) >= order.k


def _leaves_few(line: Line, order: Order, hidden: Hidden, silent: Bases) -> bool:
    """Whether a line that hides nothing leaves somebody, but fewer than k, who did not answer."""
    every = np.array([line.parent, *line.children])
    left = int(silent[line.parent] - silent[every[1:]].sum())
    return 0 < left < order.k and not hidden[every].any() and bool(order.exact[every].all())


def _next(line: Line, order: Order, hidden: Hidden) -> int:
    children = [child for child in line.children if not hidden[child]]
    # What is known already comes last of all: to hide it hides nothing.
    known = [child for child in children if order.watched[child] >= LAST]
    if known == children and not hidden[line.parent] and order.watched[line.parent] < LAST:
        return line.parent
    return min(
        children or [line.parent],
        key=lambda child: (order.watched[child], order.bases[child], child),
    )
