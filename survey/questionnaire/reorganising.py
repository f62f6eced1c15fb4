"""Checks what a questionnaire says of reorganised units: who went into which, whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from survey.questionnaire import grammar
from survey.questionnaire.located import Problems

Was = tuple[tuple[str, tuple[str, ...]], ...]

_SPLIT = "a unit that was split, or that gave people away, has no earlier figures"


def was(part: grammar.BreakdownPart, units: Collection[str], problems: Problems) -> Was:
    """What units were before, as declared; what cannot be is noted.

    Args:
        part: the breakdown; without levels it is none by units.
        units: ids of all units as they are now.
        problems: collects what is wrong.
    """
    if part.was and part.levels is None:
        problems.at(part.at("was"), "`was` is for units; categories of a question keep their ids")
        return ()
    before = len(problems)
    taken: dict[str, str] = {}
    for unit, parts in part.was.items():
        place = part.at("was", unit)
        if list(parts) == [unit]:
            problems.at(place, f"`{unit}` is said to have been itself; leave that out")
        for old in parts:
            if old in taken:
                problems.at(place, f"`{old}` went into `{taken[old]}` and `{unit}`; {_SPLIT}")
            elif old in units and old != unit:
                problems.at(place, f"`{old}` is a unit still and cannot be `{unit}` now; {_SPLIT}")
            taken[old] = unit
    for unit in part.was:
        place = part.at("was", unit)
        if unit not in units and unit not in taken:
            problems.at(place, f"there is no unit `{unit}`, and none that it went into")
        elif _goes_round(unit, part.was):
            problems.at(place, f"`{unit}` goes into itself by way of others")
    if len(problems) > before:
        return ()
    return tuple((unit, tuple(parts)) for unit, parts in part.was.items())


def _goes_round(unit: str, of: Mapping[str, Sequence[str]]) -> bool:
    """Whether a unit is among those that its parts were made of; a part may be the unit itself."""
    met: set[str] = set()
    open_ones = [old for old in of[unit] if old != unit]
    while open_ones:
        one = open_ones.pop()
        if one == unit:
            return True
        if one not in met:
            met.add(one)
            open_ones += [old for old in of.get(one, ()) if old != one]
    return False
