"""What is left to do with a closed wave, as a step on its page: open, publish, destroy.

Everything but publishing is done by commands, most of them on the officers' offline machine, so
the step names them. Between closing and publishing it says the same whatever has been done: that a
Release waits is known to release officers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from survey import clock
from survey.agreeing import agreements
from survey.config import BOX, ISSUE
from survey.database import Stores
from survey.manage import destructions
from survey.manage.destructions import DAYS_TO_DESTROY, destroy_by
from survey.manage.people import Person
from survey.manage.steps import Step, StepState
from survey.manage.waves import State, Wave
from survey.results.waves import day_of

TITLE = "Open the answers, publish, destroy"

_OFFICERS = "Release officers, on their offline machine"
_WITHIN = f"within {DAYS_TO_DESTROY} days of the day on which its Release is published"


@dataclass(frozen=True)
class Todo:
    """Something that is left: who does it and where, what it is, and the commands in order."""

    who: str
    what: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class AfterClosing:
    """What is left to do with a wave.

    Attributes:
        said: how far it is, and by when its answers must be destroyed.
        todo: in its order; empty before closing and after destroying.
    """

    said: str
    todo: tuple[Todo, ...]


def step(stores: Stores, wave: Wave, person: Person) -> Step | None:  # noqa: ARG001
    """How far a wave is after its closing; no step of a draft that was thrown away."""
    if wave.state == "destroyed" and wave.opened is None:
        return None
    reached: dict[State, StepState] = {"closed": "now", "released": "now", "destroyed": "done"}
    page = AfterClosing(_said(stores, wave), tuple(_todo(stores, wave)))
    return Step("after", TITLE, reached.get(wave.state, "later"), "agreeing/after.html", page)


def _said(stores: Stores, wave: Wave) -> str:
    if wave.state == "destroyed":
        note = destructions.told(stores, wave.id)
        when = f" on {_day(note.destroyed)}" if note else ""
        why = f" Nothing was published of it: {note.reason}" if note and note.reason else ""
        return f"Its answers were destroyed{when}.{why}"
    if wave.state == "released":
        return _published(agreements.published_on(stores, wave.id), clock.today())
    if wave.state == "closed":
        return (
            "What follows is done by commands, in this order; each says what is missing. The "
            f"answers must be destroyed {_WITHIN}."
        )
    return (
        "When it is closed, release officers open the answers on their offline machine, two of "
        f"them publish what comes of it, and the answers are destroyed {_WITHIN}. The commands "
        "stand here then."
    )


def _published(published: date | None, today: date) -> str:
    if published is None:
        return f"Its Release is out. Its answers must be destroyed {_WITHIN}."
    until = destroy_by(published)
    late = " That day is past: destroy them now." if today > until else ""
    return (
        f"Its Release was published on {_day(published)}. Its answers must be destroyed by "
        f"{_day(until)}.{late}"
    )


def _todo(stores: Stores, wave: Wave) -> Iterator[Todo]:
    if wave.state not in {"closed", "released"}:
        return
    here = {ISSUE, BOX} <= set(stores.settings.surfaces)
    if wave.state == "closed":
        yield from _opened(wave.id, here)
    if wave.questionnaire.comments:
        yield from _coded(wave.id, here)
    yield from _destroyed(wave, here)


def _opened(wave: str, here: bool) -> Iterator[Todo]:
    """From the closed wave to its published Release."""
    if not here:
        yield Todo(
            "Whoever runs the issuer's host, there",
            "Close the wave there first, and take its counts to the ballot box's host.",
            (f"candour wave export {wave} --out closed.wave",),
        )
    tell = () if here else (f"candour wave close {wave} --issuer closed.wave",)
    yield Todo(
        _operator(here),
        "Pack the closed wave and take the file to the officers' offline machine on a stick.",
        (*tell, f"candour wave carry {wave} --out {wave}.wave"),
    )
    yield Todo(
        _OFFICERS,
        "Check the file, put the key together, and open the answers. Where nobody kept the wave's "
        "public file on the day of the opening, leave --earlier out.",
        (
            f"candour verify wave {wave}.wave --earlier {wave}-opened.wave",
            "candour keys combine share-1.txt share-3.txt --locked release.locked --out "
            "release.key",
            f"candour unseal {wave}.wave --key release.key --out releases",
        ),
    )
    yield Todo(
        _operator(here),
        "Take in what comes back; its name is its hash.",
        ("candour release add HASH.release",),
    )
    yield Todo(
        "Two release officers, signed in here, at /results/releases"
        if here
        else "Two release officers, signed in where the results are, at /results/releases",
        "One proposes to publish the Release, the other agrees.",
    )


def _coded(wave: str, here: bool) -> Iterator[Todo]:
    """What people wrote."""
    yield Todo(
        _OFFICERS,
        "Have two coders read what people wrote, before the answers are destroyed.",
        (
            f"candour comments export {wave}.wave --key release.key --out coding",
            f"candour comments import {wave}.wave coding/coder-1.csv coding/coder-2.csv --key "
            "release.key --release releases/HASH.release --out coding",
        ),
    )
    yield Todo(
        _operator(here),
        "Take in what people wrote about.",
        (f"candour release themes {wave}.themes",),
    )


def _destroyed(wave: Wave, here: bool) -> Iterator[Todo]:
    unpublished = ' Of a wave that is not to be published, with --unpublished "REASON" instead.'
    if wave.state != "closed":
        unpublished = ""
    issuer = _operator(here) if here else "Whoever runs the issuer's host, there"
    yield Todo(
        issuer,
        "For an auditor who asks which codes were used; best on a copy of the issuer's database on "
        "the officers' machine, so that the key stays there.",
        (f"candour wave redemptions {wave.id} --key release.key --out redemptions.txt",),
    )
    if not here:
        yield Todo(issuer, "Destroy its part.", (f"candour wave destroy {wave.id} --audited",))
    yield Todo(
        _operator(here),
        "Destroy the sealed answers, the hashes of the codes and the wave's secrets." + unpublished,
        (f"candour wave destroy {wave.id}",),
    )
    yield Todo(
        _OFFICERS,
        f"Destroy every copy of {wave.id}.wave and what coders were given; where no other wave "
        "uses these keys, release.key, every copy of release.locked and the shares.",
    )


def _operator(here: bool) -> str:
    return "Whoever runs the server, on it" if here else "Whoever runs the ballot box's host, there"


def _day(when: date) -> str:
    return day_of(when.isoformat())
