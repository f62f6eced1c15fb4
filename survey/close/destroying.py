"""Destroying: after the Release, the sealed answers and the key that opens them go for good.

A draft and a closed wave that nobody answered have nothing to publish, and can be destroyed as they
are: otherwise either would keep the key that opens other waves alive for ever.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

from sqlalchemy import delete, update

from survey.close import keys as release_keys
from survey.close import rewriting, shares
from survey.close.erasing import erase
from survey.close.keys import Keys
from survey.close.unsealing import expect_keys_of
from survey.collect import box, issuer
from survey.database import Stores
from survey.errors import SettingsError, WaveStateError
from survey.manage import closings, issuing_keys, waves
from survey.manage.officers import PublicKeys
from survey.manage.tables import CodeRow, DestructionRow, WaveRow
from survey.manage.waves import State, Wave

_THERE_WAS: dict[State, str] = {
    "draft": "a draft that never opened: hashes of codes, salt, issuing key and empty ballot box, "
    "as far as it had them",
    "closed": "a ballot box without any answer, hashes of codes",
    "released": "sealed answers, hashes of codes",
}
"""What the note says was destroyed, by the state in which the wave was."""

_DONE: dict[State, str] = {
    "draft": "The draft {} is destroyed; it never opened.",
    "closed": "Wave {} is destroyed; nobody had answered it, so there is no Release.",
    "released": "The sealed answers of wave {} are destroyed; its Release stays.",
}

DESTROYED = (
    "this copy destroyed with this note; other copies and shares are the officers' to destroy"
)


def destroy(stores: Stores, wave_id: str, keys_path: Path | None, today: date) -> str:
    """Destroy a finished wave's sealed answers, the hashes of its codes, its secrets and its key.

    Args:
        stores: where the wave lies.
        wave_id: a wave whose Release is out, a closed one that nobody answered, or a draft.
        keys_path: the `release.key`, or its folder, to sign the note with and then to destroy,
            with the `release.locked` of the same keys that lies beside it; None when the officers
            destroy it elsewhere, and the note is unsigned and says so.
        today: the date on the note.

    Returns:
        A sentence that says what is gone.

    Raises:
        WaveStateError: when the wave may still have something to publish, or the key still opens
            another wave.
        SettingsError: when the key is not this wave's.
    """
    wave = waves.get(stores, wave_id)
    _expect_nothing_to_publish(stores, wave)
    key_file = None if keys_path is None else release_keys.private_file(keys_path)
    noted = _is_noted(stores, wave_id)
    if key_file is not None and (key_file.exists() or not noted):
        _expect_last_wave(stores, wave)
    keys = None
    if key_file is not None and not noted:
        keys = release_keys.load(key_file)
        expect_keys_of(wave, keys)
    if wave.state == "draft":
        _keep_from_opening(stores, wave_id)
    _erase_answers(stores, wave_id)
    if not noted:
        _note(stores, wave, keys, today)
    if key_file is not None:
        _erase_keys(wave, key_file)
    with stores.issuer() as session:
        session.execute(delete(CodeRow).where(CodeRow.wave == wave_id))
        waves.move(session, wave_id, wave.state, "destroyed")
    return _DONE[wave.state].format(wave_id)


def _expect_nothing_to_publish(stores: Stores, wave: Wave) -> None:
    if wave.state in {"draft", "released"} or (
        wave.state == "closed" and _nobody_answered(stores, wave.id)
    ):
        return
    raise WaveStateError(
        f"Wave {wave.id} is {wave.state}; only a released wave can be destroyed, or a draft, or a "
        "closed wave that nobody answered."
    )


def _nobody_answered(stores: Stores, wave_id: str) -> bool:
    """By what was told at close and by the closed box, which an earlier run may have erased."""
    told = closings.told(stores, wave_id)
    if told is None or told.received:
        return False
    closed_box = rewriting.path_of(stores.settings, wave_id)
    return not closed_box.exists() or not list(rewriting.sealed_answers(closed_box))


def _keep_from_opening(stores: Stores, wave_id: str) -> None:
    """Take a draft's cards away first: without them it cannot be opened while its files go.

    Raises:
        WaveStateError: when another process has just opened it.
    """
    with stores.issuer() as session:
        draft = update(WaveRow).where(WaveRow.id == wave_id, WaveRow.state == "draft")
        if not session.execute(draft.values(cards=0)).rowcount:  # type: ignore[attr-defined]
            raise WaveStateError(f"Wave {wave_id} is no draft any more; nothing was destroyed.")
        session.execute(delete(CodeRow).where(CodeRow.wave == wave_id))


def _expect_last_wave(stores: Stores, wave: Wave) -> None:
    others = [
        other.id
        for other in waves.all_waves(stores)
        if other.id != wave.id
        and other.public_key == wave.public_key
        and other.state != "destroyed"
    ]
    if others:
        raise WaveStateError(
            f"The key of wave {wave.id} also opens {', '.join(others)}; destroy the key with the "
            "last of them, and run this without --key."
        )


def _erase_answers(stores: Stores, wave_id: str) -> None:
    for path in (
        rewriting.path_of(stores.settings, wave_id),
        box.path_of(stores.settings, wave_id),
        issuer.salt_path(stores.settings, wave_id),
        issuing_keys.path_of(stores.settings, wave_id),
    ):
        erase(path)


def _erase_keys(wave: Wave, key_file: Path) -> None:
    """Destroy the key, and before it what shares could make it from again."""
    locked = key_file.with_name(shares.LOCKED_FILE)
    public = PublicKeys(wave.public_key, wave.fallback_key, wave.verifier)
    with suppress(SettingsError):  # missing, or overwritten already and not removed
        if shares.read_locked(locked).fingerprint == public.fingerprint:
            erase(locked)
    erase(key_file)


def _is_noted(stores: Stores, wave_id: str) -> bool:
    with stores.results() as session:
        return session.get(DestructionRow, wave_id) is not None


def _note(stores: Stores, wave: Wave, keys: Keys | None, today: date) -> None:
    had_comments = wave.state == "released" and wave.questionnaire.comments
    there_was = _THERE_WAS[wave.state] + (", sealed comments" if had_comments else "")
    content = {
        "wave": wave.id,
        "destroyed": today.isoformat(),
        "what": there_was + (", private key" if keys else ""),
        "private key": DESTROYED if keys else "not on this machine",
    }
    note = json.dumps(content, sort_keys=True)
    signature = keys.signing.sign(note.encode()) if keys else None
    with stores.results() as session:
        session.add(DestructionRow(wave=wave.id, note=note, signature=signature))
