"""The fixed sentences about formal processes, made from published numbers only."""

from __future__ import annotations

from analysis.statistics.disproportion import ratio_digits

NO_COMPARISON = "There are not enough cases among everyone else to compare with."


def told(group: str, event: str, rate: float) -> str:
    """How many of a group a process happened to; `rate` in percent.

    >>> told("The whole force", "raised a grievance", 3.0)
    'The whole force: 3.0 of every 100 people raised a grievance.'
    """
    return f"{group}: {rate:.1f} of every 100 people {event}."


def compared(group: str, event: str, rate: float, rest: float) -> str:
    """The same beside everyone else."""
    return f"{told(group, event, rate)[:-1]}, and {rest:.1f} of every 100 of everyone else."


def clear_difference(
    gap: tuple[float, float, float], ratio: tuple[float, float, float] | None, *, adverse: bool
) -> str:
    """What follows where a difference is clear.

    Args:
        gap: points, with lower and upper limit.
        ratio: of the adverse risks, with limits; None where everyone else has none.
        adverse: whether being a case is the adverse event.
    """
    points, lower, upper = gap
    side = "more" if points > 0 else "fewer"
    least, most = sorted((abs(lower), abs(upper)))
    said = f"That is {abs(points):.1f} {side} (plausible range {least:.1f} to {most:.1f} {side})"
    if ratio is not None:
        value, low, high = (f"{one:.{ratio_digits(ratio[0])}f}" for one in ratio)
        times = f"{value} times ({low} to {high})"
        said += (
            f", or {times} as many"
            if adverse
            else f"; the risk of going without was {times} that of everyone else"
        )
    return f"{said}. This is unlikely to be chance. It does not tell us why."


def under_four_fifths(of_rest: float) -> str:
    """What is added of a favourable process; never without a clear difference."""
    return f"Their rate is {of_rest:.2f} of that of everyone else, which is under four fifths."


def no_clear_difference(people: int, points: float) -> str:
    """What follows where no difference is clear, and what could have been seen.

    Args:
        people: of the group, as published.
        points: the smallest gap that would be seen, of every 100.
    """
    return (
        f"No clear difference. Among about {people:,} people we could only have seen a gap of "
        f"about {points:.1f} in every 100. This does not show that all is well."
    )
