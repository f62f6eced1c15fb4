"""Throwing a draft away: a wave that never opened, and so holds no answer of anybody."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, update

from survey.database import Stores
from survey.errors import FixedWave
from survey.manage import destructions, waves
from survey.manage.destructions import Destruction
from survey.manage.erasing import erase_all
from survey.manage.tables import CodeRow, HeadcountRow, WaveRow

WHAT = (
    "a draft that never opened: hashes of codes, salt, issuing key and empty ballot box, as far as "
    "it had them"
)
"""What the note says was destroyed."""


def throw_away(stores: Stores, wave_id: str, today: date) -> None:
    """Destroy a draft: the hashes of its codes, its salt, issuing key and empty ballot box.

    Its id stays taken: cards that were printed for it must never open another wave.

    Raises:
        WaveStateError: when there is no such wave, or it is no draft.
    """
    keep_from_opening(stores, wave_id)
    erase_files(stores, wave_id)
    if destructions.told(stores, wave_id) is None:
        note = Destruction(wave_id, today, WHAT, "not on this machine")
        destructions.keep(stores, note, None)
    with stores.issuer() as session:
        session.execute(delete(HeadcountRow).where(HeadcountRow.wave == wave_id))
        session.execute(delete(CodeRow).where(CodeRow.wave == wave_id))
        waves.move(session, wave_id, "draft", "destroyed")
        erase_files(stores, wave_id)


def erase_files(stores: Stores, wave_id: str) -> None:
    """Erase its box and its secrets.

    And once more inside the transaction that calls it destroyed, for which an import waits: one
    that came before it made them again.
    """
    erase_all(stores.settings.box_folder, wave_id)
    erase_all(stores.settings.salt_folder, wave_id)


def keep_from_opening(stores: Stores, wave_id: str) -> None:
    """Take a draft's cards away first: without them it cannot be opened while its files go.

    Raises:
        FixedWave: when it is no draft, or another process has just opened it.
    """
    with stores.issuer() as session:
        waves.find(session, wave_id)
        draft = update(WaveRow).where(WaveRow.id == wave_id, WaveRow.state == "draft")
        if not session.execute(draft.values(cards=0)).rowcount:  # type: ignore[attr-defined]
            raise FixedWave(wave_id, f"Wave {wave_id} is no draft any more; nothing was destroyed.")
        session.execute(delete(CodeRow).where(CodeRow.wave == wave_id))
