"""Whether waves that people hold cards of still have what every card needs, whole."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import DatabaseError

from survey import database
from survey.collect import issuer, ready
from survey.config import ISSUE, Settings
from survey.database import Stores
from survey.doctor.findings import Finding, faults
from survey.errors import CandourError, SaltError
from survey.manage import issuing_keys, waves
from survey.manage.waves import Wave


def check(settings: Settings) -> Iterator[Finding]:
    """The salt and the issuing key of every draft with cards and every open wave."""
    file = database.file_of(settings.issuer_url)
    if ISSUE not in settings.surfaces or (file is not None and not file.is_file()):
        return
    stores = Stores.open(settings)
    try:
        with_cards = [
            one
            for one in waves.all_waves(stores)
            if one.state == "open" or (one.state == "draft" and one.cards)
        ]
    except (CandourError, DatabaseError):
        return  # which `stores.check` tells
    told = (fault for wave in with_cards for fault in _faults(stores, wave))
    yield from faults("salts and issuing keys", told, f"of {len(with_cards)} waves, whole.")


def _faults(stores: Stores, wave: Wave) -> Iterator[str]:
    try:
        issuer.number_used(stores, wave.id)  # which nobody is told
    except SaltError as error:
        yield str(error)
    if not ready.has_issuing_key(stores.settings, wave):
        missing = not issuing_keys.path_of(stores.settings, wave.id).exists()
        what = issuing_keys.MISSING if missing else issuing_keys.DAMAGED
        yield str(issuing_keys.lost(wave.id, what))
