"""Those who agree in the demo, by the same door as all: a wave manager and release officers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from survey import carrying_out, clock
from survey.agreeing import about_waves, deciding, publishing
from survey.agreeing.agreements import Act
from survey.agreeing.facts import Facts
from survey.database import Stores
from survey.manage import people
from survey.manage.people import Person

MANAGER = "manager"
OFFICERS = ("officer-one", "officer-two")


def open_wave(stores: Stores, wave: str, day: date) -> None:
    """Two people agree to open a draft, and it opens."""
    _agree(stores, "open", wave, about_waves.opening)
    carrying_out.open_wave(stores, wave, day)


def close_wave(stores: Stores, wave: str, day: date) -> None:
    """Two people agree to close an open wave, and it closes."""
    _agree(stores, "close", wave, about_waves.closing)
    carrying_out.close_wave(stores, wave, day)


def publish(stores: Stores, release: str) -> None:
    """Two officers agree to publish a Release that waits."""
    first, second = (_person(stores, name) for name in OFFICERS)
    shown = publishing.acts(stores, release)["publish"].state
    propose = {"do": "propose", "act": "publish", "state": shown}
    asked = publishing.decide(stores, first, release, propose)
    answer = {"do": "agree", "id": asked.id, "state": asked.state}
    publishing.decide(stores, second, release, answer)


def _agree(stores: Stores, act: Act, wave: str, look: Callable[[Stores, str], Facts]) -> None:
    facts, now = look(stores, wave), clock.now()
    first = _person(stores, MANAGER)
    asked = deciding.propose(stores, first, act, wave, facts.state, facts, now)
    second = _person(stores, OFFICERS[0])
    deciding.agree(stores, second, asked, asked.state, facts, now)


def _person(stores: Stores, name: str) -> Person:
    found = people.get(stores, name)
    if found is None:
        raise RuntimeError(f"nobody is called {name}")
    return found
