"""The steps of opening and closing on the page of a wave."""

from __future__ import annotations

from dataclasses import dataclass

from survey import clock
from survey.agreeing import agreements, response
from survey.agreeing.agreements import Act, Agreement
from survey.agreeing.decision import VERDICTS
from survey.collect import fingerprint
from survey.database import Stores
from survey.manage.people import Person
from survey.manage.steps import Step, StepState
from survey.manage.waves import SMALLEST_WAVE, Wave


@dataclass(frozen=True)
class AgreedStep:
    """Opening or closing, as it stands.

    Attributes:
        standing: what is proposed, or who agreed, in words; empty when nothing is.
        response: a sentence on how many have used their code; None where it is not told.
        opened: what its keys are compared by while it is open, as on every card; empty otherwise.
    """

    wave: str
    act: Act
    standing: str
    response: str | None
    opened: str


def opening(stores: Stores, wave: Wave, person: Person) -> Step:  # noqa: ARG001
    """How far the opening is."""
    state: StepState = "now" if wave.cards >= SMALLEST_WAVE else "later"
    return _step(stores, wave, "open", "Open it", "done" if wave.opened else state)


def closing(stores: Stores, wave: Wave, person: Person) -> Step:  # noqa: ARG001
    """How many have used their code, roughly, and how far the closing is."""
    state: StepState = "now" if wave.state in {"open", "closing"} else "later"
    return _step(stores, wave, "close", "Close it", "done" if wave.closed else state)


def _step(stores: Stores, wave: Wave, act: Act, title: str, state: StepState) -> Step:
    found = agreements.standing(stores, "wave", wave.id) if state == "now" else None
    if state == "done":
        found = agreements.done(stores, act, wave.id)
    told = response.told(stores, wave, clock.today()) if act == "close" else None
    opened = fingerprint.of(wave) if act == "close" and wave.state == "open" else ""
    page = AgreedStep(wave.id, act, _said(found), told, opened)
    return Step(f"to-{act}", title, state, "agreeing/step.html", page)


def _said(found: Agreement | None) -> str:
    """Who proposed it and how that stands; who agreed when it is done."""
    if found is None:
        return ""
    if found.verdict == "done":
        return f"Agreed by {found.first} and {found.second}."
    return f"{VERDICTS[found.verdict]}; proposed by {found.first}."
