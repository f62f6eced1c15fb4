"""Builds the questions: statements on their scales, choices, units and multiple questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.codebook import Denominator
from survey.questionnaire import grammar
from survey.questionnaire.coarser import SAY_LESS, answers_to, innermost
from survey.questionnaire.declared import Declared
from survey.questionnaire.located import Place, Problems
from survey.questionnaire.model import (
    PREFER_NOT_TO_SAY,
    Choice,
    Grid,
    Multiple,
    Option,
    Question,
    Scale,
    Statement,
    Text,
    Tick,
)
from survey.questionnaire.scales import PREFER_NOT_TO_SAY_TEXT
from survey.questionnaire.shape import near
from survey.questionnaire.wording import Wordings


class Asking:
    """Turns the questions of a file into those of the model."""

    def __init__(
        self,
        part: grammar.DocumentPart,
        scales: Mapping[str, Scale],
        declared: Declared,
        wordings: Wordings,
        problems: Problems,
    ) -> None:
        self._scales = scales
        self._declared = declared
        self._wordings = wordings
        self._problems = problems
        self._part = part
        self._denominator: Denominator = part.denominator
        self._asked_here = part.fielded == "here"

    def questions(
        self, part: grammar.CountedPart, section: grammar.SectionPart
    ) -> Iterator[Question]:
        """The question, or those of a grid; none that cannot be built, with the reason noted."""
        if isinstance(part, grammar.StatementPart):
            found = self._statement(part, section)
            if found is not None:
                yield found
        elif isinstance(part, grammar.GridPart):
            yield from self._grid(part, section)
        elif isinstance(part, grammar.ChoicePart):
            yield self._choice(part)
        elif isinstance(part, grammar.UnitPart):
            yield self._unit(part)
        else:
            yield self._multiple(part)

    def _grid(self, part: grammar.GridPart, section: grammar.SectionPart) -> Iterator[Statement]:
        """A statement for each of its lines, with the grid's text before its own."""
        text = self._wordings.text(part.text, part.at("text"))
        grid = Grid(part.id, text, self._wordings.optional(part.hint, part.at("hint")))
        for line in part.statements:
            for field in ("scale", "ask_when", "hint"):
                if getattr(line, field) is not None:
                    reason = f"`{field}` of `{line.id}` stands at its grid `{part.id}`, for all"
                    self._problems.at(line.at(field), reason)
            found = self._statement(line, part, section)
            if found is not None:
                whole = " ".join((text.en, found.text.en))
                welsh = " ".join((text.cy or "", found.text.cy or "")).strip() or None
                yield replace(
                    found,
                    text=Text(whole, welsh),
                    own_text=found.text,
                    grid=grid,
                    sensitive=found.sensitive or part.sensitive,
                    denominator=line.denominator or part.denominator or self._denominator,
                )

    def _statement(
        self, part: grammar.StatementPart, *homes: grammar.GridPart | grammar.SectionPart
    ) -> Statement | None:
        """The statement, with the theme and scale of what it stands in where it names none."""
        theme, place = _first("theme", part, *homes)
        if theme is not None and theme not in self._declared.themes:
            self._problems.at(place, _unknown("theme", theme, self._declared.themes))
        scale, place = _first("scale", part, *homes)
        if scale is None:
            self._problems.at(part.at(), f"statement `{part.id}` names no scale")
        elif scale not in self._declared.scales:
            self._problems.at(place, _unknown("scale", scale, self._declared.scales))
        if scale is None or scale not in self._scales:
            return None
        statement = Statement(
            id=part.id,
            text=self._wordings.text(part.text, part.at("text")),
            scale=self._scales[scale],
            theme=theme,
            reversed=part.reversed,
            sensitive=part.sensitive,
            hint=self._wordings.optional(part.hint, part.at("hint")),
            line=part.at().line,
            denominator=part.denominator or self._denominator,
            column=part.column or part.id,
            missing_codes=tuple(part.missing_codes),
            level=part.level,
        )
        self._check_missing(statement.codes, part.missing_codes, part.at("missing_codes"))
        return statement

    def _choice(self, part: grammar.ChoicePart) -> Choice:
        categories = [(entry.code, self._label(entry)) for entry in part.categories]
        options: list[Option] = []
        for entry, (code, label) in zip(part.categories, categories, strict=True):
            if entry.options:
                options += [Option(o.code, self._label(o), code, label) for o in entry.options]
            else:
                options.append(Option(code, label, code))
        return self._demographic(part, options, tuple(categories))

    def _unit(self, part: grammar.UnitPart) -> Choice:
        leaves = [
            (leaf.id, self._wordings.text(leaf.label, leaf.at("label")), parent)
            for leaf, parent in innermost(part.units)
        ]
        options = [
            Option(code, label, code, self._wordings.text(parent.label, parent.at("label")))
            if parent
            else Option(code, label, code)
            for code, label, parent in leaves
        ]
        return self._demographic(part, options, tuple((code, label) for code, label, _ in leaves))

    def _demographic(
        self,
        part: grammar.ChoicePart | grammar.UnitPart,
        options: list[Option],
        categories: tuple[tuple[str, Text], ...],
    ) -> Choice:
        place = part.at("units" if isinstance(part, grammar.UnitPart) else "categories")
        coarser = tuple(answers_to(part, self._part.breakdowns, self._wordings))
        options += [Option(one.code, one.label, one.code, SAY_LESS) for one in coarser]
        self._check_once([option.code for option in options], part.id, place)
        self._check_once([code for code, _ in categories], part.id, place)
        folds = {option.code: option.folds_to for option in options}
        for code, _ in categories:
            # A responses file may hold published categories; a code must not mean two of them.
            if folds.get(code, code) != code:
                self._problems.at(
                    place, f"`{part.id}`: option `{code}` stands in category `{folds[code]}`, but "
                    f"there is a category `{code}` as well"
                )  # fmt: skip
        if self._asked_here:
            options.append(Option(PREFER_NOT_TO_SAY, PREFER_NOT_TO_SAY_TEXT, None))
        self._check_missing([*folds], part.missing_codes, part.at("missing_codes"))
        return Choice(
            id=part.id,
            text=self._wordings.text(part.text, part.at("text")),
            options=tuple(options),
            categories=categories,
            kind=part.type,
            hint=self._wordings.optional(part.hint, part.at("hint")),
            line=part.at().line,
            column=part.column or part.id,
            missing_codes=tuple(part.missing_codes),
            coarser=coarser,
        )

    def _multiple(self, part: grammar.MultiplePart) -> Multiple:
        self._check_once([entry.code for entry in part.options], part.id, part.at("options"))
        both = set(part.ticked_codes) & set(part.unticked_codes)
        if both:
            place = part.at("ticked_codes")
            self._problems.at(place, f"`{min(both)}` cannot mean both ticked and not ticked")
        options = []
        for entry in part.options:
            item = f"{part.id}-{entry.code}"
            column = entry.column or item
            options.append(Tick(entry.code, self._label(entry), item, entry.exclusive, column))
        if self._asked_here:
            options.append(Tick(PREFER_NOT_TO_SAY, PREFER_NOT_TO_SAY_TEXT, None, exclusive=True))
        return Multiple(
            id=part.id,
            text=self._wordings.text(part.text, part.at("text")),
            options=tuple(options),
            sensitive=part.sensitive,
            hint=self._wordings.optional(part.hint, part.at("hint")),
            line=part.at().line,
            ticked_codes=tuple(part.ticked_codes),
            unticked_codes=tuple(part.unticked_codes),
        )

    def _label(self, part: grammar.OptionPart) -> Text:
        return self._wordings.text(part.label, part.at("label"))

    def _check_once(self, codes: Sequence[str], question: str, place: Place) -> None:
        for code in dict.fromkeys(codes):
            if codes.count(code) > 1:
                self._problems.at(place, f"`{question}` has the code `{code}` twice")
            if code == PREFER_NOT_TO_SAY:
                reason = f"`{PREFER_NOT_TO_SAY}` is added to every question by itself"
                self._problems.at(place, reason)

    def _check_missing(self, codes: Sequence[str], missing: Sequence[str], place: Place) -> None:
        everywhere = self._part.at("missing_codes")
        for code in [*missing, *self._part.missing_codes]:
            if code in codes:
                self._problems.at(
                    place if code in missing else everywhere,
                    f"`{code}` is an answer to a question, so it cannot be a missing code",
                )


def _first(
    field: str, *parts: grammar.StatementPart | grammar.GridPart | grammar.SectionPart
) -> tuple[str | None, Place]:
    """What the first of some parts that has a field says there, and where that stands."""
    for part in parts:
        if (found := getattr(part, field)) is not None:
            return str(found), part.at(field)
    return None, parts[0].at()


def _unknown(what: str, name: str, declared: Iterable[str]) -> str:
    close = near(name, declared)
    otherwise = f"{close} If not, declare it" if close else "declare it"
    return f"there is no {what} `{name}`; {otherwise} under `{what}s`"
