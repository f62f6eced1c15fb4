"""Headcounts of the declared groups: summed where they can be, dropped where they contradict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.errors import DataError
from analysis.plan import FORCE, TablePlan, group_id

Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Headcounts:
    """People on the frame by group id, and the breakdowns whose headcounts contradict answers.

    Attributes:
        known: exact people; a group without an entry has an unknown headcount.
        contradicted: sets of breakdown ids in which some group has more answers than people.
    """

    known: Mapping[str, int]
    contradicted: tuple[frozenset[str], ...] = ()


def headcounts(
    plan: TablePlan, given: Mapping[str, int] | None, people: Sequence[int]
) -> Headcounts:
    """The headcount of every declared group that has one.

    A group that is not in `given` is the sum of its parts one level down, when all are known; the
    force is the sum of the first breakdown that is known whole. Where any group of a breakdown (or
    crossing) has more answers than people, all of its groups, and crossings with it, are unknown.

    Args:
        plan: the table plan.
        given: group id -> people; may hold finer crossings than the plan declares.
        people: answers of each of `plan.groups`.

    Raises:
        DataError: for a group that the breakdowns do not have, or a number that is no headcount.
    """
    _check(plan, given or {})
    summed = _Summed(plan, dict(given or {}))
    found = {group.id: summed.of(group.where) for group in plan.groups}
    wrong = {
        frozenset(breakdown for breakdown, _ in group.where)
        for group, n in zip(plan.groups, people, strict=True)
        if (found[group.id] or n) < n
    }
    known: dict[str, int] = {}
    for group in plan.groups:
        size = found[group.id]
        used = {breakdown for breakdown, _ in group.where}
        if size is not None and not any(one <= used for one in wrong):
            known[group.id] = size
    return Headcounts(known, tuple(sorted(wrong, key=sorted)))


@dataclass(frozen=True)
class _Summed:
    plan: TablePlan
    found: dict[str, int | None]

    def of(self, where: Where) -> int | None:
        name = group_id(where)
        if name not in self.found:
            self.found[name] = None
            self.found[name] = self._from_parts(where)
        return self.found[name]

    def _from_parts(self, where: Where) -> int | None:
        if not where:
            tops = (
                [((one.id, value.id),) for value in one.values if value.level == one.levels[0]]
                for one in self.plan.breakdowns
            )
            return next((total for total in map(self._total, tops) if total is not None), None)
        for position, (breakdown, value) in enumerate(where):
            parts = [
                (*where[:position], (breakdown, child.id), *where[position + 1 :])
                for child in self.plan.breakdown_by_id[breakdown].values
                if child.parent == value
            ]
            total = self._total(parts)
            if total is not None:
                return total
        return None

    def _total(self, parts: Sequence[Where]) -> int | None:
        sizes = [self.of(part) for part in parts]
        known = [size for size in sizes if size is not None]
        return sum(known) if parts and len(known) == len(parts) else None


def _check(plan: TablePlan, given: Mapping[str, int]) -> None:
    order = list(plan.breakdown_by_id)
    for group, people in given.items():
        if isinstance(people, bool) or not isinstance(people, int) or people < 0:
            raise DataError(f"Headcount of {group}: {people!r} is not a number of people.")
        if group == FORCE:
            continue
        pairs = [tuple(part.partition("=")[::2]) for part in group.split("&")]
        for breakdown, value in pairs:
            declared = plan.breakdown_by_id.get(breakdown)
            if declared is None or value not in declared.value_by_id:
                raise DataError(f"Headcount of {group}: no breakdown has {breakdown}={value}.")
        places = [order.index(breakdown) for breakdown, _ in pairs]
        if places != sorted(set(places)):
            raise DataError(f"Headcount of {group}: name breakdowns in the order {order}.")
