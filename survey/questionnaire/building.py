"""Builds the questionnaire from a file whose parts have the right shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from survey.questionnaire import grammar
from survey.questionnaire.asking import Asking
from survey.questionnaire.branching import Branching
from survey.questionnaire.declared import Declared, statements_of
from survey.questionnaire.located import Place, Problems
from survey.questionnaire.model import (
    LEAST_DRIVERS,
    MOST_COMMENT_THEMES,
    MOST_COMMENTS,
    MOST_DRIVERS,
    NOTHING,
    OTHER,
    Comment,
    Multiple,
    Question,
    Questionnaire,
    Section,
    Statement,
    SupportLink,
    Text,
    ThemeText,
)
from survey.questionnaire.plan import Planning
from survey.questionnaire.processes import processes
from survey.questionnaire.scales import scale
from survey.questionnaire.wording import Wordings


def build(
    part: grammar.DocumentPart, declared: Declared, source: str, problems: Problems
) -> Questionnaire:
    """The questionnaire; only to be used when `problems` is still empty afterwards.

    Args:
        part: the file, every part of the right shape.
        declared: the names that the file declares, wrong parts included.
        source: the file with every include written out.
        problems: collects references to nothing, ids that stand twice and the like.
    """
    wordings = Wordings.of(part, problems)
    scales = {
        name: scale(name, entry, wordings, problems, asked_here=part.fielded == "here")
        for name, entry in part.scales.items()
    }
    asking = Asking(part, scales, declared, wordings, problems)
    asked = tuple(_section(entry, asking, wordings) for entry in part.sections)
    sections = Branching(part, declared, wordings, problems).routed(asked)
    questions = [question for section in sections for question in section.questions]
    themes = tuple(
        ThemeText(name, wordings.text(entry.label, part.at("themes", name)), entry.index)
        for name, entry in part.themes.items()
    )
    _check(part, questions, problems)
    _check_drivers(part, sections, problems)
    planning = Planning(
        part, {question.id: question for question in questions}, declared, wordings, problems
    )
    plan = planning.plan()
    labels = dict.fromkeys(
        label
        for breakdown in plan.breakdowns
        for label in (breakdown.label, *(value.label for value in breakdown.values))
    )
    questionnaire = Questionnaire(
        id=part.id,
        version=part.version,
        title=wordings.text(part.title, part.at("title")),
        languages=tuple(part.languages),
        minutes=part.minutes,
        sections=sections,
        themes=themes,
        support=tuple(_support(part, wordings)),
        plan=replace(plan, processes=processes(part, questions, declared, wordings, problems)),
        fingerprint="",
        source=source,
        denominator=part.denominator,
        fielded=part.fielded,
        missing_codes=tuple(part.missing_codes),
        ignore_columns=tuple(part.ignore_columns),
        outcome=None if part.drivers is None else part.drivers.outcome,
        welsh_labels=wordings.welsh_of(labels),
    )
    return replace(questionnaire, fingerprint=fingerprint(questionnaire))


def fingerprint(questionnaire: Questionnaire) -> str:
    """SHA-256 (hex) of everything that a respondent sees or the analysis reads."""
    content = _comparable(replace(questionnaire, source="", fingerprint=""))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _comparable(value: Any) -> Any:
    """Plain data of what is compared; where a question stands in its file is not."""
    if is_dataclass(value):
        parts = [(field, getattr(value, field.name)) for field in fields(value) if field.compare]
        return [_comparable(part) for field, part in parts if part or not field.metadata]
    if isinstance(value, tuple):
        return [_comparable(part) for part in value]
    return sorted(value) if isinstance(value, frozenset) else value


def _section(part: grammar.SectionPart, asking: Asking, wordings: Wordings) -> Section:
    asked = [entry for entry in part.questions if not isinstance(entry, grammar.CommentPart)]
    return Section(
        id=part.id,
        title=wordings.text(part.title, part.at("title")),
        questions=tuple(one for question in asked for one in asking.questions(question, part)),
        intro=wordings.optional(part.intro, part.at("intro")),
        warning=wordings.optional(part.warning, part.at("warning")),
        comments=tuple(
            _comment(entry, wordings)
            for entry in part.questions
            if isinstance(entry, grammar.CommentPart)
        ),
    )


def _comment(part: grammar.CommentPart, wordings: Wordings) -> Comment:
    return Comment(
        id=part.id,
        text=wordings.text(part.text, part.at("text")),
        hint=wordings.optional(part.hint, part.at("hint")),
        themes=tuple(
            ThemeText(code, wordings.text(label, part.at("themes", code)))
            for code, label in part.themes.items()
        ),
        line=part.at().line,
    )


def _support(part: grammar.DocumentPart, wordings: Wordings) -> Iterator[SupportLink]:
    for entry in part.support:
        label: Text = wordings.text(entry.label, entry.at("label"))
        yield SupportLink(label, wordings.text(entry.detail, entry.at("detail")), entry.url)


def _check(part: grammar.DocumentPart, questions: list[Question], problems: Problems) -> None:
    _check_ids(part, questions, problems)
    _check_themes(part, problems)
    _check_columns(part, questions, problems)
    _check_comments(part, problems)
    if part.fielded == "here":
        _check_care(part, problems)


def _check_ids(part: grammar.DocumentPart, questions: list[Question], problems: Problems) -> None:
    """No id stands twice: sections among themselves, and everything that becomes a measure."""
    sections: dict[str, Place] = {}
    for section in part.sections:
        _once(sections, "section", section.id, section.at("id"), problems)
    taken: dict[str, Place] = {}
    for section in part.sections:
        for question in section.questions:
            _once(taken, "question", question.id, question.at("id"), problems)
            for statement in question.statements if isinstance(question, grammar.GridPart) else ():
                _once(taken, "question", statement.id, statement.at("id"), problems)
    for multiple in questions:
        for option in multiple.options if isinstance(multiple, Multiple) else ():
            if option.item in taken:
                place = taken[option.item]
                reason = f"option `{option.code}` of `{multiple.id}` is published under this id"
                problems.at(place, f"{reason} too; rename one of them")
    for theme in part.themes:
        if theme in taken:
            reason = f"`{theme}` is the id of a theme and of a question"
            problems.at(taken[theme], reason)


def _once(seen: dict[str, Place], kind: str, name: str, place: Place, problems: Problems) -> None:
    if name in seen:
        first = seen[name]
        where = f"line {first.line}" if first.file == place.file else f"{first.file}:{first.line}"
        problems.at(place, f"the {kind} id `{name}` stands twice; first on {where}")
    seen.setdefault(name, place)


def _check_themes(part: grammar.DocumentPart, problems: Problems) -> None:
    used = {
        statement.theme or (grid and grid.theme) or section.theme
        for section in part.sections
        for statement, grid in statements_of(section)
    }
    for theme in part.themes:
        if theme not in used:
            problems.at(part.at("themes", theme), f"no statement belongs to the theme `{theme}`")


def _check_drivers(
    part: grammar.DocumentPart, sections: Sequence[Section], problems: Problems
) -> None:
    """The outcome is a statement that everybody is asked, as are themes to look at beside it."""
    if part.drivers is None:
        return
    outcome, place = part.drivers.outcome, part.drivers.at("outcome")
    statements = [
        (one, bool(section.when + one.when))
        for section in sections
        for one in section.questions
        if isinstance(one, Statement)
    ]
    found = [(one, routed) for one, routed in statements if one.id == outcome]
    if not found:
        problems.at(place, f"there is no statement `{outcome}` that could be an outcome")
        return
    if found[0][1]:
        problems.at(place, f"`{outcome}` is asked of some people alone, so it can be no outcome")
        return
    of_some = {found[0][0].theme, *(one.theme for one, routed in statements if routed)}
    others = [theme for theme in part.themes if theme not in of_some]
    if not LEAST_DRIVERS <= len(others) <= MOST_DRIVERS:
        problems.at(
            place,
            f"drivers are {LEAST_DRIVERS} to {MOST_DRIVERS} themes besides that of `{outcome}` "
            f"that everybody is asked, and here are {len(others)}; leave `drivers` out",
        )


def _check_columns(
    part: grammar.DocumentPart, questions: list[Question], problems: Problems
) -> None:
    """Every column of a responses file belongs to one question only."""
    columns: list[str] = list(part.ignore_columns)
    for question in questions:
        if isinstance(question, Multiple):
            columns += [option.column for option in question.options if option.item]
        else:
            columns.append(question.column)
    ids = [question.id for question in questions]
    for column in dict.fromkeys(columns):
        if columns.count(column) > max(1, ids.count(column)):
            reason = f"the column `{column}` of a responses file belongs to two questions"
            problems.at(part.at("ignore_columns"), reason)


def _check_comments(part: grammar.DocumentPart, problems: Problems) -> None:
    """Few comments, each behind the other questions of its page, and only where Candour asks."""
    found = 0
    for section in part.sections:
        ahead: grammar.CommentPart | None = None
        for question in section.questions:
            if not isinstance(question, grammar.CommentPart):
                if ahead is not None:
                    problems.at(
                        ahead.at(),
                        f"comment `{ahead.id}` stands before `{question.id}`; put comments at the "
                        "end of their section",
                    )
                    ahead = None
                continue
            ahead = question
            found += 1
            if part.fielded == "elsewhere":
                problems.at(
                    question.at("type"),
                    f"`{question.id}` asks for a comment, which no file of answers is read for; "
                    "leave it out and name its column in `ignore_columns`",
                )
            elif found > MOST_COMMENTS:
                problems.at(
                    question.at("type"),
                    f"`{question.id}` is comment number {found}; a questionnaire asks for "
                    f"{MOST_COMMENTS} at most, because how people write tells who they are",
                )
            _check_comment_themes(question, problems)


def _check_comment_themes(part: grammar.CommentPart, problems: Problems) -> None:
    """Themes that two people can sort by, under names of their own."""
    if len(part.themes) > MOST_COMMENT_THEMES:
        problems.at(
            part.at("themes"),
            f"`{part.id}` has {len(part.themes)} themes; {MOST_COMMENT_THEMES} at most, because "
            "two people do not sort alike by more",
        )
    seen: dict[str, str] = {}
    for code, label in part.themes.items():
        if code.casefold() in {OTHER, NOTHING}:
            problems.at(
                part.at("themes", code),
                f"every comment has the theme `{code}` by itself; leave it out",
            )
        twin = seen.setdefault(code.casefold(), code)
        if twin != code:
            problems.at(
                part.at("themes", code),
                f"the themes `{twin}` and `{code}` differ in capitals alone; rename one of them",
            )
        if any(other.en == label.en for name, other in part.themes.items() if name < code):
            problems.at(
                part.at("themes", code),
                f"two themes of `{part.id}` are called “{label.en}”; rename one of them",
            )


def _check_care(part: grammar.DocumentPart, problems: Problems) -> None:
    """What a questionnaire owes those who are asked."""
    if not part.support:
        problems.at(part.at(), "`support` is missing: say where respondents can turn to")
    for section in part.sections:
        sensitive = [
            question.id
            for question in section.questions
            if isinstance(question, (grammar.StatementPart, grammar.GridPart, grammar.MultiplePart))
            and _is_sensitive(question)
        ]
        if sensitive and section.warning is None:
            problems.at(
                section.at(),
                f"section `{section.id}` asks sensitive questions ({', '.join(sensitive)}) without "
                "a `warning`: say that a survey is not a report, and where to report instead",
            )


def _is_sensitive(part: grammar.StatementPart | grammar.GridPart | grammar.MultiplePart) -> bool:
    lines = part.statements if isinstance(part, grammar.GridPart) else ()
    return part.sensitive or any(line.sensitive for line in lines)
