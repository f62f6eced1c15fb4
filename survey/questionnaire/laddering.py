"""Builds ladders: from a group outwards, rung by rung, every one of them in a declared table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from analysis.ladders import Ladder, Rung, RungKind
from analysis.plan import FORCE, Breakdown, Table, TablePlan, Value, group_id
from survey.questionnaire import grammar
from survey.questionnaire.located import Place, Problems

DEFAULT, MARGINS = "default", "margins"

Where = dict[str, str]
"""Breakdown -> value."""

_NO_UNITS = Breakdown("", "", "", (), ())


@dataclass(frozen=True)
class _Step:
    """One declared rung, before it is asked whose.

    Attributes:
        detail: the level of a `level`; the group of a `wider` crossing.
    """

    kind: RungKind
    detail: str = ""


class Laddering:
    """Ladders of intersections and tables over one plan.

    Args:
        plan: breakdowns and tables.
        units: ids of the breakdowns by units; a ladder climbs the first of them.
        problems: collects rungs that are no rungs, or that no table declares.
    """

    def __init__(self, plan: TablePlan, units: Sequence[str], problems: Problems) -> None:
        self._plan = plan
        found = [plan.breakdown_by_id[name] for name in units if name in plan.breakdown_by_id]
        self._units = found[0] if found else _NO_UNITS
        self._problems = problems

    def of_intersection(self, part: grammar.IntersectionPart) -> Iterator[Ladder]:
        """A ladder for the group itself, and one for the same people in each unit."""
        if part.ladder is None or not all(
            name in self._plan.breakdown_by_id for name in part.where
        ):
            return
        where, unit = self._apart(part.where)
        before = len(self._problems)
        steps = [
            step
            for position, rung in enumerate(part.ladder)
            for step in self._steps(part.name, rung, where, part.at("ladder", position))
        ]
        if any(rung.level == DEFAULT for rung in part.ladder) and len(where) > 1:
            steps.append(_Step("margins"))
        self._check_order(part.name, steps, part.at("ladder"))
        if len(self._problems) > before:
            return
        levels = {step.detail for step in steps if step.kind == "level"}
        values = [value for value in self._units.values if value.level in levels]
        if unit is not None:
            yield self._ladder(part.name, where, unit, steps, named=True)
            return
        yield self._ladder(part.name, where, None, steps, named=True)
        for value in values:
            yield self._ladder(part.name, where, value, steps, named=True)

    def of_table(self, part: grammar.TablePart, table: Table, place: Place) -> Iterator[Ladder]:
        """A ladder for every group of the table, up the levels of its units."""
        if part.ladder is None:
            return
        if self._units.id not in table.breakdowns:
            self._problems.at(
                place,
                f"the table `{table.id}` has a ladder but no units; a ladder climbs their levels",
            )
            return
        before = len(self._problems)
        others = [name for name in table.breakdowns if name != self._units.id]
        choices = {name: self._values(table, name) for name in table.breakdowns}
        first: Where = {name: choices[name][0].id for name in others}
        steps = [
            step
            for position, rung in enumerate(part.ladder)
            for step in self._steps(table.id, rung, first, part.at("ladder", position))
        ]
        if any(step.kind in {"wider", "margins"} for step in steps):
            self._problems.at(
                part.at("ladder"),
                f"the ladder of the table `{table.id}` has levels of units and `force` only",
            )
        self._check_order(table.id, steps, part.at("ladder"))
        if len(self._problems) > before:
            return
        for picked in product(choices[self._units.id], *(choices[name] for name in others)):
            where = {name: value.id for name, value in zip(others, picked[1:], strict=True)}
            yield self._ladder(table.id, where, picked[0], steps, named=False)

    def _values(self, table: Table, breakdown: str) -> tuple[Value, ...]:
        level = table.finest[table.breakdowns.index(breakdown)]
        return self._plan.breakdown_by_id[breakdown].down_to(level)

    def _apart(self, where: Mapping[str, str]) -> tuple[Where, Value | None]:
        """Traits and unit of a group."""
        traits = {name: value for name, value in where.items() if name != self._units.id}
        unit = where.get(self._units.id)
        return traits, None if unit is None else self._units.value_by_id[unit]

    def _steps(
        self, name: str, rung: grammar.RungPart, where: Where, place: Place
    ) -> Iterator[_Step]:
        levels = tuple(reversed(self._units.levels))
        if rung.where is not None:
            yield from self._wider(name, rung.where, where, place)
        elif rung.level == DEFAULT:
            yield from (_Step("level", level) for level in levels if self._declares(where, level))
            yield _Step("force")
        elif rung.level == FORCE:
            yield _Step("force")
        elif rung.level == MARGINS and len(where) > 1:
            yield _Step("margins")
        elif rung.level not in levels:
            known = ", ".join((*levels, FORCE, MARGINS, DEFAULT))
            reason = f"the ladder of “{name}” names the rung `{rung.level}`; there are {known}"
            self._problems.at(place, f"{reason} and `where`")
        elif not self._declares(where, rung.level):
            example = self._id({**where, self._units.id: self._at(rung.level).id})
            self._undeclared(name, rung.level, example, place)
        else:
            yield _Step("level", rung.level)

    def _wider(self, name: str, where: Where, own: Where, place: Place) -> Iterator[_Step]:
        unknown = [one for one in where if one not in self._plan.breakdown_by_id]
        group = "" if unknown else self._id(where)
        for one in unknown:
            reason = f"“{name}” names the breakdown `{one}`, which does not exist"
            self._problems.at(place, reason)
        if unknown or self._is_aggregate(name, where, own, place):
            return
        if group in self._plan.group_by_id:
            yield _Step("wider", group)
        else:
            self._undeclared(name, "where", group, place)

    def _is_aggregate(self, name: str, where: Where, own: Where, place: Place) -> bool:
        """Whether a rung takes the larger group for a part of it, which is then noted."""
        for one in own.keys() & where.keys():
            values = self._plan.breakdown_by_id[one].value_by_id
            mine, theirs = values[own[one]], values.get(where[one])
            if theirs is not None and mine.categories < theirs.categories:
                self._problems.at(
                    place,
                    f"the ladder of “{name}” lets {theirs.label} stand for {mine.label}; a "
                    "specific group is never shown by a larger one: give both a ladder of their "
                    "own",
                )
                return True
        return False

    def _undeclared(self, name: str, rung: str, group: str, place: Place) -> None:
        self._problems.at(
            place,
            f"the rung `{rung}` of “{name}” ({group}) is in no declared table, so it is never "
            "published: declare a table with it, or leave the rung out",
        )

    def _check_order(self, name: str, steps: Sequence[_Step], place: Place) -> None:
        """From the closest group outwards, whatever the author's order: no rung may be chosen."""
        kinds = ("level", "force", "wider", "margins")
        levels = self._units.levels
        ranks = [
            (kinds.index(step.kind), -levels.index(step.detail) if step.kind == "level" else 0)
            for step in steps
        ]
        once = [step for step in steps if step.kind != "wider"]
        if ranks != sorted(ranks) or len(set(once)) != len(once):
            self._problems.at(
                place,
                f"the ladder of “{name}” goes from the closest group outwards, each rung once: "
                "levels of units from fine to coarse, `force`, wider crossings, `margins`",
            )

    def _ladder(
        self, name: str, where: Where, unit: Value | None, steps: Sequence[_Step], *, named: bool
    ) -> Ladder:
        inside = {} if unit is None else {self._units.id: unit.id}
        asked = self._id({**where, **inside})
        own = self._plan.group_by_id[asked]
        this = "group" if unit is None else unit.level.replace("_", " ")
        rungs = [Rung("group", (asked,), (own.label,))]
        for step in steps:
            groups = self._groups(step, where, unit)
            if groups and groups != (asked,):
                labels = (self._plan.group_by_id[group].label for group in groups)
                said = tuple(f"{label} (this {this} is not shown)" for label in labels)
                rungs.append(Rung(step.kind, groups, said))
        return Ladder(name, asked, tuple(rungs), named)

    def _groups(self, step: _Step, where: Where, unit: Value | None) -> tuple[str, ...]:
        """The groups of a rung; none where the rung is not outside the unit."""
        if step.kind == "force":
            return (self._id(where),)
        if step.kind == "wider":
            return (step.detail,)
        if step.kind == "margins":
            return tuple(self._id({name: value}) for name, value in where.items())
        above = unit
        while above is not None and above.level != step.detail:
            above = None if above.parent is None else self._units.value_by_id[above.parent]
        return () if above is None else (self._id({**where, self._units.id: above.id}),)

    def _declares(self, where: Where, level: str) -> bool:
        group = self._id({**where, self._units.id: self._at(level).id})
        return group in self._plan.group_by_id

    def _at(self, level: str) -> Value:
        return next(value for value in self._units.values if value.level == level)

    def _id(self, where: Mapping[str, str]) -> str:
        order = list(self._plan.breakdown_by_id)
        return group_id(tuple(sorted(where.items(), key=lambda pair: order.index(pair[0]))))
