"""Closing a wave: no more answers, the box shuffled, its secrets destroyed, the counts told.

The secrets are the salt, without which no mark can be read, and the issuing key, without which
nobody can make a token any more.

Every step leaves a state from which the next run goes on, so an interrupted closing is finished by
running it again.
"""

from __future__ import annotations

from datetime import date

from survey.close import rewriting
from survey.close.erasing import erase
from survey.collect import box, envelope, issuer
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import closings, issuing_keys, waves
from survey.manage.closings import Closing


def close_wave(stores: Stores, wave_id: str, today: date) -> Closing:
    """Close a wave for good; returns what is told to everybody.

    Raises:
        WaveStateError: when it is not open.
    """
    _stop(stores, wave_id)
    ballot_box = box.path_of(stores.settings, wave_id)
    closed_box = rewriting.path_of(stores.settings, wave_id)
    if ballot_box.exists():
        box.shut(ballot_box)
        rewriting.rewrite(ballot_box, closed_box)
    told = _tell(stores, wave_id)
    erase(ballot_box)
    erase(issuer.salt_path(stores.settings, wave_id))
    erase(issuing_keys.path_of(stores.settings, wave_id))
    with stores.issuer() as session:
        row = waves.find(session, wave_id)
        row.state, row.closed = "closed", today
    return told


def _stop(stores: Stores, wave_id: str) -> None:
    """From here on the issuer spends no code; whoever spent one before has their answer kept."""
    with stores.issuer() as session:
        if waves.move(session, wave_id, "open", "closing"):
            return
        state = waves.find(session, wave_id).state
    if state != "closing":
        raise WaveStateError(f"Wave {wave_id} is {state}; only an open wave can be closed.")


def _tell(stores: Stores, wave_id: str) -> Closing:
    """Record the counts and the sorted lists, while the salt can still tell used codes."""
    told = closings.told(stores, wave_id)
    if told is not None:
        return told
    closed_box = rewriting.path_of(stores.settings, wave_id)
    receipts = sorted(
        envelope.receipt(row, wave_id) for row in rewriting.sealed_answers(closed_box)
    )
    # The live box goes only when this is told, so a closing that is run again still has the tokens.
    ballot_box = box.path_of(stores.settings, wave_id)
    tokens = box.tokens_in(ballot_box) if ballot_box.exists() else []
    salt = issuer.read_salt(stores.settings, wave_id)
    with stores.issuer() as session:
        redeemed = None if salt is None else issuer.count_used(session, salt, wave_id)
        cards = issuer.count_cards(session, wave_id)
    closing = Closing(cards, redeemed, len(receipts), tuple(receipts), tuple(tokens))
    closings.tell(stores, wave_id, closing)
    return closing
