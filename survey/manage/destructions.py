"""The note that the answers of a wave are gone: what was destroyed, when, and why nothing is out.

It stays, signed where the officers' key was there to sign it, and its facts are public.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from survey.database import Stores
from survey.manage.tables import DestructionRow

NOTHING_PUBLISHED = "nothing was published of this wave"

DAYS_TO_DESTROY = 30
"""Days after its Release in which the answers of a wave are destroyed."""


def destroy_by(published: date) -> date:
    """The last day on which answers may still be there whose Release was published that day."""
    return published + timedelta(days=DAYS_TO_DESTROY)


@dataclass(frozen=True)
class Destruction:
    """What a note says.

    Attributes:
        wave: the wave's id.
        destroyed: the day.
        what: what was destroyed, in words.
        private_key: what became of the key that opened the answers, in words.
        reason: why the wave was destroyed without a Release; None when it has one, or had nothing
            to publish.
    """

    wave: str
    destroyed: date
    what: str
    private_key: str
    reason: str | None = None

    @property
    def note(self) -> str:
        """The text that is signed and kept."""
        content = {
            "wave": self.wave,
            "destroyed": self.destroyed.isoformat(),
            "what": self.what,
            "private key": self.private_key,
        }
        if self.reason is not None:
            content |= {"published": NOTHING_PUBLISHED, "reason": self.reason}
        return json.dumps(content, sort_keys=True)


def told(stores: Stores, wave_id: str) -> Destruction | None:
    """What the note of a wave says; None while there is none."""
    with stores.results() as session:
        row = session.get(DestructionRow, wave_id)
    if row is None:
        return None
    found = json.loads(row.note)
    day = date.fromisoformat(found["destroyed"])
    return Destruction(wave_id, day, found["what"], found["private key"], found.get("reason"))


def keep(stores: Stores, destruction: Destruction, signature: bytes | None) -> None:
    """Keep the note of a wave that has none yet."""
    row = DestructionRow(wave=destruction.wave, note=destruction.note, signature=signature)
    with stores.results() as session:
        session.add(row)
