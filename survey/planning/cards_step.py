"""The step of cards on the page of a wave."""

from __future__ import annotations

from dataclasses import dataclass

from survey.database import Stores
from survey.manage.people import Person
from survey.manage.steps import Step, StepState
from survey.manage.waves import SMALLEST_WAVE, Wave


@dataclass(frozen=True)
class CardsStep:
    """How many cards a wave has, and needs to open; and whether more can come."""

    wave: str
    can_change: bool
    cards: int
    needed: int


def step(stores: Stores, wave: Wave, person: Person) -> Step:  # noqa: ARG001
    """Whether the wave has its cards."""
    page = CardsStep(wave.id, wave.state == "draft", wave.cards, SMALLEST_WAVE)
    state: StepState = "done" if wave.cards >= SMALLEST_WAVE else "now"
    return Step("cards", "Cards", state, "manage/steps/cards.html", page)
