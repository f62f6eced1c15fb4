"""Closing a wave: no more answers, the box shuffled, its secrets destroyed, the counts told.

The secrets are the salt, without which no mark can be read, and the issuing key, without which
nobody can make a token any more.

Every step leaves a state from which the next run goes on, so an interrupted closing is finished by
running it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from survey.close import rewriting
from survey.close.erasing import erase
from survey.collect import box, envelope, issuer
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import issuing_keys, waves
from survey.manage.tables import ClosingRow


@dataclass(frozen=True)
class Counts:
    """What is told when a wave closes: received <= redeemed <= cards, or something is wrong.

    `redeemed` is None when the salt was lost before: nothing else can tell which codes were used.
    """

    cards: int
    redeemed: int | None
    received: int


def close_wave(stores: Stores, wave_id: str, today: date) -> Counts:
    """Close a wave for good.

    Raises:
        WaveStateError: when it is not open.
    """
    _stop(stores, wave_id)
    ballot_box = box.path_of(stores.settings, wave_id)
    closed_box = rewriting.path_of(stores.settings, wave_id)
    if ballot_box.exists():
        box.shut(ballot_box)
        rewriting.rewrite(ballot_box, closed_box)
    counts = _tell(stores, wave_id)
    erase(ballot_box)
    erase(issuer.salt_path(stores.settings, wave_id))
    erase(issuing_keys.path_of(stores.settings, wave_id))
    with stores.issuer() as session:
        row = waves.find(session, wave_id)
        row.state, row.closed = "closed", today
    return counts


def _stop(stores: Stores, wave_id: str) -> None:
    """From here on the issuer spends no code; whoever spent one before has their answer kept."""
    with stores.issuer() as session:
        if waves.move(session, wave_id, "open", "closing"):
            return
        state = waves.find(session, wave_id).state
    if state != "closing":
        raise WaveStateError(f"Wave {wave_id} is {state}; only an open wave can be closed.")


def _tell(stores: Stores, wave_id: str) -> Counts:
    """Record the counts and the sorted receipts, while the salt can still tell used codes."""
    with stores.results() as session:
        told = session.get(ClosingRow, wave_id)
        if told is not None:
            return Counts(told.cards, told.redeemed, told.received)
    closed_box = rewriting.path_of(stores.settings, wave_id)
    receipts = sorted(
        envelope.receipt(row, wave_id) for row in rewriting.sealed_answers(closed_box)
    )
    salt = issuer.read_salt(stores.settings, wave_id)
    with stores.issuer() as session:
        redeemed = None if salt is None else issuer.count_used(session, salt, wave_id)
        counts = Counts(issuer.count_cards(session, wave_id), redeemed, len(receipts))
    with stores.results() as session:
        session.add(
            ClosingRow(
                wave=wave_id,
                cards=counts.cards,
                redeemed=counts.redeemed,
                received=counts.received,
                receipts="\n".join(receipts),
            )
        )
    return counts
