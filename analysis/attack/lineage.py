"""Whose people a unit's are: what it was called in an earlier wave, before units were merged."""

from __future__ import annotations

from itertools import product

from analysis.plan import FORCE
from analysis.release.model import Release


def stood_for(release: Release, group: str, earlier: Release) -> tuple[str, ...]:
    """The groups of an earlier Release that a group was, by what this one says; else itself."""
    was = {one.id: dict(one.was) for one in release.manifest.breakdowns}
    known = {one.id: {value for value, *_ in one.values} for one in earlier.manifest.breakdowns}
    if group == FORCE or not any(was.values()):
        return (group,)
    choices = []
    for pair in group.split("&"):
        name, _, value = pair.partition("=")
        parts = parts_of(value, was.get(name, {}), known.get(name, set()))
        choices.append([f"{name}={part}" for part in parts])
    return tuple("&".join(picked) for picked in product(*choices))


def parts_of(value: str, was: dict[str, tuple[str, ...]], known: set[str]) -> list[str]:
    """The values that a value was, as far back as all of them are known; else itself."""
    found = []
    for one in was.get(value, ()):
        inside = [one] if one == value else parts_of(one, was, known)
        if not set(inside) <= known:
            return [value]
        found += inside
    return found or [value]
