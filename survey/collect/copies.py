"""A wave on two hosts: the issuer's host makes it, and the ballot box's host has a copy of it.

What travels is the wave's file (`survey.manage.wave_file`): what is public of the wave, and nothing
else. On the ballot box's host the wave has no code, no salt and no issuing key.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from survey.collect import box, code_list
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.errors import FixedWave, WaveStateError
from survey.manage import closings, waves
from survey.manage.tables import WaveRow
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave


def export(stores: Stores, wave_id: str) -> WaveFile:
    """What is public of a wave: its keys and codes, and what this host told when it closed.

    Raises:
        WaveStateError: when there is no such wave.
    """
    wave = waves.get(stores, wave_id)
    return WaveFile(wave, code_list.kept(stores, wave_id).hashes, closings.told(stores, wave_id))


def take(stores: Stores, file: WaveFile) -> Wave:
    """Make the draft of a wave that another host has the issuer of, with its empty ballot box.

    Taking the same file again changes nothing, however far the wave has come since.

    Raises:
        WaveStateError: when the file's wave is no draft, or not whole; when another wave has its
            id; or when this host has the issuer itself, or no ballot box.
    """
    _expect_box_alone(stores.settings)
    wave = file.wave
    _expect_whole_draft(file)
    with stores.issuer() as session:
        new = session.get(WaveRow, wave.id) is None
        if new:
            waves.copy(session, wave)
            code_list.keep(session, wave.id, code_list.CodeList(file.codes))
            session.flush()
            session.expire_all()
        # What does not come back as it stands in the file is not kept.
        _expect_alike(session, file)
        if new:
            # Before the wave is kept, so that none is without its box.
            box.create_for(stores.settings, wave, wave.cards)
    return waves.get(stores, wave.id)


def expect_same(stores: Stores, file: WaveFile) -> None:
    """Refuse a file of another wave than the one of its id here.

    Raises:
        WaveStateError: when there is no such wave here, or it is another one.
    """
    with stores.issuer() as session:
        _expect_alike(session, file)


def _expect_alike(session: Session, file: WaveFile) -> None:
    wave_id = file.wave.id
    mine, listed = waves.read(session, wave_id), code_list.read(session, wave_id).hashes
    if (_fixed(mine), listed) != (_fixed(file.wave), file.codes):
        sentence = (
            f"The wave {wave_id} of this file is another one than the wave {wave_id} "
            "here: its keys, codes or questions differ. Export it again on the issuer's host."
        )
        if mine.state != "draft":
            raise FixedWave(wave_id, sentence)
        raise WaveStateError(sentence)


def _fixed(wave: Wave) -> Wave:
    """The wave without what changes after its draft."""
    return replace(wave, state="draft", opened=None, closed=None)


def _expect_box_alone(settings: Settings) -> None:
    if ISSUE in settings.surfaces or BOX not in settings.surfaces:
        raise WaveStateError(
            "A wave is imported on a host that has the ballot box and not the issuer; set "
            "CANDOUR_SURFACES there to box, or to box,results."
        )


def _expect_whole_draft(file: WaveFile) -> None:
    wave = file.wave
    if file.sealed is not None or file.closing is not None or wave.state != "draft":
        raise WaveStateError(
            f"The wave {wave.id} of this file is no draft any more; import the file that the "
            "issuer's host exported before it opened the wave."
        )
    if not file.codes or len(set(file.codes)) != wave.cards:
        raise WaveStateError(
            f"The wave {wave.id} of this file has {wave.cards} cards and {len(set(file.codes))} "
            "codes in its list; import its codes on the issuer's host, and export it again."
        )
