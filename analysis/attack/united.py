"""Releases of the same answers as one: what each shows stands beside what the others show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, product

from analysis.attack.alike import Beside, ways
from analysis.attack.answers import attack_answers
from analysis.attack.breaches import Breach
from analysis.attack.grid import Cell, grid
from analysis.attack.sums import Counts, Range, shown_people
from analysis.plan import Breakdown, Group, TablePlan
from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import ComparisonRow, DistributionRow, EstimateRow, GroupRow

_UNKNOWN = ""
"""Stands for an answer that no value of a breakdown takes in."""


def attack_united(own: Release, others: Sequence[Beside], plan: TablePlan) -> Iterator[Breach]:
    """What all Releases together tell of how few people answered, beyond what each tells alone.

    Groups that surely have another base now are left out, and so is all where what is left shows
    nothing that the first does not. Everybody is taken to have answered an item on whose base it
    stands, and figures to stand in the steps of the first. No whole people are counted: where one
    of them left the item out, that would tell what is not so.

    Args:
        own: the first; its groups are named as in the plan.
        others: the others; without any, all is tried that the groups of the plan tell in the first.
        plan: of all of them.
    """
    found: dict[Breach, None] = {}
    for one in at_once(own, others, plan):
        found |= dict.fromkeys(_told_in(one, own, plan))
    yield from found


def at_once(own: Release, others: Sequence[Beside], plan: TablePlan) -> Iterator[Release]:
    """What all show as one Release, for each choice of groups that can be of the same people."""
    written = united(own, (), plan)
    if written is None or united(own, others, plan) is None:
        return
    if not others:
        yield written
        return
    for same in ways(written, others, plan, impossible(written, plan)):
        one = united(own, same, plan)
        if one is not None:
            yield one


def untold(together: Release, plan: TablePlan) -> Iterator[tuple[str, Range]]:
    """Fewest and most people of each group of which no base is published; none where none fit."""
    shown = shown_people(together)
    nobody = dict.fromkeys(impossible(together, plan), (0.0, 0.0))
    counts = Counts(together, plan, {**shown, **nobody})
    for row in together.groups:
        if row.values not in shown and row.values not in nobody:
            span = counts.range([row.values])
            if span is None:
                return
            yield row.group, span


def _told_in(one: Release, own: Release, plan: TablePlan) -> Iterator[Breach]:
    nobody = impossible(one, plan)
    guessed = partial(
        attack_answers, one, plan, everybody_answered=True, whole_people=False, nobody=nobody
    )
    for breach in guessed(themes=False):
        if breach.kind != "answers":
            continue  # What does not fit is of other answers.
        if breach.measure:
            yield breach
            continue
        for item in own.measures:  # Named by the force, of which no percent is withheld.
            found = guessed(said={item.measure: ()})
            if item.kind == "item" and breach.words in {each.words for each in found}:
                yield replace(breach, measure=item.measure)


def united(own: Release, others: Sequence[Beside], plan: TablePlan) -> Release | None:
    """One Release with every base, percent and gap of all; None where the first has them all.

    Without others it is the first one with the groups of the plan.
    """
    found = _Told(own)
    for one in others:
        for row in one.release.groups:
            if row.group in one.names:
                found.group(one.names[row.group], row)
        for key, figure in _read_alike(own, one.release):
            if key[0] in one.names:
                found.figure(one.names[key[0]], figure, one.release)
        for gap in one.release.comparisons:
            found.gap(_renamed(gap, one, own))
    if others and not found.more:
        return None
    found.same_people(plan)
    return replace(
        own,
        manifest=replace(
            own.manifest,
            breakdowns=tuple(BreakdownFacts.of(one) for one in plan.breakdowns),
            tables=tuple((one.id, one.breakdowns) for one in plan.tables),
            coarser=tuple(((key[0],), ((key[1], step),)) for key, step in found.steps.items()),
        ),
        groups=tuple(_rows(found.groups, plan)),
        estimates=tuple(found.estimates.values()),
        distributions=tuple(row for rows in found.distributions.values() for row in rows),
        comparisons=tuple(found.comparisons.values()),
    )


class _Told:
    """What is told in all, of which the first Release comes first.

    Attributes:
        more: whether others tell anything that it does not.
    """

    def __init__(self, own: Release) -> None:
        self.groups = {row.group: row for row in own.groups}
        self.estimates = dict(own.estimate_by_key)
        self.distributions = dict(own.distribution_by_key)
        self.comparisons = dict(own.comparison_by_key)
        self.steps = dict(own.coarser_by_key)
        self.more = False

    def group(self, name: str, row: GroupRow) -> None:
        """Take the base of a group that has none so far."""
        mine = self.groups.get(name)
        if row.base is not None and (mine is None or mine.base is None):
            self.groups[name], self.more = replace(row, group=name), True

    def figure(self, name: str, row: EstimateRow, of: Release) -> None:
        """Take the percents of a measure that is not shown in a group so far."""
        mine, key = self.estimates.get((name, row.measure)), (row.group, row.measure)
        if mine is None or mine.status != "shown":
            rows = of.distribution_by_key.get(key, ())
            self._take(name, row, rows, of.coarser_by_key.get(key, 0))

    def gap(self, row: ComparisonRow | None) -> None:
        """Take a gap that is not told so far."""
        if row is None:
            return
        key = (row.group, row.measure, row.against)
        mine = self.comparisons.get(key)
        if mine is None or mine.gap is None:
            self.comparisons[key], self.more = row, True

    def same_people(self, plan: TablePlan) -> None:
        """Show groups of the same people under all their names, such as under 25 of under 28."""
        alike: dict[object, list[str]] = {}
        for group in plan.groups:
            alike.setdefault(_people(group, plan), []).append(group.id)
        by_group: dict[str, list[EstimateRow]] = {}
        for row in self.estimates.values():
            by_group.setdefault(row.group, []).append(row)
        for names in alike.values():
            told = [self.groups[one] for one in names if one in self.groups]
            for name in names if len(names) > 1 else ():
                for known in told:
                    self.group(name, known)
                for row in [row for one in names for row in by_group.get(one, ())]:
                    mine = self.estimates.get((name, row.measure))
                    if row.status == "shown" and (mine is None or mine.status != "shown"):
                        key = (row.group, row.measure)
                        rows = self.distributions.get(key, ())
                        self._take(name, row, rows, self.steps.get(key, 0))

    def _take(
        self, name: str, row: EstimateRow, answers: Sequence[DistributionRow], step: int
    ) -> None:
        key = (name, row.measure)
        self.estimates[key], self.more = replace(row, group=name), True
        self.distributions[key] = tuple(replace(each, group=name) for each in answers)
        self.steps[key] = step


def _people(group: Group, plan: TablePlan) -> object:
    """Who is in a group: of each variable the categories that all its values share."""
    inside: dict[str, frozenset[str]] = {}
    for breakdown, value in group.where:
        of = plan.breakdown_by_id[breakdown]
        categories = of.value_by_id[value].categories
        inside[of.variable] = inside.get(of.variable, categories) & categories
    return frozenset(inside.items())


def impossible(release: Release, plan: TablePlan) -> frozenset[Cell]:
    """Cells in which nobody can be: two breakdowns split one variable, and share no category."""
    inside = [_categories(one) for one in plan.breakdowns]
    pairs = [
        (at, other)
        for (at, one), (other, two) in combinations(enumerate(plan.breakdowns), 2)
        if one.variable == two.variable
    ]
    empty = {
        (at, value, other, beside)
        for at, other in pairs
        for (value, mine), (beside, theirs) in product(inside[at].items(), inside[other].items())
        if not mine & theirs
    }
    return frozenset(
        cell
        for cell in grid(release, plan)[0]
        if any((at, cell[at], other, cell[other]) in empty for at, other in pairs)
    )


def _categories(one: Breakdown) -> dict[str, frozenset[str]]:
    """Each value, and what is in none of the parts of one, as categories."""
    every = frozenset[str]().union(*(value.categories for value in one.values))
    found = {value.id: value.categories for value in one.values}
    for whole in list(found):
        parts = [value.categories for value in one.values if value.parent == whole]
        found[f"?{whole}"] = found[whole].difference(*parts)
    tops = [value.categories for value in one.values if value.parent is None]
    found["?"] = (every | {_UNKNOWN}).difference(*tops)
    return found


def _read_alike(own: Release, other: Release) -> Iterator[tuple[tuple[str, str], EstimateRow]]:
    """Shown figures of measures that are read in both as in the other."""
    for key, row in other.estimate_by_key.items():
        mine, theirs = (one.measure_by_id.get(row.measure) for one in (own, other))
        alike = mine is not None and theirs is not None and mine.fingerprint == theirs.fingerprint
        if row.status == "shown" and alike:
            yield key, row


def _renamed(gap: ComparisonRow, of: Beside, own: Release) -> ComparisonRow | None:
    known = gap.measure in own.measure_by_id
    if gap.gap is None or not known or not {gap.group, gap.against} <= of.names.keys():
        return None
    return replace(gap, group=of.names[gap.group], against=of.names[gap.against])


def _rows(known: Mapping[str, GroupRow], plan: TablePlan) -> Iterator[GroupRow]:
    for group in plan.groups:
        row, where = known.get(group.id), dict(group.where)
        values = tuple(where.get(one.id, "") for one in plan.breakdowns)
        base = None if row is None else row.base
        yield GroupRow(
            *(group.id, group.table, group.label, group.parent, values),
            *(base, None, None),
            status="c" if base is None else "shown",
        )
