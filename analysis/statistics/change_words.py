"""The fixed sentences of a change in a unit where something was done, from published numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from analysis.statistics.before_after import LEAST_OTHERS
from analysis.statistics.changes import Judged, Verdict
from analysis.statistics.sentences import plausible_range

NOT_SHOWN = (
    "The change is not shown: too few people, or hidden to protect others, in one survey or both."
)
NOT_PROVED = "This does not prove that what was done is the cause."
NOT_DECLARED = (
    "It was not declared before the results were known: whoever looks through many units and "
    "themes finds changes that are chance."
)
_VERDICTS: dict[Verdict, str] = {
    "stood_out": "It stands out from how far others move by chance.",
    "may_be_return": "It does not clearly stand out beyond that.",
    "not_clear": "It does not clearly stand out from how far others move by chance.",
}
_EVEN_SO = "Even so it stands out from how far others move by chance."


@dataclass(frozen=True)
class Told:
    """What is published of one unit, as readers see it.

    Attributes:
        unit, about: labels of the unit and of the theme or item.
        level: of the units that it is compared with, such as `department`.
        surveys: titles of the earlier wave and of this one.
        percents: percent positive in both.
        steps: what both are rounded to, in points.
    """

    unit: str
    about: str
    level: str
    surveys: tuple[str, str]
    percents: tuple[int, int]
    steps: tuple[int, int]


def change_words(told: Told, found: Judged, verdict: Verdict, others: int, declared: str) -> str:
    """What changed, beside the others, in fixed words.

    Args:
        told: the unit and its figures.
        found: its change beside theirs.
        verdict: what is said of it.
        others: how many they are.
        declared: when it was declared, a sentence.

    Returns:
        For example "Brackenhill: of every 100 answers about Discrimination, 40 were positive in
        Spring and 60 in Autumn, 20 more. Among 48 other units at department level it was 1 more on
        average. That is a difference of 19 more (plausible range 8 to 30 more). It stands out ..."
    """
    at = f"Among {others} other units at {told.level} level it was"
    mean = _points(found.stands.others)
    limits = math.floor(found.stands.excess.lower), math.ceil(found.stands.excess.upper)
    return " ".join(
        part
        for part in (
            _lead(told),
            f"{at} {_more(mean)} on average." if mean else f"{at} the same on average.",
            f"That is a difference of {_more(_points(found.excess))} "
            f"(plausible range {plausible_range(*limits)}).",
            _judged(found, verdict),
            declared,
            NOT_PROVED,
        )
        if part
    )


def no_yardstick(told: Told, declared: str) -> str:
    """The words where too few others can be compared with, or all of them changed alike."""
    return (
        f"{_lead(told)} Fewer than {LEAST_OTHERS} other units at {told.level} level can be "
        "compared with, or all changed alike, so nothing tells whether that is more than chance. "
        f"{declared} {NOT_PROVED}"
    )


def without_figures(state: str, unit: str, about: str) -> str:
    """The words where there is no change to tell: not shown, not comparable or banded."""
    if state == "not_shown":
        return NOT_SHOWN
    if state == "banded":
        return (
            f"{unit}: a figure about {about} is shown as “or more” or “or less” only, so no change "
            "can be told."
        )
    return f"{unit}: {about} was not asked alike of the same unit, so no change can be told."


def about(label: str, kind: str) -> str:
    """What a figure is about: a theme's name, or a statement in quotation marks."""
    return label if kind == "theme" else f"“{label}”"


def when_declared(declared: date, closed: date) -> str:
    """When a change was declared, beside the day on which the survey closed that shows it."""
    day = f"{declared.day} {declared:%B %Y}"
    if declared <= closed:
        return f"It was declared on {day}, before this survey closed."
    return (
        f"It was declared on {day}, after this survey closed: that is a description, and no test "
        "of what was expected."
    )


def _lead(told: Told) -> str:
    (before, after), (then, now) = told.surveys, told.percents
    change = f"{_more(now - then)}" if now != then else "as many"
    step, other = sorted(told.steps)
    up_to = "" if step == other else "up to "
    rounded = f" (rounded to {up_to}{other} points)" if other > 1 else ""
    return (
        f"{told.unit}: of every 100 answers about {told.about}, {then} were positive in {before} "
        f"and {now} in {after}, {change}{rounded}."
    )


def _judged(found: Judged, verdict: Verdict) -> str:
    if found.regression is None:
        return _VERDICTS[verdict]
    size = abs(_points(found.regression))
    points = f"{size} points" if size > 1 else "a point"
    way = f"a {'rise' if found.regression >= 0 else 'fall'} of about {points}"
    expected = way if size else "a rise of less than a point"
    taken = "; with the survey before taken in," if found.twice else ", so"
    return (
        f"It was picked because its figure was low{taken} {expected} could have been expected "
        f"without any help. {_EVEN_SO if verdict == 'stood_out' else _VERDICTS[verdict]}"
    )


def _points(value: float) -> int:
    return math.floor(value + 0.5)


def _more(points: int) -> str:
    return f"{abs(points)} {'fewer' if points < 0 else 'more'}"
