"""Publishing a Release that waits, or discarding it: done as soon as the second officer agrees."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import OperationalError

from survey import clock
from survey.agreeing import about_releases, decision, running
from survey.agreeing.agreements import Act, Agreement
from survey.agreeing.decision import AtOnce
from survey.agreeing.facts import Facts
from survey.config import BOX, ISSUE
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage.people import Person
from survey.results import adding, store


def decide(stores: Stores, person: Person, name: str, sent: Mapping[str, str]) -> Agreement:
    """Propose, agree, decline or take back; with the second answer it is published or discarded.

    That, the end of the agreement and the log are one transaction. Calling the wave released is
    another, on another database: `candour wave agreed` does it where it was interrupted.

    Raises:
        AgreementError: when it cannot be done.
    """
    wave = store.every(stores)[name].manifest.wave
    at_once: Mapping[Act, AtOnce] = {
        "publish": lambda session: store.publish(session, name),
        "discard": lambda session: store.discard(session, name),
    }
    done = decision.answer(stores, person, name, acts(stores, name), sent, clock.now(), at_once)
    if done.verdict == "done" and {ISSUE, BOX} & set(stores.settings.surfaces):
        try:
            adding.release_wave(stores, name, wave)
        except (
            OperationalError,
            SettingsError,
        ):  # it is out already; the rest is tried again beside the page
            running.start(stores.settings)
    return done


def acts(stores: Stores, name: str) -> Mapping[Act, Facts]:
    """What can be done with a Release that waits."""
    return {
        "publish": about_releases.publishing(stores, name),
        "discard": about_releases.discarding(stores, name),
    }
