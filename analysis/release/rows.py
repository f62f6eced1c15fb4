"""The rows of a Release's tables.

Values are as published: already rounded, banded or absent. A value that is not shown is None in
every table and written as an empty cell; `status` says `shown` or `c`. Percents are whole numbers
from 0 to 100; a share that is top or bottom coded carries its bound beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.beside.interventions import Picked
from analysis.ladders import RungKind

Status = Literal["shown", "c"]
Bound = Literal["", "or_more", "or_less"]
Kind = Literal["item", "theme"]
Direction = Literal["rose", "fell", "unclear"]
ConcernKind = Literal["concern", "strength", "level"]
ConcernState = Literal["emerging", "confirmed", "serious", "cleared", "watched", "above"]
ChangeState = Literal[
    "stood_out", "may_be_return", "not_clear",
    "no_yardstick", "banded", "not_comparable", "not_shown",
]  # fmt: skip

JOINED = " + "
"""Between the earlier groups of a unit that was merged, where one cell names them."""


@dataclass(frozen=True)
class GroupRow:
    """A declared group. `values` holds one value id per breakdown of the plan, "" for all."""

    group: str
    table: str
    label: str
    parent: str | None
    values: tuple[str, ...]
    base: int | None
    headcount: int | None
    response_rate: int | None
    status: Status


@dataclass(frozen=True)
class EstimateRow:
    """A group's figures for one item or theme.

    `positive`, `neutral`, `negative` are percents of valid answers (theme: mean of the respondents'
    shares); `score` is 0 to 100, themes only; `lower` and `upper` are the 95 % limits of
    `positive` in percent, rounded outward. `weighted` is the percent positive weighted to
    headcounts with its limits, present only where it differs from `positive` by two points or more.
    `least` and `most` are what `positive` could be of everybody, whatever those think who did not
    answer this; where there is a response rate.
    """

    group: str
    measure: str
    kind: Kind
    base: int | None
    positive: int | None
    positive_bound: Bound
    neutral: int | None
    neutral_bound: Bound
    negative: int | None
    negative_bound: Bound
    score: float | None
    lower: int | None
    upper: int | None
    weighted: int | None
    status: Status
    weighted_lower: int | None = None
    weighted_upper: int | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class DistributionRow:
    """The percent of a group's valid answers that fell in one category of an item."""

    group: str
    item: str
    category: str
    percent: int | None
    bound: Bound
    status: Status


@dataclass(frozen=True)
class ComparisonRow:
    """A group against the rest of `against`: gap in points of percent positive.

    Where `against` does not hold the group, it is compared with that one itself, by published
    figures alone (`release/sides.py`).

    `smallest` is about the narrowest gap that such a comparison would have shown four times in
    five: of a theme against the rest of the force in the area-of-concern rule, of anything else in
    a test of it alone; 100 where none could have been.
    """

    group: str
    measure: str
    kind: Kind
    against: str
    gap: int | None
    lower: int | None
    upper: int | None
    status: Status
    smallest: int | None = None


@dataclass(frozen=True)
class ConcernRow:
    """A finding that the area-of-concern rule raised, or a level of concern.

    `people` is base x gap, rounded to 5; 0 where no gap is raised any more. `before` is the id of
    the earlier wave that the state rests on too, empty for `emerging`. `items` are those of a theme
    in which the gap shows most, the widest published one first; comparisons have their rows.

    Of a level of concern `measure` is an item, `against` is empty, the gap and its limits are those
    of the percent negative to the item's level, and `people` is base x percent negative.
    """

    group: str
    measure: str
    kind: ConcernKind
    state: ConcernState
    against: str
    gap: int
    lower: int
    upper: int
    people: int
    words: str
    before: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrendRow:
    """One point of a trend line: the published figure of one wave, `positive` in percent.

    `comparable` says whether it can be compared with this wave's: the same was asked of the same
    people. `was` names the earlier groups that stand for a reorganised one, with `JOINED` between;
    it is empty where the group was not reorganised.
    """

    group: str
    measure: str
    wave: str
    value: int | None
    bound: Bound
    lower: int | None
    upper: int | None
    comparable: bool
    status: Status
    was: str | None = None


@dataclass(frozen=True)
class SlopeRow:
    """How a trend line moved, worked out from published figures alone.

    `since` is the first wave that can be compared, `waves` how many can, this one included.
    `change` is in points, from that wave to this one along the straight line through all of them,
    with its 95 % limits; `direction` says what can be told from chance among all lines.
    """

    group: str
    measure: str
    since: str | None
    waves: int | None
    change: int | None
    lower: int | None
    upper: int | None
    direction: Direction | None
    status: Status


@dataclass(frozen=True)
class BenchmarkRow:
    """What somebody else published of an item, and how the force differs from it.

    `comparable` says whether the same was asked there: where not, `value` and `base` are left out.
    `gap` is the force's percent positive less theirs, in points; its limits are left out where the
    benchmark's base is not known.
    """

    group: str
    measure: str
    source: str
    year: int
    comparable: bool
    value: float | None
    base: int | None
    gap: int | None
    lower: int | None
    upper: int | None
    status: Status


