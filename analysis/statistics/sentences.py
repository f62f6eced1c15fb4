"""The fixed sentences of findings, made from published numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from analysis.errors import EstimationError
from analysis.statistics.concerns import LEAST_GAP, PAST, FlagKind, State

Direction = Literal["rose", "fell", "unclear"]

_OPENING: dict[tuple[FlagKind, State], str] = {
    ("concern", "cleared"): "This was a confirmed concern. ",
    ("concern", "watched"): "This was a confirmed concern. ",
    ("strength", "cleared"): "This was a confirmed strength. ",
    ("strength", "watched"): "This was a confirmed strength. ",
}
_CLOSING: dict[tuple[FlagKind, State], str] = {
    ("concern", "confirmed"): "It was also lower {when}. {chance}",
    ("concern", "serious"): (
        "It was also lower {when}, and {both} every plausible gap is 5 fewer or wider. "
        "This is unlikely to be chance."
    ),
    ("concern", "cleared"): "The gap has closed, by more than is likely to be chance.",
    ("concern", "watched"): "It is neither confirmed again nor clearly gone.",
    ("strength", "confirmed"): "It was also higher {when}. {chance}",
    ("strength", "serious"): (
        "It was also higher {when}, and {both} every plausible gap is 5 more or wider. "
        "This is unlikely to be chance."
    ),
    ("strength", "cleared"): "The lead is gone, by more than is likely to be chance.",
    ("strength", "watched"): "It is neither confirmed again nor clearly gone.",
}
_OF_BOTH: tuple[State, ...] = ("confirmed", "serious")
_REST = "the rest of the force"
NONE = 100
"""Points; no gap is as wide."""
_LAST, _OLDER = "last time", "in an earlier survey"
_ALONE = "{chance} It rests on this survey alone, and it does not tell us why."
_CHANCE = (
    "This is unlikely to be chance.",
    "By the exact answers{both}, this is unlikely to be chance.",
)
_BOTH = "both times together", "by the exact answers of both surveys together"
"""Of these the second where the range, which is made of published figures, says less."""
_ROUNDED = ", widened by rounding"


def words(
    kind: FlagKind,
    group: str,
    measure: str,
    *,
    positive: str | None,
    gap: int,
    limits: tuple[int, int],
    state: State = "emerging",
    last_time: bool = True,
) -> str:
    """The fixed sentences of a concern or strength, from published numbers only.

    Args:
        kind: concern or strength.
        group: label of the group.
        measure: label of the theme or item.
        positive: published percent positive as a reader sees it ("48", "90 or more"); None where
            it is not shown.
        gap: published gap in points, group minus rest; coarse steps may have made it 0.
        limits: published limits of the gap in points, lower first, containing it.
        state: how sure it is.
        last_time: whether the earlier wave that the state rests on is the one before this.

    Returns:
        For example "Response North: 48 of every 100 answers about Fairness were positive, 13 fewer
        than in the rest of the force (plausible range 7 to 19 fewer). It was also lower last time.
        This is unlikely to be chance. It does not tell us why."

    Raises:
        EstimationError: for a gap outside its limits or, where a gap is there now, of the other
            sign.
    """
    lower, upper = limits
    other_sign = gap > 0 if kind == "concern" else gap < 0
    if not lower <= gap <= upper or (other_sign and state not in PAST):
        raise EstimationError(f"a gap of {gap} points ({lower} to {upper}) is no {kind}")
    asked = f"of every 100 answers about {measure}"
    if gap == 0 and state in PAST:
        said = f"{asked}, about as many were positive as"
        if positive is not None:
            said = f"{positive} {asked} were positive, about as many as"
    else:
        direction = ("fewer" if kind == "concern" else "more") if gap == 0 else _direction(gap)
        size = f"{abs(gap)} {direction}" if gap else direction
        said = f"{asked}, {size} were positive than"
        if positive is not None:
            said = f"{positive} {asked} were positive, {size} than"
    exactly = _says_less(limits, kind, state)
    # What two surveys say together can be more than chance where this one alone is not.
    alone = " of this survey alone" if exactly and state in _OF_BOTH else ""
    return (
        f"{group}: {_OPENING.get((kind, state), '')}{said} in {_REST} (plausible range{alone} "
        f"{plausible_range(lower, upper)}{_ROUNDED if exactly else ''}). "
        f"{_judged(kind, state, exactly, _LAST if last_time else _OLDER)}"
    )


def _says_less(limits: tuple[int, int], kind: FlagKind, state: State) -> bool:
    """Whether a range leaves room for a gap that what is said of the state does not."""
    nearest = -limits[1] if kind == "concern" else limits[0]
    return nearest < 100 * LEAST_GAP if state == "serious" else limits[0] <= 0 <= limits[1]


def _judged(kind: FlagKind, state: State, exactly: bool, when: str) -> str:
    """What was made of the gap; `exactly` where that has to be told from its range."""
    closing = _CLOSING.get((kind, state))
    chance = _CHANCE[exactly].format(both=" of both surveys" if closing else "")
    ends = _ALONE if closing is None else f"{closing} It does not tell us why."
    return ends.format(when=when, both=_BOTH[exactly], chance=chance)


def plausible_range(lower: int, upper: int) -> str:
    """Limits of a gap in points in words: "7 to 19 fewer", "3 fewer to 5 more"."""
    if upper <= 0:
        return f"{-upper} to {-lower} fewer"
    if lower >= 0:
        return f"{lower} to {upper} more"
    return f"{-lower} fewer to {upper} more"


def how_it_moved(direction: Direction, change: int, lower: int, upper: int, waves: int) -> str:
    """What is said of a trend line, from published numbers only.

    Args:
        direction: whether the change can be told from chance among all lines of the wave.
        change: in points, from the first wave that can be compared to the last, with its limits.
        lower: see `change`.
        upper: see `change`.
        waves: how many can be compared.
    """
    over = f"over {waves} surveys"
    reach = f"plausible range {plausible_range(lower, upper)}"
    if direction != "unclear":
        return (
            f"It {direction} by about {abs(change)} points {over} ({reach} in every 100). This is "
            "unlikely to be chance. It does not tell us why."
        )
    if lower > 0 or upper < 0:
        return (
            f"No clear change {over}: alone it would look like one ({reach} in every 100), but "
            "among so many lines chance makes such."
        )
    return f"No clear change {over} ({reach} in every 100)."


def no_clear_difference(base: int, smallest: int, *, alone: bool = False) -> str:
    """The fixed words beside a group that shows no clear difference.

    Args:
        base: published base of the group.
        smallest: narrowest gap in points that was likely to be seen, 100 for none.
        alone: whether that holds for a test of this comparison alone, not among all.
    """
    seen = f"could only have seen a gap of about {smallest} points"
    if smallest >= NONE:
        seen = "would have missed most gaps"
    elif alone:
        seen += ", were it the only comparison"
    return (
        f"No clear difference. With about {base} answers we {seen}. "
        "This does not show that all is well."
    )


def often_unseen(base: int, smallest: int) -> str:
    """What stands beside a finding: gaps that a group of this size hides; as above."""
    if smallest >= NONE:
        return f"Among about {base} answers, most gaps stay unseen."
    return f"Among about {base} answers, a gap of less than {smallest} points often stays unseen."


def above_level(
    group: str,
    item: str,
    answers: Sequence[str],
    *,
    percent: str,
    limits: tuple[int, int],
    level: int,
) -> str:
    """The fixed sentences of a level of concern, from published numbers only.

    Args:
        group: label of the group.
        item: wording of the item.
        answers: labels of its negative answers.
        percent: published percent of these as a reader sees it ("45", "90 or more").
        limits: of that percent, lower first.
        level: percent that was set in advance.
    """
    *first, last = [f"“{one}”" for one in answers]
    said = f"{', '.join(first)} or {last}" if first else last
    return (
        f"{group}: {percent} of every 100 answered {said} to “{item}” (plausible range "
        f"{limits[0]} to {limits[1]}). That is above {level}, the level that was set in advance. "
        "No others are compared with: it can be so everywhere. It does not tell us why."
    )


def _direction(gap: int) -> str:
    return "fewer" if gap < 0 else "more"


def what_stays(place: str, beside: str, goes_with: int, stays: int, limits: tuple[int, int]) -> str:
    """How much of a gap goes with where people are found, from published numbers only.

    Args:
        place: what it goes with ("where people work").
        beside: who is like them in that ("others in the same commands").
        goes_with: points of the gap.
        stays: the other points of it.
        limits: of `stays`, lower first.

    Returns:
        For example "Of the 12 points, about 3 go with where people work; about 9 fewer stay beside
        others in the same commands (plausible range 2 to 16 fewer)."
    """
    gap, reach = goes_with + stays, f"(plausible range {plausible_range(*limits)})"
    left = f"{abs(stays)} {_direction(stays)}"
    whole = f"{abs(gap)} point{'' if abs(gap) == 1 else 's'}"
    if stays == 0:
        as_many = f"eside {beside}, about as many were positive. {_may_stay(*limits)}"
        return f"About {whole} may go with {place}: b{as_many}" if gap else f"B{as_many}"
    if gap == 0:
        said = f"Beside {beside}, about {left} were positive {reach}."
    elif stays * gap < 0:
        crude = f"{abs(gap)} {_direction(gap)}"
        said = f"Beside {beside} it turns round: about {left}, not {crude} {reach}."
    elif goes_with == 0:
        said = (
            f"Of the {whole}, about none go with {place}; about {left} stay beside {beside} "
            f"{reach}."
        )
    elif goes_with * gap < 0:
        said = f"Beside {beside} the gap is wider: about {left}, not {abs(gap)} {reach}."
    else:
        said = (
            f"Of the {whole}, about {abs(goes_with)} go with {place}; about {left} stay beside "
            f"{beside} {reach}."
        )
    return f"{said} What stays can be chance." if limits[0] <= 0 <= limits[1] else said


def _may_stay(lower: int, upper: int) -> str:
    """What of a gap may be left where the figure says that nothing is."""
    fewer = f"{-lower} fewer" if lower else "0"
    more = f"{upper} more" if upper else "0"
    return f"Between {fewer} and {more} may still stay."
