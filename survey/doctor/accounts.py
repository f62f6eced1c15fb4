"""The people who sign in with a password here: whether a stolen one alone opens anything."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import DatabaseError

from survey.config import RESULTS, Settings
from survey.database import Stores
from survey.doctor.findings import Finding, faults, unknown
from survey.errors import CandourError
from survey.manage import people
from survey.manage.people import Person


def check(settings: Settings) -> Iterator[Finding]:
    """Whether everybody with a password here needs a code, too."""
    if RESULTS not in settings.surfaces:
        return
    try:
        found = people.list_all(Stores.open(settings))
    except (CandourError, DatabaseError):
        yield unknown("accounts", "the results database cannot be asked who may sign in.")
        return
    local = [person for person in found if person.is_local]
    right = f"{len(local)} with a password here" + (", and all need a code." if local else ".")
    yield from faults("accounts", _without_codes(settings, local), right)
    if local and settings.stolen_passwords is None:
        yield unknown(
            "accounts",
            "whether passwords were stolen elsewhere; CANDOUR_STOLEN_PASSWORDS names no list.",
        )


def _without_codes(settings: Settings, local: list[Person]) -> Iterator[str]:
    if local and not settings.demands_factor:
        yield (
            f"{len(local)} with a password here, of whom "
            f"{sum(not person.factor for person in local)} need no code; set "
            "CANDOUR_SECOND_FACTOR=demanded, or let them sign in by the organisation."
        )
        return
    open_to_anybody = sum(not person.factor and person.first_until is None for person in local)
    if open_to_anybody:
        yield (
            f"{open_to_anybody} with a password here have set up no app yet, so whoever has their "
            "password could set up one; give each a first password, which ends, by `candour user "
            "add`."
        )
