"""The fixed sentences of the readers' pages: one for each state, and how figures are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.audiences import ROUNDED_DOWN
from analysis.release import known
from analysis.release.model import Release
from analysis.release.rows import (
    BenchmarkRow,
    Bound,
    ChangeState,
    ComparisonRow,
    ConcernKind,
    ConcernState,
    EstimateRow,
    GroupRow,
    MeasureRow,
    TrendRow,
)
from analysis.release.visible import is_judged
from analysis.statistics import process_sentences
from analysis.statistics.sentences import no_clear_difference, plausible_range

NOT_SHOWN = "Not shown: too few people, or hidden to protect others."
NOT_COMPARABLE = (
    "the question changed or the unit was reorganised, so the figures before and after cannot be "
    "compared"
)
LINES_TESTED = (
    "Whether a line moved is judged over all surveys that can be compared, and from the published "
    "figures alone. {} lines were looked at in the whole force; “rose” and “fell” are said of what "
    "chance is unlikely to make even among so many."
)
NO_COMPARISON = "Not enough answers to say."
AMONG_MANY = "Among so many comparisons this can be chance."
FIRST_WAVE = "This is the first survey of its kind, so there is nothing to compare it with yet."
NO_LINE = (
    "No line is drawn for this group: lines are kept for the force, for its commands and "
    "departments, for each characteristic alone and for the groups watched by name."
)

ABSENCE = (
    "We cannot show how this group answered. There may be too few answers, or showing them would "
    "let somebody work out another group's; nobody who reads this page can tell which. It does "
    "not mean that all is well."
)
FURTHER = "so that nobody can work out how a small group answered"

OTHER_ROUTES = (
    "Listening circles, staff associations and support networks, and Fair Play Advisers can hear "
    "what a survey cannot show."
)

APART = (
    "People who are all of this at once are too few to be shown, or hidden to protect others. What "
    "stands here is each group by itself; it does not tell how those answered who are in both."
)

CLEAR_AGAINST_ALL = (
    "It is clear against each of them, so it is more than a gap that all have who share one of "
    "these traits."
)

SPECIFIC = (
    "This is about {} alone. Figures of {} together never stand for it, whatever is shown of them."
)

NOT_OF_COMMAND = " (of more than this command, which has no figures of its own for this group)"

CORRECTED = (
    "This survey was published before, and the figures here replace those: please use the earlier "
    "ones no more. The reason given: {}"
)

ASSUMED = "A plausible range assumes that those who did not answer are like those who did."

TWO_VIEWS = (
    "Counts say what happened, and answers how it seems to those whom it could happen to. Neither "
    "explains the other: a group can trust a process less than it is treated worse by it, or more."
)


def no_clear_process(compared: int) -> str:
    """What is said of a process in which no group stands out."""
    if not compared:
        return process_sentences.NO_COMPARISON
    return (
        "No clear difference between any group that is shown and everyone else. Small groups can "
        "only show large gaps, so this does not show that all is well."
    )


STATES: Mapping[tuple[ConcernKind, ConcernState], str] = {
    ("concern", "emerging"): "emerging",
    ("concern", "confirmed"): "confirmed",
    ("concern", "serious"): "serious",
    ("concern", "cleared"): "cleared",
    ("concern", "watched"): "watched",
    ("strength", "emerging"): "emerging",
    ("strength", "confirmed"): "confirmed",
    ("strength", "serious"): "marked",
    ("strength", "cleared"): "gone",
    ("strength", "watched"): "watched",
}
"""How sure a finding is, in a word; what each means stands under the lists."""

CHANGED: Mapping[ChangeState, tuple[str, str]] = {
    "stood_out": ("stands out", "green"),
    "may_be_return": ("may have come back by itself", "yellow"),
    "not_clear": ("not clear", "grey"),
    "no_yardstick": ("cannot be judged", "grey"),
    "banded": ("cannot be told", "grey"),
    "not_comparable": ("not comparable", "grey"),
    "not_shown": ("not shown", "grey"),
}
"""What is made of a change in a unit where something was done, and the colour of its tag."""
FALLEN = ("stands out, lower", "red")
"""In place of the first of these where the unit's figure fell beside the others."""

LOW_BASE = 30
"""Below this many answers a figure carries the mark [u], low base."""


def percent(value: int, bound: Bound = "") -> str:
    """A published percent in words: `48%`, `90% or more`, `10% or less`."""
    return f"{value}%{_OR[bound]}"


def short_percent(value: int, bound: Bound = "") -> str:
    """The same for a narrow cell: `48%`, `≥90%`, `≤10%`."""
    return f"{_SIGN[bound]}{value}%"


_OR: dict[Bound, str] = {"": "", "or_more": " or more", "or_less": " or less"}
_SIGN: dict[Bound, str] = {"": "", "or_more": "≥", "or_less": "≤"}


