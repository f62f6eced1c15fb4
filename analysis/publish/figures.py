"""Exact figures of a group for an item or theme, before any rounding; they are never published."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook, Item
from analysis.disclosure.stated import FULL_BASE
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from analysis.statistics.weighting import kish_effective_n
from analysis.tally import ItemSums, Sums, ThemeSums, tally
from analysis.theme_values import STEP, VALUES

Numbers = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Figure:
    """One group's figures for one measure. Shares are in [0, 1] and weighted where answers are.

    Attributes:
        people: base, unweighted.
        effective: Kish's effective n; the base itself when unweighted.
        positive: share positive; for a theme the mean of the respondents' shares, or the mean of
            its items' shares where the theme says so. `neutral` and `negative` likewise.
        score: 0 to 100, themes only.
        categories: share of each category of the item, in its order; empty for a theme.
        spread: variance of the respondents' shares of positive answers, n below; of a mean of item
            percents, what makes it as sure as these are together.
        unweighted: the same figure without weights; None when it is unweighted itself.
    """

    people: int
    effective: float
    positive: float
    neutral: float
    negative: float
    score: float | None
    categories: tuple[float, ...]
    spread: float
    unweighted: Figure | None = None

    @property
    def plain(self) -> Figure:
        """The figure without weights."""
        return self.unweighted or self

    def sums(self) -> tuple[int, float, float]:
        """Effective n in whole people, sum and sum of squares of the respondents' shares."""
        n = max(2, math.floor(self.effective + 1e-9))
        return n, n * self.positive, n * (self.spread + self.positive**2)


@dataclass(frozen=True)
class Figures:
    """Exact figures over the rows of some sums: groups, or rests of groups."""

    codebook: Codebook
    names: tuple[str, ...]
    sums: Sums
    _found: dict[tuple[int, str], Figure | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def at(self, name: str, measure: str) -> Figure | None:
        """The figure of a row for an item or theme; None when nobody answered."""
        return self.row(self.names.index(name), measure)

    def row(self, row: int, measure: str) -> Figure | None:
        """The figure of the row at a position; None when nobody answered."""
        key = (row, measure)
        if key not in self._found:
            self._found[key] = self._figure(row, measure)
        return self._found[key]

    def _figure(self, row: int, measure: str) -> Figure | None:
        item = self.codebook.item_by_id.get(measure)
        if item is not None:
            return _item_figure(item, self.sums.items[measure], row)
        theme = self.codebook.theme_by_id[measure]
        figure = _theme_figure(self.sums.themes[measure], row)
        if figure is None or theme.index == "respondent_mean":
            return figure
        items = [(self.codebook.item_by_id[one], self.row(row, one)) for one in theme.items]
        return _mean_of_items(figure, [(item, one) for item, one in items if one is not None])

    def bases(self, measure: str) -> npt.NDArray[np.int64]:
        """Unweighted people who count for a measure, one per row."""
        item = self.codebook.item_by_id.get(measure)
        if item is None:
            return self.sums.themes[measure].people
        return np.asarray(self.sums.items[measure].people[:, item.counted].sum(axis=1))


def exact(codebook: Codebook, plan: TablePlan, microdata: Microdata) -> Figures:
    """Un-rounded figures of every declared group: for tests, never for readers."""
    names = tuple(group.id for group in plan.groups)
    return Figures(codebook, names, tally(codebook, plan, microdata).at_groups)


def _item_figure(item: Item, sums: ItemSums, row: int) -> Figure | None:
    counted = item.counted
    people = sums.people[row, counted]
    if not people.sum():
        return None
    plain = _of_counts(item, counted, people.astype(float), float(people.sum()))
    if sums.weight is None or sums.weight_squared is None:
        return plain
    weight = sums.weight[row, counted] * STEP
    squared = float(sums.weight_squared[row, counted].sum()) * STEP
    effective = kish_effective_n(float(weight.sum()), squared)
    weighted = _of_counts(item, counted, weight, effective)
    return replace(weighted, people=plain.people, unweighted=plain)


def _of_counts(item: Item, counted: list[int], counts: Numbers, effective: float) -> Figure:
    total = float(counts.sum())
    shares = [0.0] * len(item.categories)
    read = dict.fromkeys(VALUES[1:], 0.0)
    for position, count in zip(counted, counts.tolist(), strict=True):
        shares[position] = count / total
        reading = item.categories[position].reading
        if reading is not None:
            read[reading] += shares[position]
    positive = min(1.0, read["positive"])
    return Figure(
        people=round(total),
        effective=effective,
        positive=positive,
        neutral=read["neutral"],
        negative=read["negative"],
        score=None,
        categories=tuple(shares),
        spread=positive * (1 - positive),
    )


def _theme_figure(sums: ThemeSums, row: int) -> Figure | None:
    people = int(sums.people[row])
    if not people:
        return None
    total, squares = sums.total[row] * STEP, sums.squares[row] * STEP**2
    plain = _of_moments(people, float(people), total / people, squares / people)
    if sums.weight is None or sums.weighted_total is None or sums.weighted_squares is None:
        return plain
    weight, squared = (float(value) * STEP for value in sums.weight[row])
    mean = sums.weighted_total[row] * STEP**2 / weight
    mean_square = sums.weighted_squares[row] * STEP**2 / weight
    effective = kish_effective_n(weight, squared)
    return replace(_of_moments(people, effective, mean, mean_square), unweighted=plain)


def _of_moments(people: int, effective: float, mean: Numbers, mean_square: Numbers) -> Figure:
    # Sums are of whole steps: a share can pass its end by less than half a step.
    score, positive, neutral, negative = (min(1.0, float(value)) for value in mean)
    spread = float(mean_square[1]) - float(mean[1]) ** 2
    return Figure(
        people=people,
        effective=effective,
        positive=positive,
        neutral=neutral,
        negative=negative,
        score=100 * score,
        categories=(),
        # Below the size of a step, what is left is rounding, not spread.
        spread=spread if spread > STEP else 0.0,
    )


def _mean_of_items(figure: Figure, items: list[tuple[Item, Figure]]) -> Figure:
    """`figure` with the means of its items' figures, and as sure as these are together.

    Where nearly all who count for the theme answered every item, their shares spread as its mean
    does, and the item that fewest answered says how sure it is. Else the items' standard errors
    are added up, as if all erred the same way: that is too wide rather than too narrow.
    """
    if figure.unweighted is not None:
        plain = _mean_of_items(figure.unweighted, [(item, one.plain) for item, one in items])
        figure = replace(figure, unweighted=plain)
    n = len(items)
    fewest = min([figure.effective, *(one.effective for _, one in items)])
    spread = figure.spread
    if fewest < FULL_BASE * figure.effective:
        errors = (math.sqrt(one.spread / one.effective) for _, one in items)
        spread = fewest * (sum(errors) / n) ** 2
    return replace(
        figure,
        effective=fewest,
        spread=spread,
        positive=sum(one.positive for _, one in items) / n,
        neutral=sum(one.neutral for _, one in items) / n,
        negative=sum(one.negative for _, one in items) / n,
        score=sum(_item_score(item, one) for item, one in items) / n,
    )


def _item_score(item: Item, figure: Figure) -> float:
    """Mean score over the valid answers, 0 to 100."""
    scored = [
        (share, category.score)
        for share, category in zip(figure.categories, item.categories, strict=True)
        if category.score is not None
    ]
    valid = sum(share for share, _ in scored)
    return sum(share * score for share, score in scored) / valid if valid else 0.0
