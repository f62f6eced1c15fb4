"""A step on the page of a wave: what stands there of one thing that is done with it.

Whatever room does the thing makes the step, in a file of its own, and `survey.planning.wave_page`
lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from survey.database import Stores
from survey.manage.people import Person
from survey.manage.waves import Wave

StepState = Literal["done", "now", "running", "optional", "later"]

TAGS: dict[StepState, tuple[str, str]] = {
    "done": ("Done", "govuk-tag--green"),
    "now": ("To do", "govuk-tag--blue"),
    "running": ("Under way", "govuk-tag--yellow"),
    "optional": ("If you like", "govuk-tag--grey"),
    "later": ("Not yet", "govuk-tag--grey"),
}
"""State -> (words, class of the tag)."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        id: of its heading in the page, such as `cards`.
        title: of its heading.
        state: how far it is.
        template: what it is drawn with; that is given the step as `step`.
        page: what the template shows: a frozen object of its own.
    """

    id: str
    title: str
    state: StepState
    template: str
    page: object

    @property
    def tag(self) -> tuple[str, str]:
        """How far it is, in words, and the class of the tag."""
        return TAGS[self.state]


MakeStep = Callable[[Stores, Wave, Person], Step | None]
"""Makes the step of a wave for whoever is signed in; None where it has no such step."""
