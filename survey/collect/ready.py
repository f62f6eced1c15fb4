"""Whether a draft has all that its codes and answers will need, whole, before it opens.

Once it is open nothing of this can be made anew: a lost salt makes every card useless.
"""

from __future__ import annotations

import sqlite3

from survey.collect import blind_signatures, box, issuer, salts
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.errors import SaltError, SettingsError, SigningError, WaveStateError
from survey.manage import issuing_keys
from survey.manage.waves import Wave


def expect_whole(stores: Stores, wave: Wave) -> None:
    """Refuse to open a draft whose salt, issuing key or ballot box is missing or damaged.

    Each host looks at what it has.

    Raises:
        WaveStateError: says which, and what to do.
    """
    if ISSUE in stores.settings.surfaces:
        _expect_salt(stores, wave)
        _expect_issuing_key(stores, wave)
    if BOX in stores.settings.surfaces:
        _expect_box(stores, wave)


def _expect_salt(stores: Stores, wave: Wave) -> None:
    """With another salt than the codes were imported with, one would read as used."""
    if wave.cards and not has_salt(stores, wave):
        raise WaveStateError(_lost(wave, salts.path_of(stores.settings, wave.id).name))


def has_salt(stores: Stores, wave: Wave) -> bool:
    """Whether the salt is here that a draft's codes were imported with."""
    try:
        return issuer.number_used(stores, wave.id) == 0
    except SaltError:
        return False


def _expect_issuing_key(stores: Stores, wave: Wave) -> None:
    if not has_issuing_key(stores.settings, wave):
        raise WaveStateError(_lost(wave, issuing_keys.path_of(stores.settings, wave.id).name))


def has_issuing_key(settings: Settings, wave: Wave) -> bool:
    """Whether the key is here that signs for the wave's public half."""
    try:
        key = issuing_keys.read(settings, wave.id)
        if key is None or key.public_key() != issuing_keys.public(wave.token_key):
            return False
        blind_signatures.sign(blind_signatures.draw(key), key)
    except (SettingsError, SigningError, ArithmeticError, ValueError):
        return False
    return True


def _lost(wave: Wave, file: str) -> str:
    return (
        f"{file} is missing or damaged, so no card of wave {wave.id} could be used: put the file "
        f"back, or destroy the draft with `candour wave destroy {wave.id}` and make another wave "
        "with new cards."
    )


def _expect_box(stores: Stores, wave: Wave) -> None:
    """An unused box with room for every card, or for none of a draft without cards."""
    path = box.path_of(stores.settings, wave.id)
    if wave.cards and not (path.exists() and _has_room(stores, wave)):
        how = (
            f"import its codes again with `candour codes import {wave.id}`"
            if ISSUE in stores.settings.surfaces
            else "put the file back, or take the draft in again with `candour wave import`"
        )
        raise WaveStateError(f"The ballot box {path.name} is missing, damaged or too small; {how}.")


def _has_room(stores: Stores, wave: Wave) -> bool:
    try:
        with box.connect(box.path_of(stores.settings, wave.id), "ro") as database:
            (whole,) = database.execute("PRAGMA integrity_check").fetchone()
            (slots,) = database.execute("SELECT count(*) FROM slot").fetchone()
            own = database.execute("SELECT wave FROM box").fetchall() == [(wave.id,)]
    except sqlite3.DatabaseError:
        return False
    return bool(whole == "ok" and own and slots >= box.slots_for(wave.cards))
