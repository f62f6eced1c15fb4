"""Rows of groups, estimates and distributions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from analysis.codebook import Codebook, Item
from analysis.disclosure import rounding
from analysis.plan import Group
from analysis.publish.category_percents import category_percents
from analysis.publish.figures import Figure
from analysis.publish.response import GroupFacts
from analysis.publish.rounded import Rounder
from analysis.publish.shown import Shown, items_of, kind_of, measures
from analysis.release.rows import DistributionRow, EstimateRow, GroupRow

Row = TypeVar("Row", EstimateRow, DistributionRow)


def group_rows(shown: Shown, facts: Mapping[str, GroupFacts]) -> tuple[GroupRow, ...]:
    """One row per declared group, in plan order."""
    found = []
    for row, group in enumerate(shown.plan.groups):
        where = dict(group.where)
        visible = group.id in shown.protection.shown
        people = int(shown.figures.sums.people[row])
        found.append(
            GroupRow(
                group=group.id,
                table=group.table,
                label=group.label,
                parent=group.parent,
                values=tuple(where.get(one, "") for one in shown.plan.breakdown_by_id),
                base=rounding.base(people, shown.policy) if visible else None,
                headcount=facts[group.id].headcount,
                response_rate=facts[group.id].rate,
                status="shown" if visible else "c",
            )
        )
    return tuple(found)


def rounder(shown: Shown, row: int, measure: str) -> Rounder:
    """What rounds the figures of a measure in the group at a row."""
    base = int(shown.bases[measure][row])
    return rounder_at(shown, base, measure, (shown.plan.groups[row].id,))


def rounder_at(shown: Shown, base: int, measure: str, groups: Sequence[str]) -> Rounder:
    """What rounds the figures of a measure on a stated base, of people told by some groups."""
    codebook = shown.figures.codebook
    return Rounder(
        policy=shown.policy_of(measure, *groups),
        base=base,
        sensitive=measure in codebook.sensitive_measures,
        partial=measure in codebook.partial_measures,
        has=codebook.readings_of[measure],
    )


def estimate_rows(shown: Shown, made: Sequence[EstimateRow] = ()) -> tuple[EstimateRow, ...]:
    """One row per group and measure, without limits: plan order, themes before items.

    Args:
        shown: figures and what may be shown of them.
        made: all rows of some groups, where they are made already.
    """
    every = measures(shown.figures.codebook)

    def of_group(row: int, group: Group) -> Sequence[EstimateRow]:
        return [_estimate_row(shown, row, group, one) for one in every]

    return _of_groups(shown, of_group, made)


def distribution_rows(
    shown: Shown, made: Sequence[DistributionRow] = ()
) -> tuple[DistributionRow, ...]:
    """One row per group, item and valid category; `made` as for `estimate_rows`."""
    items = shown.figures.codebook.items

    def of_group(row: int, group: Group) -> Sequence[DistributionRow]:
        return [one for item in items for one in _distribution(shown, row, group, item)]

    return _of_groups(shown, of_group, made)


def _of_groups(
    shown: Shown, of_group: Callable[[int, Group], Sequence[Row]], made: Sequence[Row]
) -> tuple[Row, ...]:
    """The rows of every group in plan order."""
    before: dict[str, list[Row]] = {}
    for one in made:
        before.setdefault(one.group, []).append(one)
    return tuple(
        one
        for row, group in enumerate(shown.plan.groups)
        for one in before.get(group.id) or of_group(row, group)
    )


def _estimate_row(shown: Shown, row: int, group: Group, measure: str) -> EstimateRow:
    kind = kind_of(shown.figures.codebook, measure)
    figure = shown.figure(row, measure)
    if figure is None:
        nothing = (None, None, "", None, "", None, "", None, None, None, None)
        return EstimateRow(group.id, measure, kind, *nothing, "c")  # type: ignore[arg-type]
    rounds = rounder(shown, row, measure)
    positive, neutral, negative = rounds.readings(figure)
    return EstimateRow(
        group=group.id,
        measure=measure,
        kind=kind,
        base=rounding.base(rounds.base, shown.policy),
        positive=positive[0],
        positive_bound=positive[1],
        neutral=neutral[0],
        neutral_bound=neutral[1],
        negative=negative[0],
        negative_bound=negative[1],
        score=score(shown, row, measure, rounds, figure),
        lower=None,
        upper=None,
        weighted=None,
        status="shown",
    )


def score(shown: Shown, row: int, measure: str, rounds: Rounder, figure: Figure) -> float | None:
    """A theme's score in the group at a row as published; None where it may not be shown."""
    if figure.score is None or figure.plain.score is None:
        return None
    if not may_have_a_score(shown.figures.codebook, measure):
        return None
    # One decimal is finer than any step: where the step is coarser, there is no score.
    if rounds.policy != shown.policy:
        return None
    # So it is than what all items but one leave of the last one, where they stand in fine steps.
    fine = rounds.base >= shown.policy.fine_base
    if fine and shown.lacks_one_item(shown.plan.groups[row].id, measure):
        return None
    # Judged on unweighted people too: a weight cannot make a unanimous group look mixed.
    if rounding.score(figure.plain.score, rounds.base, shown.policy) is None:
        return None
    return rounding.score(figure.score, rounds.base, shown.policy)


def may_have_a_score(codebook: Codebook, theme: str) -> bool:
    """Whether a theme has a score anywhere: one decimal is finer than what its items may tell.

    A mean has no bands: beside the other items it would open those of a sensitive one. Of one item
    alone it is the exact count. A mean of items is not told of answers that only some of them
    count.
    """
    items = items_of(codebook, theme)
    if len(items) < 2 or any(item.sensitive for item in items):
        return False
    by_percents = codebook.theme_by_id[theme].index == "mean_of_items"
    return not (by_percents and theme in codebook.partial_measures)


def _distribution(shown: Shown, row: int, group: Group, item: Item) -> list[DistributionRow]:
    figure = shown.figure(row, item.id)
    codes = [category.code for category in item.categories if category.valid]
    if figure is None:
        return [DistributionRow(group.id, item.id, code, None, "", "c") for code in codes]
    percents = category_percents(rounder(shown, row, item.id), figure, item)
    return [
        DistributionRow(group.id, item.id, code, percent, bound, "shown")
        for code, (percent, bound) in zip(codes, percents, strict=True)
    ]
