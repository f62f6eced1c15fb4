"""What a manifest may hold, field by field: a Release may come from anybody.

Its wave becomes a file's name wherever files are made of a Release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from analysis.errors import CandourError, ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.processes import Process
from analysis.release.model import BreakdownFacts, Manifest

LONGEST_WAVE = 64
LARGEST = 10**12
"""No number in a manifest is larger: they count people and rows."""

_WAVE = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


def names_a_wave(text: str) -> bool:
    """Whether a wave of a Release can be called so: ids of waves, and names of files of answers."""
    return len(text) <= LONGEST_WAVE and _WAVE.fullmatch(text) is not None


def manifest(found: dict[str, Any]) -> Manifest:
    """The manifest that was read from JSON.

    Raises:
        ReleaseError: when a field is of another kind than it must be, or holds what it may not.
    """
    made = _built(found)
    for name, kind in _kinds(Manifest).items():
        if not _fits(getattr(made, name), kind):
            raise _not_a_manifest(f"`{name}`")
    if not names_a_wave(made.wave):
        raise _not_a_manifest("`wave`, which is letters and digits joined by hyphens,")
    if not _is_day(made.closed):
        raise _not_a_manifest("`closed`, which is a day such as 2026-11-23,")
    for one in made.breakdowns:
        if not all(map(_VALUE.fullmatch, (one.id, *(value for value, *_ in one.values)))):
            raise _not_a_manifest("an id in `breakdowns`")
    try:
        DisclosurePolicy(**made.policy)
    except (CandourError, TypeError) as error:
        raise _not_a_manifest("`policy`") from error
    return made


def _built(found: dict[str, Any]) -> Manifest:
    try:
        breakdowns = tuple(
            BreakdownFacts(
                breakdown["id"],
                breakdown["label"],
                tuple(breakdown["levels"]),
                tuple((one, label, level, up) for one, label, level, up in breakdown["values"]),
                tuple((unit, tuple(parts)) for unit, parts in breakdown["was"]),
                tuple(breakdown["said_alone"]),
            )
            for breakdown in found.pop("breakdowns")
        )
        return Manifest(
            breakdowns=breakdowns,
            tables=tuple((one, tuple(crossed)) for one, crossed in found.pop("tables")),
            intersections=tuple((name, group) for name, group in found.pop("intersections")),
            warnings=tuple(found.pop("warnings")),
            not_published=tuple((table, level) for table, level in found.pop("not_published")),
            coarser=tuple(
                (tuple(groups), tuple((measure, step) for measure, step in steps))
                for groups, steps in found.pop("coarser")
            ),
            processes=tuple(_process(one) for one in found.pop("processes")),
            standardise=tuple((one, level) for one, level in found.pop("standardise")),
            bands=tuple((group, edge) for group, edge in found.pop("bands")),
            **found,
        )
    except (TypeError, ValueError, KeyError) as error:
        raise _not_a_manifest("a list") from error


def _process(found: dict[str, Any]) -> Process:
    return Process(**{**found, "measures": tuple(found["measures"])})


@cache
def _kinds(of: type) -> Mapping[str, Any]:
    hints = get_type_hints(of)
    return {one.name: hints[one.name] for one in fields(of)}


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is what a field is declared to hold."""
    parts, origin = get_args(kind), get_origin(kind)
    if origin is Literal:
        return value in parts
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in parts)
    if origin in (dict, tuple):
        return isinstance(value, origin) and _parts_fit(value, parts)
    if is_dataclass(kind) and isinstance(kind, type):
        return all(_fits(getattr(value, name), one) for name, one in _kinds(kind).items())
    return kind is Any or (type(value) is kind and _can_be_written(value))


def _parts_fit(value: Any, kinds: tuple[Any, ...]) -> bool:
    if isinstance(value, dict):
        return all(_fits(key, kinds[0]) and _fits(one, kinds[1]) for key, one in value.items())
    if kinds[-1] is ...:
        return all(_fits(one, kinds[0]) for one in value)
    return len(value) == len(kinds) and all(map(_fits, value, kinds))


def _can_be_written(value: Any) -> bool:
    """Whether a text has no half characters, and a number is not beyond all counting."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)
    return not isinstance(value, int) or abs(value) <= LARGEST


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _not_a_manifest(what: str) -> ReleaseError:
    return ReleaseError(
        f"This Release was tampered with: in manifest.json {what} is not what it must be. Get it "
        "again from those who unsealed it."
    )
