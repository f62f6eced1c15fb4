"""Builds the table plan: breakdowns with their levels, tables and watched intersections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.ladders import Ladder
from analysis.plan import FORCE, Breakdown, Intersection, Table, TablePlan, Value, group_id
from survey.questionnaire import grammar
from survey.questionnaire.coarser import innermost
from survey.questionnaire.declared import Declared
from survey.questionnaire.laddering import Laddering
from survey.questionnaire.located import Place, Problems
from survey.questionnaire.model import Choice, Question
from survey.questionnaire.reorganising import was
from survey.questionnaire.wording import Wordings

ROLL_UP, GROUP = "roll_up", "group"
"""Levels of a breakdown by a choice question: its categories, and the coarser values above them."""


class Planning:
    """Turns the breakdowns, tables and concerns of a file into a table plan."""

    def __init__(
        self,
        part: grammar.DocumentPart,
        questions: Mapping[str, Question],
        declared: Declared,
        wordings: Wordings,
        problems: Problems,
    ) -> None:
        self._part = part
        self._questions = questions
        self._declared = declared
        self._wordings = wordings
        self._problems = problems
        self._parts = {
            question.id: question for section in part.sections for question in section.questions
        }

    def plan(self) -> TablePlan:
        """The plan; what cannot be built is left out, with the reason noted."""
        breakdowns = tuple(self._breakdowns())
        by_id = {breakdown.id: breakdown for breakdown in breakdowns}
        parts = dict(self._tables(by_id))
        tables = tuple(parts)
        self._check_all_used(by_id, tables)
        plan = TablePlan(breakdowns, tables)
        for one, other in plan.split_twice:
            place = self._part.breakdowns[other.id].at("variable")
            self._problems.at(place, f"the {one.not_beside(other)}")
        plan = TablePlan(breakdowns, tables, tuple(self._intersections(plan)))
        return replace(
            plan,
            ladders=tuple(self._ladders(plan, parts)),
            standardise=tuple(self._standardised(plan)),
        )

    def _breakdowns(self) -> Iterator[Breakdown]:
        for name, part in self._part.breakdowns.items():
            question = self._questions.get(part.variable)
            if part.variable not in self._declared.questions:
                reason = (
                    f"breakdown `{name}` names the question `{part.variable}`, which does not exist"
                )
                self._problems.at(part.at("variable"), reason)
            elif (kind := self._kind_of_no_choice(part.variable)) is not None:
                reason = (
                    f"breakdown `{name}` names `{part.variable}`, a {kind} question; "
                    "people are grouped by a choice or unit question"
                )
                self._problems.at(part.at("variable"), reason)
            elif isinstance(question, Choice):
                yield from self._breakdown(name, part, question)

    def _kind_of_no_choice(self, question_id: str) -> str | None:
        """The type of a question that people cannot be grouped by; None of any other."""
        if isinstance(self._parts.get(question_id), grammar.CommentPart):
            return "comment"
        question = self._questions.get(question_id)
        return None if question is None or isinstance(question, Choice) else question.kind

    def _breakdown(
        self, name: str, part: grammar.BreakdownPart, question: Choice
    ) -> Iterator[Breakdown]:
        unit = self._parts.get(question.id)
        before = len(self._problems)
        if isinstance(unit, grammar.UnitPart):
            levels, values = self._unit_values(name, part, unit, question)
        else:
            levels, values = self._choice_values(name, part, question)
        for value, times in Counter(value.id for value in values).items():
            if times > 1:
                self._problems.at(part.at(), f"breakdown `{name}` has the value `{value}` twice")
        units = {value.id for value in values}
        former = was(part, units, self._problems) if len(self._problems) == before else ()
        if len(self._problems) == before:
            label = self._wordings.label(part.label, name, part.at("label")).en
            yield Breakdown(name, label, question.id, tuple(levels), tuple(values), former)

    def _unit_values(
        self, name: str, part: grammar.BreakdownPart, unit: grammar.UnitPart, question: Choice
    ) -> tuple[list[str], list[Value]]:
        if part.roll_up is not None:
            self._problems.at(part.at("roll_up"), "units roll up by their own `levels`")
        levels = [level for level in part.levels or [] if level != FORCE]
        leaf_depths = {depth for depth, node, _ in _walk(unit.units) if not node.units}
        if not levels or leaf_depths != {len(levels) - 1}:
            self._problems.at(
                part.at("levels"),
                f"breakdown `{name}` names {len(levels)} levels below the force, but the units of "
                f"`{unit.id}` stand {' or '.join(str(depth + 1) for depth in sorted(leaf_depths))} "
                "deep; every innermost unit must stand on the last level",
            )
            return levels, []
        nodes = sorted(_walk(unit.units), key=lambda found: found[0])
        values = [
            Value(
                node.id,
                self._wordings.text(node.label, node.at("label")).en,
                levels[depth],
                parent.id if parent else None,
                question.with_coarser([leaf.id for leaf, _ in innermost([node])]),
            )
            for depth, node, parent in nodes
        ]
        return levels, values

    def _choice_values(
        self, name: str, part: grammar.BreakdownPart, question: Choice
    ) -> tuple[list[str], list[Value]]:
        if part.levels is not None:
            reason = "`levels` are for units; a choice question has `roll_up`"
            self._problems.at(part.at("levels"), reason)
        coarse = self._roll_up_values(name, part, question) if part.roll_up is not None else []
        home = {code: value.id for value in coarse for code in value.categories}
        fine = [
            Value(code, label.en, GROUP, home.get(code), frozenset({code}))
            for code, label in question.categories
        ]
        return [ROLL_UP, GROUP] if coarse else [GROUP], [*coarse, *fine]

    def _roll_up_values(
        self, name: str, part: grammar.BreakdownPart, question: Choice
    ) -> list[Value]:
        known = [code for code, _ in question.categories]
        placed: Counter[str] = Counter()
        values = []
        for value, rolled in (part.roll_up or {}).items():
            for code in rolled.categories:
                if code not in known:
                    self._problems.at(
                        part.at("roll_up", value),
                        f"roll-up `{value}` of breakdown `{name}` names the category `{code}`, "
                        f"which `{question.id}` does not have",
                    )
            placed.update(rolled.categories)
            label = self._wordings.label(rolled.label, value, part.at("roll_up", value)).en
            inside = question.with_coarser(rolled.categories)
            values.append(Value(value, label, ROLL_UP, None, inside))
        for code in known:
            if placed[code] != 1:
                how = "in no roll-up" if placed[code] == 0 else "in several roll-ups"
                reason = f"category `{code}` stands {how} of breakdown `{name}`; it needs one"
                self._problems.at(part.at("roll_up"), reason)
        return values

    def _tables(
        self, breakdowns: Mapping[str, Breakdown]
    ) -> Iterator[tuple[Table, grammar.TablePart]]:
        seen: set[str] = set()
        for position, part in enumerate(self._part.tables):
            place = self._part.at("tables", position)
            crossed = [pair for entry in part.cross for pair in entry.items()]
            names = [name for name, _ in crossed]
            unknown = [name for name in names if name not in self._declared.breakdowns]
            for name in unknown:
                self._problems.at(
                    place, f"a table names the breakdown `{name}`, which does not exist"
                )
            if any(name not in breakdowns for name in names):
                continue
            table = Table("-".join(names), tuple(names), tuple(level for _, level in crossed))
            if self._table_holds(table, breakdowns, place) and table.id not in seen:
                yield table, part
            elif table.id in seen:
                self._problems.at(place, f"the table `{table.id}` is declared twice")
            seen.add(table.id)

    def _table_holds(self, table: Table, breakdowns: Mapping[str, Breakdown], place: Place) -> bool:
        before = len(self._problems)
        if len(set(table.breakdowns)) != len(table.breakdowns):
            self._problems.at(place, f"the table `{table.id}` crosses a question with itself")
        for name, level in zip(table.breakdowns, table.finest, strict=True):
            levels = breakdowns[name].levels
            if level is not None and level not in levels:
                self._problems.at(
                    place,
                    f"the table `{table.id}` goes down to `{level}`, but breakdown `{name}` has "
                    f"the levels {', '.join(levels)}",
                )
        return len(self._problems) == before

    def _check_all_used(self, breakdowns: Mapping[str, Breakdown], tables: Sequence[Table]) -> None:
        """Nothing is asked, or kept finer, than a declared table publishes."""
        finest: set[str] = set()
        used: set[str] = set()
        for table in tables:
            for name, level in zip(table.breakdowns, table.finest, strict=True):
                used.add(name)
                if level in (None, breakdowns[name].levels[-1]):
                    finest.add(breakdowns[name].variable)
        named = {part.variable for part in self._part.breakdowns.values()}
        # A table that is wrong in itself may have been meant for any of the breakdowns.
        whole = len(tables) == len(self._part.tables) and set(breakdowns) == set(
            self._declared.breakdowns
        )
        for name in breakdowns if whole else ():
            if name not in used:
                place = self._part.breakdowns[name].at()
                self._problems.at(place, f"no declared table uses the breakdown `{name}`")
        for question in self._questions.values():
            unpublished = isinstance(question, Choice) and question.id not in finest
            if unpublished and (whole or question.id not in named):
                self._not_published(question.id, {breakdowns[name].variable for name in used})

    def _not_published(self, question: str, used: set[str]) -> None:
        if question in used:
            reason = (
                f"`{question}` is stored finer than any declared table publishes; fold its "
                "categories together, or declare a table that goes down to them"
            )
        else:
            reason = (
                f"no declared table uses `{question}`; a row holds no more than will be "
                "published: take the question out, or declare a table by it"
            )
        self._problems.at(self._parts[question].at(), reason)

    def _intersections(self, plan: TablePlan) -> Iterator[Intersection]:
        order = {name: position for position, name in enumerate(plan.breakdown_by_id)}
        for part in self._part.concerns.intersections:
            place = part.at("where")
            unknown = [name for name in part.where if name not in self._declared.breakdowns]
            for name in unknown:
                reason = f"“{part.name}” names the breakdown `{name}`, which does not exist"
                self._problems.at(place, reason)
            if any(name not in order for name in part.where):
                continue
            group = group_id(tuple(sorted(part.where.items(), key=lambda pair: order[pair[0]])))
            if group in plan.group_by_id:
                yield Intersection(part.name, group)
            else:
                reason = (
                    f"“{part.name}” ({group}) is in no declared table, so it is never published"
                )
                self._problems.at(place, reason)

    def _standardised(self, plan: TablePlan) -> Iterator[tuple[str, str]]:
        part = self._part.concerns
        for at, entry in enumerate(part.standardise):
            ((name, level),) = entry.items()
            place = part.at("standardise", at)
            breakdown = plan.breakdown_by_id.get(name)
            if name not in self._declared.breakdowns:
                reason = f"`standardise` names the breakdown `{name}`, which does not exist"
                self._problems.at(place, reason)
            if breakdown is None:
                continue
            finest = level or breakdown.levels[-1]
            if finest not in breakdown.levels:
                reason = f"breakdown `{name}` has no level `{finest}` to standardise by"
                self._problems.at(place, reason)
            elif not any(name in one.breakdowns and len(one.breakdowns) > 1 for one in plan.tables):
                self._problems.at(
                    place,
                    f"no declared table crosses `{name}` with anything, so no gap can be "
                    "standardised by it",
                )
            else:
                yield name, finest

    def _ladders(
        self, plan: TablePlan, tables: Mapping[Table, grammar.TablePart]
    ) -> Iterator[Ladder]:
        units = [name for name, part in self._part.breakdowns.items() if part.levels is not None]
        laddering = Laddering(plan, units, self._problems)
        places = [self._part.at("tables", at) for at in range(len(self._part.tables))]
        known = {one.name for one in plan.intersections}
        for intersection in self._part.concerns.intersections:
            if intersection.name in known:
                yield from laddering.of_intersection(intersection)
        for table, part in tables.items():
            place = places[next(at for at, one in enumerate(self._part.tables) if one is part)]
            yield from laddering.of_table(part, table, place)


def _walk(
    units: Sequence[grammar.UnitNode], parent: grammar.UnitNode | None = None, depth: int = 0
) -> Iterator[tuple[int, grammar.UnitNode, grammar.UnitNode | None]]:
    for unit in units:
        yield depth, unit, parent
        yield from _walk(unit.units, unit, depth + 1)
