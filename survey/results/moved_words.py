"""How figures moved, shortly, for the front page."""

from __future__ import annotations

import math

from analysis.release.rows import ChangeRow, Direction
from analysis.statistics.sentences import plausible_range


def points_since(change: int, survey: str) -> str:
    """How a figure stands beside that of an earlier survey: `up 3 points since May 2025`."""
    if change == 0:
        return f"as in {survey}"
    points = "point" if abs(change) == 1 else "points"
    return f"{'up' if change > 0 else 'down'} {abs(change)} {points} since {survey}"


def stood_out(row: ChangeRow) -> str:
    """A change that stands out upward where something was done, shortly."""
    excess, lower, upper = (
        math.floor((one or 0) + 0.5) for one in (row.excess, row.lower, row.upper)
    )
    return (
        f"{row.value_before} of every 100 answers were positive before, {row.value_after} now: "
        f"{excess} more than elsewhere (plausible range {plausible_range(lower, upper)}). "
        "This does not prove that what was done is the cause."
    )


def line_moved(direction: Direction, waves: int) -> str:
    """What the whole line of a figure says: `rose over 3 surveys`."""
    moved = "no clear change" if direction == "unclear" else direction
    return f"{moved} over {waves} surveys"
