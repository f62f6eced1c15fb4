"""Destroying: after the Release, the sealed answers and the key that opens them go for good.

A draft and a closed wave that nobody answered have nothing to publish, and can be destroyed as they
are: otherwise either would keep the key that opens other waves alive for ever. A closed wave that
cannot or shall not be published is destroyed with a reason, which everybody can read.

A host with the issuer and without the ballot box cannot tell whether a closed wave is done with. It
alone has the redemptions that an auditor needs, so somebody has to say that nobody needs them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from sqlalchemy import delete

from survey.catalogue import translatable
from survey.close import keys as release_keys
from survey.close import rewriting, shares
from survey.close.keys import Keys
from survey.close.opening import expect_keys_of
from survey.close.reasons import for_everybody
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.errors import SettingsError, WaveStateError
from survey.manage import closings, destructions, drafts, secret_files, waves
from survey.manage.destructions import Destruction
from survey.manage.erasing import DOOMED, erase, erase_all
from survey.manage.officers import PublicKeys
from survey.manage.tables import CodeRow, ResponseRow
from survey.manage.waves import State, Wave
from survey.results import store

_DONE: dict[State, str] = {
    "draft": "The draft {} is destroyed; it never opened.",
    "closed": "Wave {} is destroyed; nobody had answered it, so there is no Release.",
    "released": "The sealed answers of wave {} are destroyed; its Release stays.",
}

_DONE_BY_ISSUER = (
    "The hashes of the codes of wave {} are destroyed; its answers are another host's."
)
_UNPUBLISHED = "Wave {} is destroyed; nothing was published of it, and everybody can read why."
_WHATEVER = translatable("whatever this server still had of it")

DESTROYED = (
    "this copy destroyed with this note; other copies and shares are the officers' to destroy"
)


def destroy(
    stores: Stores,
    wave_id: str,
    keys_path: Path | None,
    today: date,
    unpublished: str | None = None,
    *,
    audited: bool = False,
) -> str:
    """Destroy a finished wave's sealed answers, the hashes of its codes, its secrets and its key.

    Args:
        stores: where the wave lies.
        wave_id: a wave whose Release is out, a closed one that nobody answered, or a draft.
        keys_path: the `release.key`, or its folder, to sign the note with and then to destroy,
            with the `release.locked` of the same keys that lies beside it; None when the officers
            destroy it elsewhere, and the note is unsigned and says so.
        today: the date on the note.
        unpublished: why a closed wave is destroyed although it was answered and has no Release;
            None for every other wave.
        audited: of a closed wave on a host without the ballot box: that the auditor has the
            redemptions, or that nobody will ask for them.

    Returns:
        A sentence that says what is gone.

    Raises:
        WaveStateError: when the wave may still have something to publish and no reason is given, or
            one is given and it has not, or the key still opens another wave; or `audited` is said
            where it has no meaning, or is not said where it has to be.
        SettingsError: when the key is not this wave's, or the reason is none.
    """
    wave = waves.get(stores, wave_id)
    _expect_audit(stores.settings, wave, audited, unpublished)
    if unpublished is None:
        _expect_nothing_to_publish(stores, wave)
    else:
        unpublished = for_everybody(unpublished, "--unpublished")
        _expect_unpublished(stores, wave)
    key_file = None if keys_path is None else release_keys.private_file(keys_path)
    noted = destructions.told(stores, wave_id) is not None
    if key_file is not None and (key_file.exists() or not noted):
        _expect_last_wave(stores, wave)
    keys = None
    if key_file is not None and not noted:
        keys = release_keys.load(key_file)
        expect_keys_of(wave, keys)
    if wave.state == "draft":
        drafts.keep_from_opening(stores, wave_id)
    _erase_answers(stores, wave_id)
    if not noted:
        _note(stores, wave, keys, today, unpublished)
    if key_file is not None:
        _erase_keys(wave, key_file)
    with stores.issuer() as session:
        session.execute(delete(CodeRow).where(CodeRow.wave == wave_id))
        session.execute(delete(ResponseRow).where(ResponseRow.wave == wave_id))
        waves.move(session, wave_id, wave.state, "destroyed")
        if wave.state == "draft":
            drafts.erase_files(stores, wave_id)
    if unpublished:
        return _UNPUBLISHED.format(wave_id)
    has_box = BOX in stores.settings.surfaces or wave.state == "draft"
    return (_DONE[wave.state] if has_box else _DONE_BY_ISSUER).format(wave_id)


def _there_was(stores: Stores, wave: Wave, had_answers: bool) -> str:
    """What the note says was destroyed: what this host had of the wave in its state."""
    if wave.state == "draft":
        return drafts.WHAT
    if closings.told(stores, wave.id) is None:  # only of one that came out of a backup
        return _WHATEVER
    answers = translatable("a ballot box without any answer")
    if had_answers:
        answers = translatable("sealed answers")
        if wave.questionnaire.comments:
            answers += ", " + translatable("sealed comments")
    parts = ((BOX, answers), (ISSUE, translatable("hashes of codes")))
    return ", ".join(what for part, what in parts if part in stores.settings.surfaces)


def _expect_audit(settings: Settings, wave: Wave, audited: bool, unpublished: str | None) -> None:
    """On a host without the ballot box, let nobody destroy a closed wave's redemptions unasked."""
    issuers_part = wave.state == "closed" and BOX not in settings.surfaces
    if audited and not issuers_part:
        raise WaveStateError(
            "--audited is for a closed wave on an issuer's host without the ballot box; leave it "
            "out."
        )
    if issuers_part and unpublished is not None:
        raise WaveStateError(
            "--unpublished belongs on the ballot box's host, which publishes; here say --audited."
        )
    if issuers_part and not audited:
        raise WaveStateError(
            f"Wave {wave.id} is closed, and only this host has its redemptions: open them for the "
            f"auditor first, with `candour wave redemptions {wave.id}`. Then add --audited, which "
            "says that the auditor has them or that nobody will ask for them."
        )


