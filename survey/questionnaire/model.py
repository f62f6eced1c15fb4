"""The questionnaire, frozen and checked: what the loader builds and every other room reads.

Nothing here knows of YAML, Flask or a database. Texts are held per language; `Text.en` always
exists, `Text.cy` where the questionnaire declares Welsh.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from analysis.codebook import Denominator, Index, Reading
from analysis.plan import TablePlan
from survey.questionnaire.conditions import LATER, Conditions
from survey.questionnaire.texts import Text as Text  # noqa: PLC0414, others have it from here

QuestionKind = Literal["statement", "choice", "unit", "multiple"]
"""`statement`: answered on a response scale and published as an item. `choice`: a demographic with
one answer. `unit`: a demographic whose options stand under the command that they belong to.
`multiple`: several answers, published as one yes/no item per option."""

PREFER_NOT_TO_SAY = "prefer-not-to-say"
"""The code of "prefer not to say", the last answer of every question that is asked here."""

LEAST_DRIVERS, MOST_DRIVERS = 2, 12
"""Themes that are looked at beside an outcome."""

MOST_IN_A_ROW = 7
"""Points of a scale that stand side by side, each above its label."""

MOST_COMMENTS = 3
"""Comments that a questionnaire may ask for: each is one more text to know its author by."""

LONGEST_COMMENT = 2_000
"""Bytes of a comment in UTF-8, where a plain letter is one."""

MOST_COMMENT_THEMES = 20
"""Themes of one comment question: more, and two people do not code alike."""

OTHER, NOTHING = "other", "nothing"
"""Codes that every comment question has besides its themes: what fits none of them, and a comment
that says nothing."""

NOT_TICKED, TICKED = "no", "yes"
"""Codes of the item that an option of a multiple question is stored and published as."""


@dataclass(frozen=True)
class ScalePoint:
    """One point of a response scale. `valid` is False for "don't know" and "prefer not to say"."""

    code: str
    label: Text
    reading: Reading | None
    score: float | None

    @property
    def valid(self) -> bool:
        """Whether it counts in the denominator under the default rule."""
        return self.reading is not None


@dataclass(frozen=True)
class Scale:
    """A response scale, its points in the order that respondents see them.

    Readings and scores are those of an item that is not reversed: 100 is the best point.
    """

    id: str
    points: tuple[ScalePoint, ...]

    @property
    def is_numbers(self) -> bool:
        """Whether it is a longer run of numbers, most of which say nothing else."""
        return sum(str(point.label) == point.code for point in self.points) > MOST_IN_A_ROW - 2


@dataclass(frozen=True)
class Option:
    """One answer of a demographic question.

    Attributes:
        code: what the page sends.
        folds_to: the finest published category that it is folded into before sealing; None for
            "prefer not to say", which is stored as no answer.
        heading: for `unit` questions, the command that the option stands under.
    """

    code: str
    label: Text
    folds_to: str | None
    heading: Text | None = None


@dataclass(frozen=True)
class Grid:
    """Statements that are asked under one text, which each of them goes on from."""

    id: str
    text: Text
    hint: Text | None = None


@dataclass(frozen=True)
class Statement:
    """A statement or question answered on a response scale.

    Attributes:
        reversed: agreeing with it is the bad answer.
        sensitive: small numerators and their complements are banded.
        level: percent of negative answers above which a group is a level of concern, set before
            anybody answers; None where none is set.
        denominator: whether answers that are not valid count in the percentages.
        column: its name in the header of a responses file; its id when empty.
        missing_codes: texts that stand for "no answer" in a responses file, for this question.
        when: who is asked it of those who are asked its section; so for every question.
        grid: what it stands in, whose text `text` begins with; None for most.
        own_text: in a grid, its text without that of the grid.
    """

    id: str
    text: Text
    scale: Scale
    theme: str | None
    reversed: bool = False
    sensitive: bool = False
    hint: Text | None = None
    line: int = field(default=0, compare=False)
    denominator: Denominator = "valid"
    column: str = ""
    missing_codes: tuple[str, ...] = ()
    level: int | None = None
    when: Conditions = field(default=(), metadata=LATER)
    grid: Grid | None = field(default=None, metadata=LATER)
    own_text: Text | None = field(default=None, metadata=LATER)

    @property
    def kind(self) -> QuestionKind:
        """The name of its type in YAML."""
        return "statement"

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes that a submission may hold."""
        return tuple(point.code for point in self.scale.points)


