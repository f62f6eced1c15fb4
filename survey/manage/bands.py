"""Bands of headcounts of a wave, as its page tells them: kept when it opens, and never changed."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from analysis.bands import Bands
from survey.database import Stores
from survey.manage import waves
from survey.manage.tables import BandRow


def keep(stores: Stores, wave_id: str, bands: Bands) -> None:
    """Keep the bands of a draft wave in place of earlier ones.

    Raises:
        WaveStateError: when there is no such wave, or it is no draft: what has been told is told.
    """
    with stores.issuer() as session:
        waves.hold_draft(session, wave_id, "can be opened")
        session.execute(delete(BandRow).where(BandRow.wave == wave_id))
        if bands:
            session.execute(
                insert(BandRow),
                [{"wave": wave_id, "group_id": g, "edge": n} for g, n in sorted(bands.items())],
            )


def of_wave(stores: Stores, wave_id: str) -> dict[str, int]:
    """Lower edges by group id; empty when none were made."""
    with stores.issuer() as session:
        rows = session.scalars(select(BandRow).where(BandRow.wave == wave_id))
        return {row.group_id: row.edge for row in rows}