def points(steps: Iterable[int]) -> str:
    """Steps in words: `5 points`, `5 or 10 points`; empty without any."""
    *first, last = [str(step) for step in sorted(set(steps))] or [""]
    return f"{', '.join(first)} or {last} points" if first else f"{last} points" if last else ""


def figure_with_range(row: EstimateRow | TrendRow, rounded: int = 0) -> str:
    """A figure and its plausible range, `48% (42 to 55)`, or `[c]`.

    A weighted figure stands beside it where the Release has one: it differs by 2 points or more.

    Args:
        row: what was published.
        rounded: the step in points where it is rounded further than others; it is said.
    """
    value = row.value if isinstance(row, TrendRow) else row.positive
    bound = row.bound if isinstance(row, TrendRow) else row.positive_bound
    if row.status != "shown" or value is None:
        return "[c]"
    text = percent(value, bound)
    if row.lower is not None and row.upper is not None:
        text += f" ({row.lower} to {row.upper})"
    if isinstance(row, EstimateRow) and row.weighted is not None:
        text += f", weighted {row.weighted}%"
        if row.weighted_lower is not None and row.weighted_upper is not None:
            text += f" ({row.weighted_lower} to {row.weighted_upper})"
    return f"{text}, rounded to {rounded}" if rounded else text


NO_FIGURE = "–"
"""Of the whole force, which has nobody to compare with, and where everyone else has few cases."""


def with_range(
    value: float,
    lower: float | None,
    upper: float | None,
    *,
    signed: bool = False,
    digits: int = 1,
) -> str:
    """A figure with its decimals and its plausible range: `2.4 (1.5 to 3.8)`, `+3.7 (...)`."""

    def written(number: float | None) -> str:
        rounded = round(number or 0.0, digits) or 0.0  # no sign where there is no gap
        return f"{rounded:{'+' if signed and rounded else ''}.{digits}f}".replace("-", "−")

    return f"{written(value)} ({written(lower)} to {written(upper)})"


def answers(row: GroupRow | EstimateRow, policy: Mapping[str, Any]) -> str:
    """How many people answered: exact, `about 45` where the policy rounds it, or `[c]`."""
    if row.status != "shown" or row.base is None:
        return "[c]"
    return f"about {row.base}" if row.base < int(policy["fine_base"]) else f"{row.base:,}"


def answers_to(release: Release, group: str, measure: str) -> str:
    """How many answered a statement, as `answers`; `at least 370` where that is rounded down."""
    row = release.estimate_by_key[group, measure]
    if row.status == "shown" and row.base is not None and known.is_at_least(release, row):
        return f"at least {row.base:,}"
    return answers(row, release.manifest.policy)


def wrote(people: str) -> str:
    """How many people answered a question in their own words, `people` being their number."""
    if people == "[c]":
        return "How many people wrote something is not shown."
    return f"{people.capitalize()} people across the whole force wrote something."


def answers_in_words(row: GroupRow | EstimateRow, policy: Mapping[str, Any]) -> str:
    """The same as a phrase: `about 45 answers`, `number not shown`."""
    number = answers(row, policy)
    return "number not shown" if number == "[c]" else f"{number} answers"


def rate(percent: int, least: bool) -> str:
    """A response rate; `least` where some may have named only the larger group."""
    return f"{percent}% or more" if least else f"about {percent}%"


def response_of_larger(rates: Sequence[tuple[str, str]]) -> str:
    """How many answered of groups that a hidden one is in: label and `rate` of each."""
    if not rates:
        return ""
    said = "; ".join(f"{name}, {rate}" for name, rate in rates)
    return f"How many answered in the larger groups that these people are in: {said}."


def signed(value: float | None) -> str:
    """A change in whole points, `+5`, `−3`, `0`; empty where there is none."""
    if value is None:
        return ""
    whole = math.floor(value + 0.5)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def response_of_shown(rate: str) -> str:
    """How many of a shown group answered, by its `rate`."""
    return f"{rate[0].upper()}{rate[1:]} of those who were asked answered."


def often_unseen(base: int | None, gaps: Sequence[tuple[str, int]]) -> str:
    """Which gaps a group hides: (what it is compared with, smallest visible gap in points)."""
    if not base or not gaps:
        return ""
    *first, last = [f"{points} points from {name}" for name, points in gaps]
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"Among about {base} answers, a gap of less than about {listed} often stays unseen."


def fewer_or_more(missing: int) -> str:
    """How many of a group answered beside the rate of all groups together."""
    if missing == 0:
        return "as many"
    return f"about {abs(missing):,} {'fewer' if missing > 0 else 'more'}"


def missing(group: str, rate: int, people: int) -> str:
    """A group of which clearly fewer answered than of all."""
    return f"{group}: about {rate}% answered, some {people:,} fewer than at the rate of all"


