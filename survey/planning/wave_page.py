"""The page of one wave, and the list of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from survey.agreeing import after_closing, steps
from survey.collect import fingerprint
from survey.database import Stores
from survey.manage import policy_words, waves
from survey.manage.officers import PublicKeys
from survey.manage.people import Person
from survey.manage.steps import MakeStep, Step
from survey.manage.waves import Wave
from survey.planning import cards_step, forecast_step, headcounts_step
from survey.planning.earlier import before

STEPS: tuple[MakeStep, ...] = (
    headcounts_step.step,
    forecast_step.step,
    cards_step.step,
    steps.opening,
    steps.closing,
    after_closing.step,
)
"""What is done with a wave, in the order of the page."""

NEXT = {
    "headcounts": "load headcounts",
    "cards": "make cards and take them in",
    "to-open": "open it, with somebody else",
    "to-close": "close it when its time is over, with somebody else",
    "after": "open the answers, publish and destroy",
}
"""Step -> what it asks for, in words at the top of the page."""

STATES = {
    "draft": ("Draft", "govuk-tag--blue"),
    "open": ("Open", "govuk-tag--green"),
    "closing": ("Being closed", "govuk-tag--yellow"),
    "closed": ("Closed", "govuk-tag--yellow"),
    "released": ("Results are out", "govuk-tag--grey"),
    "destroyed": ("Finished", "govuk-tag--grey"),
}
"""State of a wave -> (words, class of the tag)."""

_THROWN_AWAY = ("Thrown away", "govuk-tag--grey")


def state_of(wave: Wave) -> tuple[str, str]:
    """The state of a wave in words, and the class of its tag."""
    never = wave.state == "destroyed" and wave.opened is None
    return _THROWN_AWAY if never else STATES[wave.state]


@dataclass(frozen=True)
class Listed:
    """One wave in the list."""

    id: str
    title: str
    state: tuple[str, str]
    about: str


@dataclass(frozen=True)
class WavesPage:
    """All waves: those that are being prepared or run first, then those that are over."""

    present: tuple[Listed, ...]
    over: tuple[Listed, ...]


def waves_page(found: tuple[Wave, ...]) -> WavesPage:
    """The list of waves, the newest first."""
    newest_first = tuple(reversed(found))
    return WavesPage(
        tuple(_listed(wave) for wave in newest_first if wave.state != "destroyed"),
        tuple(_listed(wave) for wave in newest_first if wave.state == "destroyed"),
    )


def _listed(wave: Wave) -> Listed:
    days = [f"opened {day(wave.opened)}"] if wave.opened else []
    days += [f"closed {day(wave.closed)}"] if wave.closed else []
    without = "no cards yet" if wave.state == "draft" else "no cards"
    cards = f"{wave.cards:,} cards" if wave.cards else without
    asked = f"{wave.questionnaire.title}, version {wave.questionnaire.version}"
    return Listed(wave.id, wave.title, state_of(wave), "; ".join([asked, cards, *days]))


@dataclass(frozen=True)
class WavePage:
    """One wave.

    Attributes:
        state: in words, and the class of its tag.
        facts: (what, words) that are fixed since the wave was made.
        fingerprint: of the keys that its page uses, as it stands on every card; None in a wave of
            before there was one.
        officers: the fingerprint of the release officers' keys.
        steps: what is done with it.
        next: what is to do first, in words; None where nothing is.
        before: the wave of its line before it; None where it is the first.
    """

    wave: Wave
    state: tuple[str, str]
    facts: tuple[tuple[str, str], ...]
    fingerprint: str | None
    officers: str
    steps: tuple[Step, ...]
    next: str | None
    before: Wave | None


def wave_page(stores: Stores, wave: Wave, person: Person) -> WavePage:
    """The page of a wave for whoever is signed in."""
    made = (make(stores, wave, person) for make in STEPS)
    found = tuple(step for step in made if step is not None)
    to_do = (NEXT[step.id] for step in found if step.state == "now" and step.id in NEXT)
    keys = PublicKeys(wave.public_key, wave.fallback_key, wave.verifier)
    return WavePage(
        wave,
        state_of(wave),
        tuple(_facts(wave)),
        fingerprint.of(wave) if wave.token_key else None,
        keys.fingerprint,
        found,
        None if wave.state == "destroyed" else next(to_do, None),
        before(waves.all_waves(stores), wave),
    )


def _facts(wave: Wave) -> Iterator[tuple[str, str]]:
    asked = wave.questionnaire
    yield "Id", wave.id
    yield "Questionnaire", f"{asked.title}, version {asked.version}"
    for name, when in (("Opened", wave.opened), ("Closed", wave.closed)):
        if when:
            yield name, day(when)
    yield "Disclosure rules", policy_words.in_words(wave.policy)


def day(when: date) -> str:
    """A day as people write it."""
    return f"{when.day} {when:%B %Y}"
