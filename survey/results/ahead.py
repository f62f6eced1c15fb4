"""Which pages readers are led to, and how one is made before anybody asks for it.

A page is made by its own view, so it is the one that a reader gets, with every check that its
Release passes. Only what asks who is there is left out: nobody is, and nothing is sent or logged.
Whoever asks for the page later is asked as ever, and only then sees it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from analysis.plan import COMMAND
from analysis.release.model import Release
from survey.manage.people import Person
from survey.results import scope
from survey.results.rooms import ROOMS


@dataclass(frozen=True)
class Wanted:
    """A page: its endpoint, what stands in its address, and as whose it is made."""

    view: str
    given: tuple[tuple[str, str], ...]
    person: Person


def fronts(releases: tuple[Release, ...]) -> Iterator[Wanted]:
    """The front pages of the newest wave, and then of each wave: HR's, and every board's."""
    if releases:
        yield from _of_all(releases[-1], "", ())
    for release in reversed(releases):
        yield from _of_all(release, "_wave", _wave(release))


def behind(releases: tuple[Release, ...]) -> Iterator[Wanted]:
    """Every room and every theme, one step from a front page; those of the newest wave first."""
    for release in reversed(releases):
        for room in ROOMS:
            yield from _of_all(release, "_room", (*_wave(release), ("room", room.id)))
        for one in release.measures:
            if one.kind == "theme":
                yield from _of_all(release, "_theme", (*_wave(release), ("theme", one.measure)))


def make(app: Flask, wanted: Wanted) -> None:
    """Have a page kept; of one that this wave does not have nothing is."""
    endpoint, given = f"results.{wanted.view}", dict(wanted.given)
    view = inspect.unwrap(app.view_functions[endpoint])
    with app.test_request_context(app.url_map.bind("").build(endpoint, given)):
        try:
            view(wanted.person, **(request.view_args or {}))
        except HTTPException:
            return


def _of_all(release: Release, which: str, given: tuple[tuple[str, str], ...]) -> Iterator[Wanted]:
    yield Wanted(f"hr{which}", given, Person("", "hr", None))
    for unit in scope.units(release, COMMAND):
        person = Person("", "board", unit.id)
        yield Wanted(f"board{which}", (("command", unit.id), *given), person)


def _wave(release: Release) -> tuple[tuple[str, str], ...]:
    return (("wave", release.manifest.wave),)