def _expect_nothing_to_publish(stores: Stores, wave: Wave) -> None:
    found = store.waiting(stores).items()
    if waiting := [name for name, one in found if one.manifest.wave == wave.id]:
        raise WaveStateError(
            f"The Release {waiting[0][:12]} of wave {wave.id} waits to be published; two release "
            "officers publish or discard it first."
        )
    if wave.state in {"draft", "released"} or (
        wave.state == "closed" and _nobody_answered(stores, wave.id)
    ):
        return
    instead = (
        ' To destroy it without publishing anything, say why: --unpublished "REASON".'
        if wave.state == "closed"
        else ""
    )
    raise WaveStateError(
        f"Wave {wave.id} is {wave.state}; only a released wave can be destroyed, or a draft, or a "
        f"closed wave that nobody answered.{instead}"
    )


def _expect_unpublished(stores: Stores, wave: Wave) -> None:
    if wave.state != "closed":
        raise WaveStateError(
            f"Wave {wave.id} is {wave.state}; --unpublished is for a closed wave that gets no "
            "Release."
        )
    if wave.id in {one.manifest.wave for one in store.every(stores).values()}:
        raise WaveStateError(
            f"Wave {wave.id} has a Release, so --unpublished would not be true: two release "
            "officers publish or discard it. If an `unseal` or `release add` was interrupted, run "
            "it again first."
        )


def _nobody_answered(stores: Stores, wave_id: str) -> bool:
    """By what was told at close and by the closed box, which an earlier run may have erased.

    On a host without the ballot box nobody ever did: see `_expect_audit`.
    """
    told = closings.told(stores, wave_id)
    if told is None:  # out of a backup: nothing is known here of a box that was on this host
        return BOX not in stores.settings.surfaces
    if told.received:
        return False
    closed_box = rewriting.path_of(stores.settings, wave_id)
    return not closed_box.exists() or not list(rewriting.sealed_answers(closed_box))


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
    erase_all(stores.settings.box_folder, wave_id)
    erase_all(stores.settings.salt_folder, wave_id)


def _erase_keys(wave: Wave, key_file: Path) -> None:
    """Destroy the key, and before it what shares could make it from again."""
    locked = key_file.with_name(shares.LOCKED_FILE)
    public = PublicKeys(wave.public_key, wave.fallback_key, wave.verifier)
    with suppress(SettingsError):  # missing, or overwritten already and not removed
        if shares.read_locked(locked).fingerprint == public.fingerprint:
            erase(locked)
    for path in (locked.with_name(locked.name + DOOMED), key_file, secret_files.draft_of(key_file)):
        erase(path)


def _note(
    stores: Stores, wave: Wave, keys: Keys | None, today: date, unpublished: str | None
) -> None:
    had_answers = wave.state == "released" or unpublished is not None
    destruction = Destruction(
        wave.id,
        today,
        _there_was(stores, wave, had_answers) + (", private key" if keys else ""),
        DESTROYED if keys else "not on this machine",
        unpublished,
    )
    signature = keys.signing.sign(destruction.note.encode()) if keys else None
    destructions.keep(stores, destruction, signature)
