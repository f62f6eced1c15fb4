"""The grammar of questionnaire files as JSON Schema, for editors that check while somebody writes.

It is made from the grammar whenever it is asked for. References between parts, translations and
what would never be published are `candour check`'s to say.
"""

from __future__ import annotations

from typing import Any

from survey.questionnaire.grammar import DocumentPart
from survey.questionnaire.located import INCLUDE

_INCLUDED = {
    "type": "object",
    "description": "What is in another file, or in its part after #.",
    "properties": {INCLUDE: {"type": "string"}},
    "required": [INCLUDE],
    "additionalProperties": False,
}
_REFERENCE = {"$ref": "#/$defs/Included"}

_OF_OBJECTS = {"minLength": "minProperties", "maxLength": "maxProperties"}
"""What limits of a mapping are called where they came through a shorthand."""

Schema = dict[str, Any]


def schema() -> Schema:
    """JSON Schema (2020-12) of a questionnaire file."""
    made = DocumentPart.model_json_schema()
    parts = {name: _written(part) for name, part in made.pop("$defs").items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_written(made),
        "title": "Questionnaire",
        "$defs": {**parts, "Included": _INCLUDED},
    }


def _written(part: Any) -> Any:
    """A part as it may stand in YAML: numbers are texts too, and an include stands for anything."""
    if isinstance(part, list):
        return [_written(one) for one in part]
    if not isinstance(part, dict):
        return part
    found: Schema = {}
    for key, value in part.items():
        if key in {"properties", "patternProperties"}:
            found[key] = {name: _includable(_written(one)) for name, one in value.items()}
        elif key == "items" or (key == "additionalProperties" and isinstance(value, dict)):
            found[key] = _includable(_written(value))
        elif key in _OF_OBJECTS and part.get("type") == "object":
            found[_OF_OBJECTS[key]] = value
        elif key == "minItems":
            # One include can bring several entries.
            found["anyOf"] = [{"minItems": value}, {"contains": _REFERENCE}]
        elif key not in {"title", "default"}:
            found[key] = _written(value)
    if found.get("type") == "string" and not found.keys() & {"const", "enum"}:
        found["type"] = ["string", "number", "boolean"]
    if "patternProperties" in found:
        found["additionalProperties"] = False
    return found


def _includable(part: Schema) -> Schema:
    return {"anyOf": [part, _REFERENCE]}
