"""Shorter ways to write a part of a questionnaire, known to the checker and to editors alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, eq=False)
class Short:
    """Says that a part may be written shorter.

    Attributes:
        full: gives the whole part for a short one, and any other as it is. A ValueError's text goes
            on after the field's name.
        written: JSON Schema of the short ways.
    """

    full: Callable[[Any], Any]
    written: Mapping[str, Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.full, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [dict(self.written), handler(schema)]}


_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _TEXT}
MOST_NUMBERS = 10
"""By how much the last number of a scale of numbers is larger than its first."""


def _worded(data: Any) -> Any:
    """A plain text is the English wording."""
    return {"en": data} if isinstance(data, str) else data


def _themed(data: Any) -> Any:
    """A plain text, or one per language, is the label."""
    return data if isinstance(data, dict) and "label" in data else {"label": data}


def _numbered(data: Any) -> Any:
    """`0-10` stands for the whole numbers from one to the other."""
    if not isinstance(data, str):
        return data
    first, _, last = data.partition("-")
    if not (first.isdecimal() and last.isdecimal() and 0 < int(last) - int(first) <= MOST_NUMBERS):
        raise ValueError(f"is `{data}`; write a list, or whole numbers such as 0-10, 11 at most")
    return [
        {"code": str(number), "label": {"en": str(number), "cy": str(number)}}
        for number in range(int(first), int(last) + 1)
    ]


def _listed(data: Any) -> Any:
    """A plain code is a list of one."""
    return [data] if isinstance(data, str) else data


def _answered(data: Any) -> Any:
    """A plain code, or a list of them, is what must have been answered."""
    return {"one_of": data} if isinstance(data, (str, list)) else data


def _rolled(data: Any) -> Any:
    """A plain list holds the categories."""
    return {"categories": data} if isinstance(data, list) else data


def _crossed(data: Any) -> Any:
    """`command` goes down to its finest level, `command: family` only to that one."""
    return {data: None} if isinstance(data, str) else data


def _rung(data: Any) -> Any:
    """A plain text is a level of units, or one of the words that stand for rungs."""
    return {"level": data} if isinstance(data, str) else data


def _ladder(data: Any) -> Any:
    """One word is a ladder of one entry."""
    return [data] if isinstance(data, str) else data


def _tabled(data: Any) -> Any:
    """A plain list is what is crossed."""
    return {"cross": data} if isinstance(data, list) else data


WORDED = Short(_worded, _TEXT)
_WORDING = {
    "type": "object",
    "properties": {"en": _TEXT, "cy": _TEXT},
    "required": ["en"],
    "additionalProperties": False,
}
THEMED = Short(_themed, {"anyOf": [_TEXT, _WORDING]})
NUMBERED = Short(_numbered, {"type": "string", "pattern": "^[0-9]+-[0-9]+$"})
LISTED = Short(_listed, _TEXT)
ANSWERED = Short(_answered, {"anyOf": [_TEXT, _TEXTS]})
ROLLED = Short(_rolled, _TEXTS)
RUNG = Short(_rung, _TEXT)
LADDER = Short(_ladder, _TEXT)
CROSSED = Short(_crossed, _TEXT)
_LEVELS = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
TABLED = Short(_tabled, {"type": "array", "items": {"anyOf": [_TEXT, _LEVELS]}})
