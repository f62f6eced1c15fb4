"""How many people the clock alone gives away."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Shares in [0, 1]."""

    people: int
    at_once: float
    one_sitting: float
    within_a_day: float
    two_phases: float


_TABLE = (
    Figures(100, 1.0, 0.88, 0.06, 0.01),
    Figures(500, 1.0, 0.57, 0.007, 0.002),
    Figures(2000, 1.0, 0.19, 0.002, 0.0005),
)


def figures(cards: int) -> Figures:
    """The figures of the nearest size below."""
    return max(
        (row for row in _TABLE if row.people <= cards),
        default=_TABLE[0],
        key=lambda row: row.people,
    )