def evenly(indicator: float) -> str:
    """An R-indicator in words."""
    levels = ((0.9, "nearly evenly"), (0.8, "somewhat unevenly"))
    return next((text for least, text in levels if indicator >= least), "unevenly")


def hanging_together(alpha: float) -> str:
    """Cronbach's alpha in words."""
    levels = ((0.7, "hang together well"), (0.5, "hang together loosely"))
    otherwise = "hardly hang together: read each statement by itself"
    return next((text for least, text in levels if alpha >= least), otherwise)


def ranks(first: int, last: int) -> str:
    """The ranks that chance allows: `1st`, `2nd to 4th`."""
    return ordinal(first) if first == last else f"{ordinal(first)} to {ordinal(last)}"


def ordinal(number: int) -> str:
    """A rank from 1 to 20: `1st`, `2nd`, `3rd`, `4th`."""
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def moved(most: int | None) -> str:
    """The most points by which weighting moves a theme; `[x]` where that is not known."""
    if most is None:
        return "[x]"
    return "under 1 point" if most == 0 else f"{most} {'point' if most == 1 else 'points'}"


def is_low(base: int | None) -> bool:
    """Whether a figure with this base carries the mark [u]."""
    return base is not None and base < LOW_BASE


def level(percent: int, answers: Sequence[str], judged: int, above: int, below: int) -> str:
    """What stands above the groups that lie above a level.

    Args:
        percent: the level.
        answers: labels of the answers that count.
        judged: groups in the whole force that could be judged.
        above: of these, surely above the level.
        below: surely below.
    """
    *first, last = [f"“{one}”" for one in answers]
    said = f"{', '.join(first)} or {last}" if first else last
    return (
        f"The level, set in advance, is {percent} of every 100 answering {said}. In the whole "
        f"force {judged:,} groups were judged, overlapping ones included: {above:,} surely lie "
        f"above it, {below:,} surely below, and of {judged - above - below:,} it cannot be told."
    )


def gap(points: int | None, lower: int | None, upper: int | None) -> str:
    """A published gap with its limits: `20 fewer (plausible range 10 to 30 fewer)`."""
    if points is None or lower is None or upper is None:
        return "[c]"
    side = "fewer" if points < 0 else "more"
    return f"{abs(points)} {side} (plausible range {plausible_range(lower, upper)})"


def comparison(row: ComparisonRow | None, base: int | None) -> str:
    """What a comparison with the rest says that raised nothing, whether or not a gap is clear.

    Args:
        row: the published comparison; None when there is none.
        base: published people of the group.
    """
    if row is None or row.status != "shown":
        return NO_COMPARISON
    if row.gap is None or row.lower is None or row.upper is None:
        return NO_COMPARISON
    if row.lower <= 0 <= row.upper:
        if not base or row.smallest is None:
            return NO_COMPARISON
        return no_clear_difference(base, row.smallest, alone=not is_judged(row))
    side = "fewer" if row.gap < 0 else "more"
    among = f" {AMONG_MANY}" if is_judged(row) else ""
    return (
        f"{abs(row.gap)} {side} in every 100 answers were positive than among everyone else "
        f"(plausible range {plausible_range(row.lower, row.upper)}).{among} "
        "It does not tell us why."
    )


def beside(row: ComparisonRow | None) -> str:
    """What a comparison with those who share all but one trait says: clear or not, with figures."""
    if row is None or row.gap is None or row.lower is None or row.upper is None:
        return NO_COMPARISON
    span = plausible_range(row.lower, row.upper)
    if row.lower <= 0 <= row.upper:
        return f"No clear difference (plausible range {span})."
    side = "fewer" if row.gap < 0 else "more"
    return f"{abs(row.gap)} {side} in every 100 answers were positive (plausible range {span})."


def against_benchmark(row: BenchmarkRow) -> str:
    """What a figure of others says beside the force's."""
    if not row.comparable:
        return "Not comparable: the wording or the scale was another."
    if row.gap is None:
        return (
            "Not compared: the force's figure is not shown, or is only said to be beyond a limit."
        )
    size = f"{abs(row.gap)} {'fewer' if row.gap < 0 else 'more'} in every 100 here"
    if row.lower is None or row.upper is None:
        about = size if row.gap else "About as many here"
        return f"{about}. How sure that is cannot be said: it is not known how many answered there."
    reach = f"plausible range {plausible_range(row.lower, row.upper)}"
    if row.lower <= 0 <= row.upper:
        return f"No clear difference ({reach})."
    return f"{size} ({reach}). It does not tell us why."


def asked_of(measure: MeasureRow) -> str:
    """Of whom something was asked, where that was not everybody; empty where it was."""
    if not measure.asked_of:
        return ""
    where = "in groups in which everybody was asked"
    if measure.asked_of.endswith(ROUNDED_DOWN):
        where = "in the widest group of people who could be asked, and nowhere else"
    return f"Asked of {measure.asked_of}. Figures are of those asked who answered, {where}."
