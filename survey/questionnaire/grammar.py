"""What may stand in a questionnaire file: one class per kind of mapping, checked field by field.

References between parts (an unknown scale, a breakdown that names no question) are checked when
the model is built; here only the shape of each part is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    Tag,
    model_validator,
)

from survey.questionnaire.located import Entries, Located, Place
from survey.questionnaire.shorthand import (
    ANSWERED,
    CROSSED,
    LADDER,
    LISTED,
    NUMBERED,
    ROLLED,
    RUNG,
    TABLED,
    THEMED,
    WORDED,
)

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,47}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,47}$")]
Reading = Literal["positive", "neutral", "negative"]


class Part(BaseModel):
    """A mapping of the file; refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _located: Located = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _keep_places(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        part = handler(data)
        part._located = data if isinstance(data, Located) else Located(Place("", 0))
        return part

    def at(self, field: str = "", entry: str | int | None = None) -> Place:
        """Where the field, or an entry in it, stands; the part itself when it is not written."""
        inside = self._located.get(field)
        if isinstance(inside, Located) and entry in inside.places:
            return inside.places[str(entry)]
        if isinstance(inside, Entries) and isinstance(entry, int) and entry < len(inside):
            return inside.places[entry]
        return self._located.places.get(field, self._located.place)


class Wording(Part):
    """A text, plain or per language."""

    en: Annotated[str, StringConstraints(min_length=1)]
    cy: str | None = None


Words = Annotated[Wording, WORDED]


class ThemePart(Part):
    """A set of statements that is reported as one figure."""

    label: Words
    index: Literal["respondent_mean", "mean_of_items"] = "respondent_mean"


class PointPart(Part):
    """One point of a response scale."""

    code: Code
    label: Words
    valid: bool = True
    reading: Reading | None = None


class ScalePart(Part):
    """A response scale; `polarity` says at which end the best point stands.

    `ends` are the labels of the first and the last point of one that is written as numbers.
    """

    polarity: Literal["best_first", "best_last"]
    points: Annotated[list[PointPart], NUMBERED, Field(min_length=2)]
    ends: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None


Codes = Annotated[list[Code], LISTED, Field(min_length=1)]


class AnswersPart(Part):
    """Answers to an earlier question that decide who is asked: one of these, or none of those."""

    one_of: Codes | None = None
    none_of: Codes | None = None


WhenPart = Annotated[
    dict[Id, Annotated[AnswersPart, ANSWERED]],
    Field(min_length=1),
]


class _QuestionPart(Part):
    id: Id
    text: Words
    hint: Words | None = None
    ask_when: WhenPart | None = None


class StatementPart(_QuestionPart):
    """A statement or question answered on a response scale."""

    type: Literal["statement"] = "statement"
    scale: str | None = None
    theme: str | None = None
    reversed: bool = False
    sensitive: bool = False
    level: Annotated[int, Field(ge=1, le=99)] | None = None
    denominator: Literal["valid", "all"] | None = None
    column: str = ""
    missing_codes: list[str] = []


class GridPart(_QuestionPart):
    """Statements under one text and on one scale; `theme` and the like hold for each of them."""

    type: Literal["grid"]
    scale: str | None = None
    theme: str | None = None
    sensitive: bool = False
    denominator: Literal["valid", "all"] | None = None
    statements: Annotated[list[StatementPart], Field(min_length=2, max_length=5)]


class OptionPart(Part):
    """One answer of a demographic question."""

    code: Code
    label: Words


class CategoryPart(OptionPart):
    """A published category: the answers that are folded into it, or itself the only one."""

    options: list[OptionPart] = []


class ChoicePart(_QuestionPart):
    """A demographic question with one answer."""

    type: Literal["choice"]
    categories: Annotated[list[CategoryPart], Field(min_length=2)]
    column: str = ""
    missing_codes: list[str] = []


class UnitNode(Part):
    """A unit of the force and the units inside it."""

    id: Code
    label: Words
    units: list[UnitNode] = []


class UnitPart(_QuestionPart):
    """The question for the respondent's unit: the innermost units are its answers."""

    type: Literal["unit"]
    units: Annotated[list[UnitNode], Field(min_length=1)]
    column: str = ""
    missing_codes: list[str] = []


class TickPart(OptionPart):
    """One answer of a multiple question."""

    exclusive: bool = False
    column: str = ""


class MultiplePart(_QuestionPart):
    """A question with several answers."""

    type: Literal["multiple"]
    options: Annotated[list[TickPart], Field(min_length=2)]
    sensitive: bool = False
    ticked_codes: Annotated[list[str], Field(min_length=1)] = ["1"]
    unticked_codes: list[str] = ["0"]


class CommentPart(_QuestionPart):
    """A question that is answered in one's own words; `themes` are what it is coded by."""

    type: Literal["comment"]
    themes: dict[Code, Words] = {}


def _type_of(data: Any) -> str:
    if isinstance(data, Mapping):
        return str(data.get("type", "statement"))
    return cast(str, getattr(data, "type", "statement"))


CountedPart = StatementPart | GridPart | ChoicePart | UnitPart | MultiplePart
"""A question whose answers are counted: any but a comment."""

QUESTION_TYPES = ("statement", "grid", "choice", "unit", "multiple", "comment")
QuestionPart = Annotated[
    Annotated[StatementPart, Tag("statement")]
    | Annotated[GridPart, Tag("grid")]
    | Annotated[ChoicePart, Tag("choice")]
    | Annotated[UnitPart, Tag("unit")]
    | Annotated[MultiplePart, Tag("multiple")]
    | Annotated[CommentPart, Tag("comment")],
    Discriminator(_type_of),
]


class SectionPart(Part):
    """A page; its `scale` and `theme` hold for each of its statements that names none."""

    id: Id
    title: Words
    intro: Words | None = None
    warning: Words | None = None
    scale: str | None = None
    theme: str | None = None
    ask_when: WhenPart | None = None
    questions: Annotated[list[QuestionPart], Field(min_length=1)]


class RollUpPart(Part):
    """A coarser value and the categories that it holds."""

    label: Words | None = None
    categories: Annotated[list[str], Field(min_length=1)]


class BreakdownPart(Part):
    """A way to split the force by one question."""

    variable: str
    label: Words | None = None
    levels: list[Id] | None = None
    was: dict[Code, Annotated[list[Code], Field(min_length=1)]] = {}
    roll_up: dict[Code, Annotated[RollUpPart, ROLLED]] | None = None
    coarser_answers: bool = False


class RungPart(Part):
    """Where a hidden group is looked for next: a level of units, or people picked by `where`."""

    level: str = ""
    where: Annotated[dict[str, str], Field(min_length=1)] | None = None


LadderPart = Annotated[
    list[Annotated[RungPart, RUNG]],
    LADDER,
    Field(min_length=1),
]


class TablePart(Part):
    """A crossing, each breakdown down to its finest level unless another is named."""

    cross: Annotated[
        list[Annotated[dict[str, str | None], CROSSED, Field(min_length=1, max_length=1)]],
        Field(min_length=1),
    ]
    ladder: LadderPart | None = None


class IntersectionPart(Part):
    """A group that is watched by name."""

    name: Annotated[str, StringConstraints(min_length=1)]
    where: Annotated[dict[str, str], Field(min_length=1)]
    ladder: LadderPart | None = None


class ConcernsPart(Part):
    """What the areas of concern look at besides the declared tables."""

    intersections: list[IntersectionPart] = []
    standardise: list[
        Annotated[dict[str, str | None], CROSSED, Field(min_length=1, max_length=1)]
    ] = []


class ProcessPart(Part):
    """A process of the force that HR counts, and the statements and themes that speak of it."""

    id: Id
    label: Words
    event: Words
    outcome: Literal["adverse", "favourable"]
    measures: Annotated[list[str], Field(min_length=1)]
    part_of: str = ""


class DriversPart(Part):
    """What the themes are looked at beside: the statement that stands for an outcome."""

    outcome: Id


class SupportPart(Part):
    """Where a respondent can turn to."""

    label: Words
    detail: Words
    url: Annotated[str, StringConstraints(pattern=r"^(|https://\S+)$")] = ""


class ActionPart(Part):
    """Something that was done since an earlier wave: who is asked whether they noticed it."""

    id: Id
    done: Words
    about: Annotated[list[str], Field(min_length=1)]
    unit: Code | None = None


class TranslatedPart(Part):
    """An English wording and its Welsh, for wherever it stands in the file."""

    en: Annotated[str, StringConstraints(min_length=1)]
    cy: Annotated[str, StringConstraints(min_length=1)]


class DocumentPart(Part):
    """A whole questionnaire file."""

    id: Id
    version: Annotated[str, StringConstraints(min_length=1)]
    title: Words
    languages: Annotated[list[Literal["en", "cy"]], Field(min_length=1)] = ["en"]
    welsh: list[TranslatedPart] = []
    minutes: Annotated[int, Field(ge=1, le=60)]
    fielded: Literal["here", "elsewhere"] = "here"
    denominator: Literal["valid", "all"] = "valid"
    missing_codes: list[str] = []
    ignore_columns: list[str] = []
    scales: dict[Id, ScalePart] = {}
    themes: dict[Id, Annotated[ThemePart, THEMED]] = {}
    sections: Annotated[list[SectionPart], Field(min_length=1)]
    actions: Annotated[list[ActionPart], Field(max_length=20)] = []
    breakdowns: dict[Id, BreakdownPart]
    tables: Annotated[list[Annotated[TablePart, TABLED]], Field(min_length=1)]
    concerns: ConcernsPart = ConcernsPart()
    procedures: list[ProcessPart] = []
    drivers: DriversPart | None = None
    support: list[SupportPart] = []
