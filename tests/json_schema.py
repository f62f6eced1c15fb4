"""A small, obvious reading of JSON Schema: the keywords that our schema uses, and no others."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
KEYWORDS = {
    *("$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "anyOf"),
    *("oneOf", "properties", "required", "patternProperties", "additionalProperties", "items"),
    *("contains", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum"),
    *("minLength", "pattern"),
}


def holds(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether a document fits a schema; `root` has the definitions."""
    assert schema.keys() <= KEYWORDS, schema.keys() - KEYWORDS
    return (
        _is(value, schema.get("type", list(_TYPES)))
        and value == schema.get("const", value)
        and value in schema.get("enum", [value])
        and _parts(value, schema, root)
        and (not isinstance(value, dict) or _mapping(value, schema, root))
        and (not isinstance(value, list) or _entries(value, schema, root))
        and _scalar(value, schema)
    )


def _parts(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    named = [root["$defs"][schema["$ref"].rsplit("/")[-1]]] if "$ref" in schema else []
    one_of = [holds(value, one, root) for one in schema.get("oneOf", ())]
    return (
        all(holds(value, one, root) for one in named)
        and ("anyOf" not in schema or any(holds(value, one, root) for one in schema["anyOf"]))
        and (not one_of or sum(one_of) == 1)
    )


def _scalar(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, str):
        found = re.search(schema.get("pattern", ""), value)
        return found is not None and len(value) >= schema.get("minLength", 0)
    if isinstance(value, int):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _is(value: Any, types: str | list[str]) -> bool:
    wanted = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in wanted
    return any(isinstance(value, _TYPES[one]) for one in wanted)


def _mapping(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    if not set(schema.get("required", ())) <= set(value):
        return False
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        return False
    for name, part in value.items():
        known = [schema["properties"][name]] if name in schema.get("properties", {}) else []
        patterns = schema.get("patternProperties", {})
        known += [one for pattern, one in patterns.items() if re.search(pattern, str(name))]
        rest = schema.get("additionalProperties", True)
        if not known and isinstance(rest, dict):
            known = [rest]
        elif not known and not rest:
            return False
        if not all(holds(part, one, root) for one in known):
            return False
    return True


def _entries(value: list[Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return False
    if "contains" in schema and not any(holds(one, schema["contains"], root) for one in value):
        return False
    return "items" not in schema or all(holds(one, schema["items"], root) for one in value)
