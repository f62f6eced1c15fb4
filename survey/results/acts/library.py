"""The library of suggested actions: a YAML file, read strictly, with where each idea comes from."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from survey import resources
from survey.errors import Problem, QuestionnaireError
from survey.questionnaire import located
from survey.questionnaire.located import Entries, Problems

FILE = resources.QUESTIONNAIRES / "bank" / "actions.yaml"

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)]


class Suggestion(BaseModel):
    """An action that a board may take up.

    Attributes:
        about: what it is about, as the questionnaires call it.
        themes: ids of the themes that it may help with.
        source: where the idea comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    words: _Text
    about: _Text
    themes: Annotated[tuple[str, ...], Field(min_length=1)]
    source: _Text


_LIST = TypeAdapter(tuple[Suggestion, ...])


@cache
def suggestions(path: Path = FILE) -> tuple[Suggestion, ...]:
    """Every suggested action, in the order of the file.

    Raises:
        QuestionnaireError: when the file is wrong; with the line of what is.
    """
    problems = Problems()
    text = located.text_of(path, problems)
    read = None if text is None else located.read(text, str(path), None, problems)
    if problems:
        raise QuestionnaireError(problems)
    try:
        found = _LIST.validate_python(read)
    except ValidationError as error:
        raise QuestionnaireError([_problem(path, read, one) for one in error.errors()]) from None
    twice = [one.id for at, one in enumerate(found) if one.id in {o.id for o in found[:at]}]
    if twice:
        raise QuestionnaireError([Problem(str(path), 1, f"two actions are called `{twice[0]}`")])
    return found


def _problem(path: Path, read: object, error: object) -> Problem:
    """What is wrong in an entry, at the line where it begins."""
    where = error["loc"]  # type: ignore[index]  # pydantic's own mapping
    line = 1
    if where and isinstance(read, Entries) and isinstance(where[0], int):
        line = read.places[where[0]].line
    field = ".".join(str(part) for part in where[1:])
    return Problem(str(path), line, f"{field}: {error['msg']}")  # type: ignore[index]


def fitting(themes: Collection[str]) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    """Suggestions about any of some themes, and all others."""
    found = tuple(one for one in suggestions() if set(one.themes) & set(themes))
    return found, tuple(one for one in suggestions() if one not in found)


def suggestion(wanted: str) -> Suggestion | None:
    """The suggestion of that id."""
    return next((one for one in suggestions() if one.id == wanted), None)
