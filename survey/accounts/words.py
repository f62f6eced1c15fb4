"""Words of this force that everybody knows, so that no password may lean on them."""

from __future__ import annotations

from analysis.plan import COMMAND
from survey.config import BOX, ISSUE
from survey.database import Stores
from survey.manage import waves
from survey.results import scope, store


def of_force(stores: Stores) -> tuple[str, ...]:
    """The names of all units in Releases and, where waves are kept, in those."""
    known = {
        text
        for release in store.all_releases(stores)
        for unit in scope.units(release)
        for text in (unit.id, unit.label)
    }
    if {ISSUE, BOX} & set(stores.settings.surfaces):
        for wave in waves.all_waves(stores):
            breakdown = wave.questionnaire.plan.breakdown_by_id.get(COMMAND)
            for value in breakdown.values if breakdown else ():
                known |= {value.id, value.label}
    return tuple(sorted(known))
