"""Words of this force: those that everybody knows, so that no password may lean on them; a role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy.exc import DatabaseError

from analysis.plan import COMMAND
from survey.config import BOX, ISSUE
from survey.database import Stores
from survey.errors import CandourError
from survey.manage import waves
from survey.manage.people import Person
from survey.results import scope, store
from survey.results.acts import lines


def of_force(stores: Stores) -> tuple[str, ...]:
    """The names of all units in Releases and, where waves are kept, in those.

    Releases or waves that cannot be read keep nobody from an account: then theirs are left out.
    """
    found = set[str]()
    with suppress(CandourError, DatabaseError):
        found |= set(_of_releases(stores))
    if {ISSUE, BOX} & set(stores.settings.surfaces):
        with suppress(CandourError, DatabaseError):
            found |= set(_of_waves(stores))
    return tuple(sorted(found))


def role_of(stores: Stores, person: Person) -> str:
    """What somebody is here, with the name of the command that a board reads."""
    return person.titled(of_commands(stores) if person.command else {})


def of_commands(stores: Stores) -> dict[str, str]:
    """What each command is called, by its id.

    None before the first survey, or where a Release cannot be read: then their ids stand.
    """
    with suppress(CandourError, DatabaseError):
        return lines.board_names(store.all_releases(stores))
    return {}


def _of_releases(stores: Stores) -> Iterator[str]:
    for release in store.all_releases(stores):
        for unit in scope.units(release):
            yield from (unit.id, unit.label)


def _of_waves(stores: Stores) -> Iterator[str]:
    for wave in waves.all_waves(stores):
        breakdown = wave.questionnaire.plan.breakdown_by_id.get(COMMAND)
        for value in breakdown.values if breakdown else ():
            yield from (value.id, value.label)
