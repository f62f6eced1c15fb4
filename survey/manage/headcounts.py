"""How many people each group has on the frame of a wave, for response rates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import delete, insert, select

from analysis import headcounts as files
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import audit_log, destructions, waves
from survey.manage.audit_log import Signed
from survey.manage.tables import HeadcountRow


def load(stores: Stores, wave_id: str, path: Path) -> int:
    """Take a wave's headcounts from a CSV file; returns how many groups it names.

    Raises:
        DataError: when the file names a group that the wave's table plan does not have.
        WaveStateError: when the wave's answers are destroyed.
    """
    wave = waves.get(stores, wave_id)
    counts = files.read(path, wave.questionnaire.plan)
    store(stores, wave_id, counts)
    return len(counts)


def store(
    stores: Stores, wave_id: str, people: Mapping[str, int], person: Signed | None = None
) -> None:
    """Keep headcounts by group id (`command=response-north`) in place of the earlier ones.

    Those of a released wave come into a correction of its Release, while the answers exist. The log
    says that `person` loaded those of a wave that is no draft; None for a command on the server.

    Raises:
        WaveStateError: when the wave's answers are destroyed, or are being destroyed.
    """
    destroyed = destructions.told(stores, wave_id) is not None
    with stores.issuer() as session:
        state = waves.find(session, wave_id).state
        if destroyed or state == "destroyed":
            raise WaveStateError(
                f"The answers of wave {wave_id} are destroyed; its headcounts cannot change now."
            )
        session.execute(delete(HeadcountRow).where(HeadcountRow.wave == wave_id))
        if people:
            session.execute(
                insert(HeadcountRow),
                [{"wave": wave_id, "group_id": g, "people": n} for g, n in sorted(people.items())],
            )
    if state != "draft":  # two people agreed to open it with others
        with stores.results() as session:
            said = f"loaded headcounts of {wave_id}, which is {state}"
            audit_log.record(session, person, "wave", said)


def of_wave(stores: Stores, wave_id: str) -> dict[str, int] | None:
    """People by group id; None when no headcounts were loaded."""
    with stores.issuer() as session:
        rows = session.scalars(select(HeadcountRow).where(HeadcountRow.wave == wave_id))
        return {row.group_id: row.people for row in rows} or None