@dataclass(frozen=True)
class LadderRow:
    """What stands for a group that is asked for: the first rung that is shown.

    Margins have a row each. `rung` counts from 1, the group asked for; on the last, `absence`,
    there is no group and the status is `c`.
    """

    ladder: str
    asked: str
    rung: int
    group: str | None
    kind: RungKind
    label: str
    status: Status


@dataclass(frozen=True)
class ChangeRow:
    """What changed in a unit where something was done, beside other units of its kind.

    All of it follows from published figures. `value_before` and `value_after` are percent positive,
    `change` their difference in points; `others_change` is the mean change of so many `others`,
    `excess` what `change` has beyond that, with 95 % limits rounded outward; `regression` is what a
    unit that was picked for its low figure is expected to come back without any help. `declared` is
    an ISO date.
    """

    group: str
    measure: str
    kind: Kind
    before: str
    after: str
    done: str
    picked: Picked
    declared: str
    value_before: int | None
    value_after: int | None
    change: int | None
    others: int | None
    others_change: float | None
    excess: float | None
    lower: int | None
    upper: int | None
    regression: float | None
    state: ChangeState
    words: str
    status: Status


@dataclass(frozen=True)
class ProcedureRow:
    """A group in a formal process that HR counted, beside everybody else.

    `at_risk` and `cases` are people, rounded to the policy's `base_step` whatever their number. All
    else is made of these two, of the group and of the force: rates in percent and their gap in
    points, with one decimal; `ratio` of the adverse risks, with two below 2. `clear` says whether
    the gap stands out among all groups of the process. Where there is nothing to compare with, only
    the two and `rate` are there.
    """

    group: str
    process: str
    period: str
    at_risk: int | None
    cases: int | None
    rate: float | None
    rest_rate: float | None
    rate_gap: float | None
    gap_lower: float | None
    gap_upper: float | None
    ratio: float | None
    ratio_lower: float | None
    ratio_upper: float | None
    clear: bool | None
    words: str | None
    status: Status


@dataclass(frozen=True)
class ReliabilityRow:
    """How well the items of a theme hang together in the whole force: Cronbach's alpha.

    `lower` and `upper` are its 95 % limits, for fewer respondents than there were, so that they do
    not tell how many left an item out.
    """

    measure: str
    group: str
    item_count: int
    alpha: float | None
    lower: float | None
    upper: float | None
    status: Status


@dataclass(frozen=True)
class DriverRow:
    """How much of what goes together with the `outcome` is a theme's, in the whole force.

    `explained` is the percent of the outcome's variation that goes together with all themes,
    `share` the theme's percent of that (Lindeman, Merenda and Gold); `first` and `last` are the
    best and the worst rank that chance allows it, 1 being the largest share.
    """

    measure: str
    group: str
    outcome: str
    share: int | None
    first: int | None
    last: int | None
    explained: int | None
    status: Status


@dataclass(frozen=True)
class RepresentativenessRow:
    """How evenly the parts of a group answered (`whole`), or how one group did (`part`).

    Of a whole, by its parts on that level: `indicator` is the R-indicator with its bias correction,
    `effective` how many equally weighted answers weighting by these parts leaves, and `moved` the
    most that it moves a theme of the whole, in points. Of a part, beside all groups of its
    level: `partial` is its unconditional partial, below 0 where fewer answered, and `missing`
    how many more would have answered at the rate of all, rounded to 5, below 0 where fewer would.
    Of the force by several breakdowns at once (`together`), which `breakdown` names, only what
    weighting to all of them leaves and moves.
    """

    group: str
    kind: Literal["whole", "part", "together"]
    breakdown: str
    parts_level: str
    indicator: float | None
    effective: int | None
    moved: int | None
    partial: float | None
    missing: int | None
    status: Status


@dataclass(frozen=True)
class StandardisedRow:
    """How much of a group's gap to the rest goes with where its people are found.

    Worked out from published figures alone. `parts_level` is the level of `breakdown` whose parts
    are looked at. `goes_with` and `stays` are points of percent positive and add up to the
    published gap; `lower` and `upper` are the 95 % limits of what stays, as whole points outward.
    """

    group: str
    measure: str
    breakdown: str
    parts_level: str | None
    goes_with: int | None
    stays: int | None
    lower: int | None
    upper: int | None
    status: Status


@dataclass(frozen=True)
class MeasureRow:
    """An item or theme of the codebook, so that a Release can be read on its own.

    `categories` are (code, label, reading) in order, valid answers only; empty for a theme. `level`
    is the percent of negative answers above which a group is a level of concern, if one is set.
    `index` is what a theme's figures are the mean of: respondents, or its items; empty for an item.
    `asked_of` says who was asked; empty where everybody was. Its base is those asked who answered.
    """

    measure: str
    kind: Kind
    label: str
    theme: str | None
    sensitive: bool
    fingerprint: str
    categories: tuple[tuple[str, str, str], ...]
    level: int | None = None
    index: Literal["", "respondent_mean", "mean_of_items"] = ""
    asked_of: str = ""

    def can_be(self, reading: str) -> bool:
        """Whether some answer to an item is read so."""
        return any(one == reading for _, _, one in self.categories)
