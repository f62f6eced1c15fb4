"""The step of headcounts on the page of a wave."""

from __future__ import annotations

from dataclasses import dataclass

from survey.database import Stores
from survey.manage import headcounts
from survey.manage.people import Person
from survey.manage.steps import Step, StepState
from survey.manage.waves import Wave


@dataclass(frozen=True)
class HeadcountsStep:
    """What is loaded: how many groups of how many; None when nothing is."""

    groups: int | None
    of: int


def step(stores: Stores, wave: Wave, person: Person) -> Step:  # noqa: ARG001
    """Whether headcounts are loaded."""
    found = headcounts.of_wave(stores, wave.id)
    page = HeadcountsStep(
        None if found is None else len(found), len(wave.questionnaire.plan.groups)
    )
    state: StepState = "done" if found else "now" if wave.state == "draft" else "optional"
    return Step("headcounts", "Headcounts", state, "manage/steps/headcounts.html", page)
