"""Checks the shape of a questionnaire file and says in one sentence each what is wrong with it.

Parts that are wrong are left out of what is handed on, so that the references between the others
can still be checked and an author sees every problem at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from survey.errors import QuestionnaireError
from survey.questionnaire import grammar
from survey.questionnaire.located import Entries, Located, Place, Problems

_PLACEHOLDERS: dict[str, Any] = {
    "id": "placeholder",
    "version": "0",
    "title": {"en": "placeholder", "cy": "placeholder"},
    "minutes": "1",
}
"""Stand in for top-level fields that are missing or wrong, while the others are checked."""

_INDISPENSABLE = {"sections", "breakdowns", "tables"}
"""Without one of these, checking references would report everything that it declares."""

_ROUNDS = 8
"""Leaving a part out can bring another error to light (an emptied list), never many."""

_LONGEST = 60
"""Characters of a name that others are compared with."""

_LOOKED_AT = 1000
"""Errors of one round; several can be one mistake to an author."""

_Path = tuple[str | int, ...]

_SENTENCES = {
    "missing": "`{field}` is missing",
    "extra_forbidden": "there is no field `{field}` here{suggestion}",
    "union_tag_invalid": "there is no question type `{tag}`; it can be {types}",
    "string_type": "`{field}` must be text",
    "string_too_short": "`{field}` is empty",
    "string_pattern_mismatch": "`{field}` is `{input}`; {pattern}",
    "literal_error": "`{field}` is `{input}`; it can be {expected}",
    "bool_parsing": "`{field}` is `{input}`; it can be true or false",
    "bool_type": "`{field}` can be true or false",
    "int_parsing": "`{field}` is `{input}`; it must be a whole number",
    "int_type": "`{field}` must be a whole number",
    "greater_than_equal": "`{field}` is `{input}`; it must be at least {ge}",
    "less_than_equal": "`{field}` is `{input}`; it must be at most {le}",
    "list_type": "`{field}` must be a list",
    "dict_type": "`{field}` must be fields with values, not a plain text",
    "model_type": "`{field}` must be fields with values, not a plain text",
    "value_error": "`{field}` {error}",
    "too_short": "`{field}` must hold at least {min_length}",
    "too_long": "`{field}` must hold at most {max_length}",
}
_PATTERNS = {
    "url": "it must be an address that starts with https://",
    "": "use letters, digits, - and _ (at most 48), beginning with a letter or, for codes, a digit",
}


def check(document: Any, name: str, problems: Problems) -> grammar.DocumentPart | None:
    """The document with its wrong parts left out; None when too little of it is left to go on."""
    if not isinstance(document, Located):
        if not problems:
            problems.at(Place(name, 1), "a questionnaire begins with fields such as `id: culture`")
        return None
    rest = _copied(document)
    for _ in range(_ROUNDS):
        try:
            return grammar.DocumentPart.model_validate(rest)
        except ValidationError as error:
            details = error.errors(include_url=False)
        located = [(detail, *_locate(rest, detail)) for detail in details[:_LOOKED_AT]]
        for detail, _steps, place in located:
            problems.at(place, _sentence(detail))
        if len(details) > _LOOKED_AT:  # the same mistake again and again on one line
            raise QuestionnaireError(problems, more=True)
        cuts = {_cut(detail, steps) for detail, steps, _ in located}
        if any(cut[0] in _INDISPENSABLE for cut in cuts if len(cut) == 1):
            return None
        # From the end backwards, so that positions in lists still hold.
        for cut in sorted(cuts, reverse=True):
            _leave_out(rest, cut)
    return None


def _copied(value: Any) -> Any:
    if isinstance(value, Located):
        twin = value.copy()
        twin.update({key: _copied(part) for key, part in value.items()})
        return twin
    if isinstance(value, Entries):
        entries = value.copy()
        entries[:] = [_copied(part) for part in value]
        return entries
    return value


def _locate(document: Located, detail: ErrorDetails) -> tuple[_Path, Place]:
    """Follow an error down the document; steps that are pydantic's own are passed over."""
    here: Any = document
    place = document.place
    steps: list[str | int] = []
    for step in detail["loc"]:
        if isinstance(here, Located) and step in here:
            place = here.places[str(step)]
        elif isinstance(here, Entries) and isinstance(step, int) and step < len(here):
            place = here.places[step]
        else:
            continue
        here = here[step]
        steps.append(step)
    if detail["type"] == "union_tag_invalid" and isinstance(here, Located):
        place = here.places.get("type", place)
    return tuple(steps), place


def _cut(detail: ErrorDetails, steps: _Path) -> _Path:
    """The smallest part that holds the error and can be left out."""
    if detail["type"] == "extra_forbidden":
        return steps
    entries = [position for position, step in enumerate(steps) if isinstance(step, int)]
    if entries:
        return steps[: entries[-1] + 1]
    return steps[:2] or (detail["loc"][0],)


def _leave_out(document: Located, cut: _Path) -> None:
    if len(cut) == 1 and cut[0] in _PLACEHOLDERS:
        document[str(cut[0])] = _PLACEHOLDERS[str(cut[0])]
        return
    here: Any = document
    for step in cut[:-1]:
        here = here[step]
    if isinstance(here, Entries) and isinstance(cut[-1], int):
        here.drop(cut[-1])
    else:
        here.pop(cut[-1])


def _sentence(detail: ErrorDetails) -> str:
    field = next((str(step) for step in reversed(detail["loc"]) if isinstance(step, str)), "")
    if detail["input"] is None and detail["type"] != "extra_forbidden":
        return f"`{field}` is empty"
    context = dict(detail.get("ctx", {}))
    context.pop("pattern", None)
    words = {
        "field": field,
        "input": detail["input"],
        "types": ", ".join(grammar.QUESTION_TYPES),
        "suggestion": _suggestion(field) if detail["type"] == "extra_forbidden" else "",
        "pattern": _PATTERNS.get(field, _PATTERNS[""]),
        "expected": "",
        **context,
    }
    known = _SENTENCES.get(detail["type"])
    return known.format(**words) if known else f"`{field}`: {detail['msg']}"


def _suggestion(field: str) -> str:
    return f"; {close}" if (close := near(field, _field_names())) else ""


def near(typed: str, known: Iterable[str]) -> str:
    """A question: whether a known name was meant; empty where none is like it, or it is long."""
    close = get_close_matches(typed, sorted(known), n=1) if len(typed) <= _LONGEST else []
    return f"did you mean `{close[0]}`?" if close else ""


def _field_names() -> Iterator[str]:
    for part in vars(grammar).values():
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield from part.model_fields
