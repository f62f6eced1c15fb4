"""Builds the conditions of questions and sections, and refuses those that could never hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from survey.questionnaire import follow_ups, grammar
from survey.questionnaire.coarser import innermost
from survey.questionnaire.conditions import Condition, Conditions
from survey.questionnaire.declared import Declared, names
from survey.questionnaire.located import Place, Problems
from survey.questionnaire.model import (
    PREFER_NOT_TO_SAY,
    Choice,
    Comment,
    Multiple,
    Question,
    Section,
    Statement,
    Text,
)
from survey.questionnaire.wording import Wordings

MOST_OF_ONE_UNIT = 10
"""Questions that the people of a unit are asked because they are in it."""

_Labels = dict[str, tuple[tuple[str, ...], Text]]
"""A code that a condition may name -> the codes that it stands for, and its wording."""


@dataclass
class Branching:
    """Turns every `ask_when` of a file into conditions on what was built.

    Attributes:
        passed: ids of what stands before the question or section that is looked at.
        asked: the questions and comments among them that could be built, by id.
    """

    part: grammar.DocumentPart
    declared: Declared
    wordings: Wordings
    problems: Problems
    passed: set[str] = field(default_factory=set)
    asked: dict[str, Question | Comment] = field(default_factory=dict)

    def routed(self, sections: Sequence[Section]) -> tuple[Section, ...]:
        """The same sections with their conditions.

        Args:
            sections: one for each of the file, with the questions that could be built.
        """
        found = []
        for part, section in zip(self.part.sections, sections, strict=True):
            when = self._conditions(part.id, part)
            found.append(replace(self._with_questions(part, section), when=when))
        self._check_reachable(found)
        self._check_themes(found)
        self._check_modules(found)
        self._check_follow_ups(found)
        return tuple(found)

    @cached_property
    def _named(self) -> set[str]:
        every = (question for section in self.part.sections for question in section.questions)
        return {name for question in every for name in names(question)}

    def _with_questions(self, part: grammar.SectionPart, section: Section) -> Section:
        whens: dict[str, Conditions] = {}
        built = {one.id: one for one in (*section.questions, *section.comments)}
        for question in part.questions:
            when = self._conditions(question.id, question)
            if isinstance(question, (grammar.ChoicePart, grammar.UnitPart)) and (
                question.ask_when or part.ask_when
            ):
                self.problems.at(
                    (question if question.ask_when else part).at("ask_when"),
                    f"`{question.id}` is about the person and so is asked of everybody: who is in "
                    "one of its groups would tell what else they answered",
                )
            for name in names(question):
                self.passed.add(name)
                if name in built:
                    whens[name] = when
                    self.asked.setdefault(name, built[name])
        return replace(
            section,
            questions=tuple(replace(one, when=whens.get(one.id, ())) for one in section.questions),
            comments=tuple(replace(one, when=whens.get(one.id, ())) for one in section.comments),
        )

    def _conditions(
        self, name: str, part: grammar.SectionPart | grammar.QuestionPart
    ) -> Conditions:
        found = (
            self._condition(name, question, answers, part.at("ask_when", question))
            for question, answers in (part.ask_when or {}).items()
        )
        return tuple(condition for condition in found if condition is not None)

    def _condition(
        self, name: str, question: str, answers: grammar.AnswersPart, place: Place
    ) -> Condition | None:
        earlier = self.asked.get(question)
        if earlier is None:
            later = question in self._named - self.passed
            # One that is wrong in itself is reported where it stands.
            if later or question not in self.declared.questions:
                which = "which is not asked before it" if later else "which does not exist"
                reason = f"`ask_when` of `{name}` names `{question}`, {which}"
                self.problems.at(place, f"{reason}; name an earlier question")
            return None
        if isinstance(earlier, Comment):
            reason = f"`ask_when` of `{name}` names `{question}`, a comment; nobody is asked by it"
            self.problems.at(place, reason)
            return None
        if (answers.one_of is None) == (answers.none_of is None):
            reason = f"`ask_when` of `{name}` needs either `one_of` or `none_of` for `{question}`"
            self.problems.at(place, reason)
            return None
        known, named = self._answers(earlier), answers.one_of or answers.none_of or []
        for code in named:
            if code not in known:
                self.problems.at(place, _no_answer(earlier, code, known))
        if not all(code in known for code in named):
            return None
        codes = dict.fromkeys(code for one in named for code in known[one][0])
        if isinstance(earlier, Choice):
            codes |= dict.fromkeys(sorted(earlier.with_coarser(codes) - codes.keys()))
        labels = tuple(known[code][1] for code in dict.fromkeys(named))
        return Condition(question, tuple(codes), bool(answers.none_of), earlier.text, labels)

    def _answers(self, question: Question) -> _Labels:
        """The answers that a condition may name."""
        given: _Labels
        if isinstance(question, Statement):
            given = {point.code: ((point.code,), point.label) for point in question.scale.points}
        elif isinstance(question, Multiple):
            given = {tick.code: ((tick.code,), tick.label) for tick in question.options}
        elif question.kind == "unit":
            given = dict(self._units(question))
        else:
            given = {
                code: ((*_folded(question, code), code), label)
                for code, label in question.categories
            }
        given.pop(PREFER_NOT_TO_SAY, None)
        return given

    def _units(self, question: Choice) -> Iterator[tuple[str, tuple[tuple[str, ...], Text]]]:
        part = next(
            part
            for section in self.part.sections
            for part in section.questions
            if isinstance(part, grammar.UnitPart) and part.id == question.id
        )
        for node in _walk(part.units):
            leaves = tuple(leaf.id for leaf, _ in innermost([node]))
            yield node.id, (leaves, self.wordings.text(node.label, node.at("label")))

    def _check_reachable(self, sections: Sequence[Section]) -> None:
        """Every section and every question is asked of somebody."""
        routes = {
            one.id: section.when + one.when
            for section in sections
            for one in (*section.questions, *section.comments)
        }
        for part, section in zip(self.part.sections, sections, strict=True):
            if (clash := self._clash(section.when, routes)) is not None:
                self._never(f"section `{part.id}`", part.at("ask_when"), clash)
                continue
            for question in part.questions:
                clash = self._clash(routes.get(names(question)[0], ()), routes)
                if clash is not None:
                    self._never(f"`{question.id}`", question.at("ask_when"), clash)

    def _never(self, what: str, place: Place, clash: str) -> None:
        reason = f"{what} can never be asked: no answer to `{clash}` meets all conditions for it"
        self.problems.at(place, reason)

    def _clash(self, when: Conditions, routes: Mapping[str, Conditions]) -> str | None:
        """A question that no answer to would meet all these conditions, and those behind them."""
        wanted: dict[str, list[set[str]]] = {}
        refused: dict[str, set[str]] = {}
        waiting = list(when)
        while waiting:
            condition = waiting.pop()
            if condition.none_of:
                refused.setdefault(condition.question, set()).update(condition.codes)
            else:
                wanted.setdefault(condition.question, []).append(set(condition.codes))
                waiting += routes.get(condition.question, ())
        for name, sets in wanted.items():
            question = self.asked[name]
            if not isinstance(question, Comment) and not _meets(
                question, sets, refused.get(name, set())
            ):
                return name
        return None

    def _check_themes(self, sections: Sequence[Section]) -> None:
        """The statements of a theme are asked of the same people."""
        first: dict[str, tuple[str, frozenset[tuple[object, ...]]]] = {}
        for section in sections:
            for one in section.questions:
                if not isinstance(one, Statement) or one.theme is None:
                    continue
                when = frozenset(
                    (c.question, frozenset(c.codes), c.none_of) for c in section.when + one.when
                )
                name, others = first.setdefault(one.theme, (one.id, when))
                if when != others:
                    self.problems.at(
                        self._place(one.id),
                        f"`{one.id}` is asked of other people than `{name}`, and both belong to "
                        f"the theme `{one.theme}`: groups would differ because they were asked "
                        "different things; give those who are asked more a theme of their own",
                    )

    def _check_modules(self, sections: Sequence[Section]) -> None:
        """No unit is asked many questions of its own."""
        own: Counter[str] = Counter()
        for section in sections:
            for one in section.questions:
                units = [
                    set(condition.codes)
                    for condition in section.when + one.when
                    if self._is_unit(condition.question) and not condition.none_of
                ]
                asked = set.intersection(*units) if units else set()
                own.update(asked)
                many = [unit for unit in sorted(asked) if own[unit] == MOST_OF_ONE_UNIT + 1]
                if many:
                    reason = (
                        f"`{one.id}` is question number {own[many[0]]} that `{many[0]}` is asked"
                    )
                    self.problems.at(
                        self._place(one.id),
                        f"{reason} as a unit; {MOST_OF_ONE_UNIT} at most, or the survey of some "
                        "gets longer than that of others",
                    )

    def _check_follow_ups(self, sections: Sequence[Section]) -> None:
        """No two follow-ups tell how few gave an answer."""
        routes = {
            one.id: section.when + one.when
            for section in sections
            for one in (*section.questions, *section.comments)
        }
        for name, earlier, reason in follow_ups.refused(routes, self.asked):
            self.problems.at(self._condition_place(name, earlier), reason)

    def _condition_place(self, name: str, earlier: str) -> Place:
        """Where a question, or else its section, names an earlier question."""
        section, question = next(
            (section, question)
            for section in self.part.sections
            for question in section.questions
            if name in names(question)
        )
        part = question if earlier in (question.ask_when or {}) else section
        return part.at("ask_when", earlier)

    def _is_unit(self, name: str) -> bool:
        question = self.asked.get(name)
        return isinstance(question, Choice) and question.kind == "unit"

    def _place(self, name: str) -> Place:
        return next(
            question.at()
            for section in self.part.sections
            for question in section.questions
            if name in names(question)
        )


def _no_answer(question: Question, code: str, known: Collection[str]) -> str:
    if code == PREFER_NOT_TO_SAY:
        return "nobody is asked anything by “prefer not to say”"
    category = (
        question.fold(code) if isinstance(question, Choice) and code in question.codes else None
    )
    if category not in (None, code):
        return f"`{code}` of `{question.id}` is folded into `{category}`; name that one"
    return f"`{question.id}` has no answer `{code}`; it can be {', '.join(known)}"


def _folded(question: Choice, category: str) -> Iterator[str]:
    return (one.code for one in question.options if one.folds_to == category)


def _meets(question: Question, wanted: Sequence[set[str]], refused: set[str]) -> bool:
    """Whether some answer is in every wanted set and in none that is refused."""
    if not isinstance(question, Multiple):
        return bool(set.intersection(*wanted) - refused)
    alone = {one.code for one in question.options if one.exclusive}
    if (set.intersection(*wanted) & alone) - refused:
        return True
    return all(codes - alone - refused for codes in wanted)


def _walk(units: Sequence[grammar.UnitNode]) -> Iterator[grammar.UnitNode]:
    for unit in units:
        yield unit
        yield from _walk(unit.units)
