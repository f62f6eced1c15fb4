"""The ledger of a questionnaire line on the server: made of the Releases that are stored.

Every stored Release names the ledger that it was audited with, so the order is theirs and kept
nowhere else; a Release that is missing breaks the chain.
"""

from __future__ import annotations

from analysis.ledger import Count, Ledger, Published
from analysis.plan import TablePlan
from survey.database import Stores
from survey.errors import ReleaseError
from survey.manage import closings, waves
from survey.results import store


def of_line(stores: Stores, questionnaire: str) -> Ledger:
    """Everything that was published of a questionnaire here.

    Raises:
        ReleaseError: when a stored Release is missing, or was tampered with.
        WaveStateError: when the wave of one is not here.
    """
    left = {
        name: Published(store.packed(stores, name), _plan(stores, release.manifest.wave))
        for name, release in store.every(stores).items()
        if release.manifest.questionnaire == questionnaire
    }
    ledger = Ledger(questionnaire)
    for name, one in list(left.items()):
        if one.release.manifest.ledger is None:  # from before there were ledgers
            ledger = ledger.plus(left.pop(name))
    while left:
        ahead = ((name, told_of(stores, ledger, one.wave)) for name, one in left.items())
        found = next(
            (
                (name, told)
                for name, told in ahead
                if told.head == left[name].release.manifest.ledger
            ),
            None,
        )
        if found is None:
            raise ReleaseError(
                f"The stored Releases of {questionnaire} have a gap: Release {min(left)[:12]} was "
                "audited with others than are stored. Restore a backup when no wave is open."
            )
        ledger = found[1].plus(left.pop(found[0]))
    return ledger


def order(stores: Stores, questionnaire: str) -> tuple[str, ...]:
    """The hashes of all stored Releases of a questionnaire, out or not, as they came in.

    Raises what `of_line` raises.
    """
    found = {
        name: release.manifest.ledger
        for name, release in store.every(stores).items()
        if release.manifest.questionnaire == questionnaire
    }
    chained = [name for name, head in found.items() if head is not None]
    if len(chained) < 2:  # those from before there were ledgers come first
        return (*(name for name in found if name not in chained), *chained)
    return tuple(one.hash for one in of_line(stores, questionnaire).releases)


def before(stores: Stores, questionnaire: str, wave: str) -> Ledger:
    """Everything before the first entry of a wave.

    Where an interruption came between storing that Release and releasing the wave, it is made again
    and must be the same.
    """
    ledger = of_line(stores, questionnaire)
    own = (at for at, entry in enumerate(ledger.entries) if entry.wave == wave)
    return ledger.up_to(next(own, len(ledger.entries)))


def told_of(stores: Stores, ledger: Ledger, wave: str) -> Ledger:
    """The ledger with what was told of a wave at its closing."""
    told = closings.told(stores, wave)
    if told is None or told.received is None:
        return ledger
    return ledger.plus(Count(wave, told.cards, told.received))


def _plan(stores: Stores, wave: str) -> TablePlan:
    return waves.get(stores, wave).questionnaire.plan