@dataclass(frozen=True)
class Coarser:
    """An answer that says less: one of several published categories, and not which.

    Attributes:
        code: what the page sends and a row stores; the id of the group that it is counted in.
        holds: the categories, two or more.
    """

    code: str
    label: Text
    holds: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """A demographic question with one answer, folded to published categories before sealing.

    Attributes:
        categories: the finest that are published.
        coarser: answers that stand for several of them; each is among `options` too.
    """

    id: str
    text: Text
    options: tuple[Option, ...]
    categories: tuple[tuple[str, Text], ...]
    kind: QuestionKind = "choice"
    hint: Text | None = None
    line: int = field(default=0, compare=False)
    column: str = ""
    missing_codes: tuple[str, ...] = ()
    when: Conditions = field(default=(), metadata=LATER)
    coarser: tuple[Coarser, ...] = field(default=(), metadata=LATER)

    @cached_property
    def stored(self) -> dict[str, Text]:
        """What a row may hold of it: code -> label, published categories and then coarser ones."""
        return {**dict(self.categories), **{one.code: one.label for one in self.coarser}}

    def with_coarser(self, codes: Collection[str]) -> frozenset[str]:
        """Categories, and the coarser answers of whoever is surely in one of them."""
        return frozenset(codes) | {one.code for one in self.coarser if one.holds <= set(codes)}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes that a submission may hold."""
        return tuple(option.code for option in self.options)

    def fold(self, code: str) -> str | None:
        """The published category that `code` belongs to; None for "prefer not to say"."""
        return {option.code: option.folds_to for option in self.options}[code]


@dataclass(frozen=True)
class Tick:
    """One answer of a multiple question.

    Attributes:
        code: what the page sends.
        item: id of the yes/no item that it is published as; None for "prefer not to say".
        exclusive: it cannot be ticked together with another, such as "none of these".
        column: its name in the header of a responses file.
    """

    code: str
    label: Text
    item: str | None
    exclusive: bool = False
    column: str = ""


@dataclass(frozen=True)
class Multiple:
    """A question with several answers; its base is the people who ticked any of them.

    Attributes:
        ticked_codes, unticked_codes: what a responses file holds in the column of an option that
            was ticked, or was not; an empty cell is not ticked.
    """

    id: str
    text: Text
    options: tuple[Tick, ...]
    sensitive: bool = False
    hint: Text | None = None
    line: int = field(default=0, compare=False)
    ticked_codes: tuple[str, ...] = ("1",)
    unticked_codes: tuple[str, ...] = ("0",)
    when: Conditions = field(default=(), metadata=LATER)

    @property
    def kind(self) -> QuestionKind:
        """The name of its type in YAML."""
        return "multiple"

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes that a submission may hold, any number of them."""
        return tuple(option.code for option in self.options)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Ids of the items that it is published as."""
        return tuple(option.item for option in self.options if option.item is not None)

    @cached_property
    def stored_codes(self) -> tuple[str, ...]:
        """The codes that each of its items may hold."""
        withheld = any(option.item is None for option in self.options)
        return (NOT_TICKED, TICKED, *([PREFER_NOT_TO_SAY] if withheld else []))


Question = Statement | Choice | Multiple


@dataclass(frozen=True)
class Comment:
    """A question that is answered in one's own words.

    It is no `Question`: what is written is in no codebook, table or stored row, and is sealed in an
    envelope of its own.

    Attributes:
        themes: what two people sort it by; without any it is read and not counted.
    """

    id: str
    text: Text
    hint: Text | None = None
    themes: tuple[ThemeText, ...] = ()
    line: int = field(default=0, compare=False)
    when: Conditions = field(default=(), metadata=LATER)


@dataclass(frozen=True)
class Section:
    """A page of the questionnaire: 3 to 5 questions on one idea, then the comments it asks for.

    Attributes:
        when: who is asked any of it.
    """

    id: str
    title: Text
    questions: tuple[Question, ...]
    intro: Text | None = None
    warning: Text | None = None
    comments: tuple[Comment, ...] = ()
    when: Conditions = field(default=(), metadata=LATER)


@dataclass(frozen=True)
class ThemeText:
    """A theme as readers see it; `index` is what its figure is the mean of."""

    id: str
    label: Text
    index: Index = "respondent_mean"


@dataclass(frozen=True)
class SupportLink:
    """Where a respondent can turn to; `url` may be empty for a phone line."""

    label: Text
    detail: Text
    url: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """A whole questionnaire, ready to be shown, sealed and analysed.

    Attributes:
        source: the YAML text with every include written out, from which `loader.parse` builds the
            same questionnaire again; a wave stores it when it opens.
        fingerprint: SHA-256 (hex) of everything that a respondent sees or the analysis reads.
        fielded: `here` when Candour asks it; `elsewhere` when it only describes a responses file
            of a survey that was run elsewhere. Only the first can be opened as a wave.
        missing_codes: texts that stand for "no answer" in a responses file, for every question.
        ignore_columns: columns of a responses file that are dropped while it is read.
        outcome: id of the statement that the themes are looked at beside, if any.
        welsh_labels: of breakdowns and their values, (English, Welsh), where Welsh is declared.
    """

    id: str
    version: str
    title: Text
    languages: tuple[str, ...]
    minutes: int
    sections: tuple[Section, ...]
    themes: tuple[ThemeText, ...]
    support: tuple[SupportLink, ...]
    plan: TablePlan
    fingerprint: str
    source: str
    denominator: Denominator = "valid"
    fielded: Literal["here", "elsewhere"] = "here"
    missing_codes: tuple[str, ...] = ()
    ignore_columns: tuple[str, ...] = ()
    outcome: str | None = None
    welsh_labels: tuple[tuple[str, str], ...] = field(default=(), metadata=LATER)

    def __hash__(self) -> int:
        # Without walking through every text of it, for whoever caches by questionnaire.
        return hash(self.fingerprint)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question in the order of the pages."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """Every comment that is asked for, in the order of the pages."""
        return tuple(comment for section in self.sections for comment in section.comments)

    @cached_property
    def question_by_id(self) -> dict[str, Question]:
        """Questions by id, in order."""
        return {question.id: question for question in self.questions}

    @cached_property
    def routes(self) -> dict[str, Conditions]:
        """Questions and comments that not everybody is asked, in the order of the pages."""
        every = {
            question.id: section.when + question.when
            for section in self.sections
            for question in (*section.questions, *section.comments)
        }
        return {question: when for question, when in every.items() if when}

    @cached_property
    def stored_codes(self) -> dict[str, tuple[str, ...]]:
        """What a stored row may hold: item or variable id -> its possible codes, in order."""
        stored: dict[str, tuple[str, ...]] = {}
        for question in self.questions:
            if isinstance(question, Multiple):
                stored.update(dict.fromkeys(question.items, question.stored_codes))
            elif isinstance(question, Choice):
                stored[question.id] = tuple(question.stored)
            else:
                stored[question.id] = question.codes
        return stored
