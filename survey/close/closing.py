"""Closing a wave: no more answers, the box shuffled, its secrets destroyed, the counts told.

The secrets are the salt, without which no mark can be read, and the issuing key, without which
nobody can make a token any more.

Where issuer and ballot box are two hosts, each closes its part of the wave: the issuer's counts
used codes and destroys the secrets; the box's shuffles the answers, and takes that number from the
file that the issuer's exports afterwards.

Every step leaves a state from which the next run goes on, so an interrupted closing is finished by
running it again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from survey.close import rewriting
from survey.collect import box, copies, envelope, issuer
from survey.config import BOX, ISSUE
from survey.database import Stores
from survey.errors import SaltError, WaveStateError
from survey.manage import closings, waves
from survey.manage.closings import Closing
from survey.manage.erasing import erase_all
from survey.manage.wave_file import WaveFile


def close_wave(stores: Stores, wave_id: str, today: date, *, uncounted: bool = False) -> Closing:
    """Close a wave for good; returns what is told to everybody.

    Args:
        stores: where the wave is.
        wave_id: its id.
        today: the day.
        uncounted: that its salt is lost, and nobody here can tell how many codes were used.

    Raises:
        WaveStateError: when it is not open, its ballot box is not there, or `uncounted` is said
            where it has no meaning.
        SaltError: when used codes cannot be counted, and it is not said.
    """
    ballot_box = box.path_of(stores.settings, wave_id)
    closed_box = rewriting.path_of(stores.settings, wave_id)
    _expect_box(stores, wave_id, ballot_box, closed_box)
    _expect_salt(stores, wave_id, uncounted)
    _stop(stores, wave_id)
    # A closed box that is there is whole: the live one is kept until then, and perhaps not longer.
    if ballot_box.exists() and not closed_box.exists():
        box.shut(ballot_box)
        rewriting.rewrite(ballot_box, closed_box)
    told = _tell(stores, wave_id, uncounted)
    box.erase_file(ballot_box)
    erase_all(stores.settings.salt_folder, wave_id)
    with stores.issuer() as session:
        row = waves.find(session, wave_id)
        # A clock that was set back must not have it end before it began: Releases go by that day.
        row.state, row.closed = "closed", max(today, row.opened or today)
    return told


def _expect_box(stores: Stores, wave_id: str, ballot_box: Path, closed_box: Path) -> None:
    """Refuse while nobody is told that no answer came: the file may be somewhere else.

    And refuse another wave's box: its answers would get receipts of this one, and go with it.
    """
    state = waves.get(stores, wave_id).state
    if state not in {"open", "closing"} or BOX not in stores.settings.surfaces:
        return
    if closed_box.exists():
        return
    if not ballot_box.exists():
        raise WaveStateError(
            f"The ballot box {ballot_box.name} is not in its folder; put the file back where it "
            f"was, and close wave {wave_id} then."
        )
    whose = box.wave_of(ballot_box)
    if whose != wave_id:
        raise WaveStateError(
            f"The ballot box {ballot_box.name} is that of wave {whose}; put each box back under "
            f"the name of its own wave, and close wave {wave_id} then."
        )


def _expect_salt(stores: Stores, wave_id: str, uncounted: bool) -> None:
    """Refuse while the count would be wrong, and to leave it out where it can be made."""
    if uncounted and ISSUE not in stores.settings.surfaces:
        raise WaveStateError("--uncounted is for the issuer's host, which counts; leave it out.")
    state = waves.get(stores, wave_id).state
    counts = state in {"open", "closing"} and closings.told(stores, wave_id) is None
    if not counts or ISSUE not in stores.settings.surfaces:
        return
    try:
        issuer.number_used(stores, wave_id)
    except SaltError:
        if not uncounted:
            raise
        return
    if uncounted:
        raise WaveStateError(
            f"The salt of wave {wave_id} is whole, so the codes that were used can be counted; "
            "leave out --uncounted."
        )


def _stop(stores: Stores, wave_id: str) -> None:
    """From here on the issuer spends no code; whoever spent one before has their answer kept."""
    with stores.issuer() as session:
        if waves.move(session, wave_id, "open", "closing"):
            return
        state = waves.find(session, wave_id).state
    if state != "closing":
        raise WaveStateError(f"Wave {wave_id} is {state}; only an open wave can be closed.")


def _tell(stores: Stores, wave_id: str, uncounted: bool) -> Closing:
    """Record the counts and the sorted lists, while the salt can still tell used codes."""
    told = closings.told(stores, wave_id)
    if told is not None:
        return told
    has_box = BOX in stores.settings.surfaces
    receipts = _receipts(stores, wave_id) if has_box else None
    # The live box goes only when this is told, so a closing that is run again still has the tokens.
    ballot_box = box.path_of(stores.settings, wave_id)
    kept = box.tokens_in(ballot_box) if has_box and ballot_box.exists() else []
    counts = ISSUE in stores.settings.surfaces and not uncounted
    redeemed = issuer.number_used(stores, wave_id) if counts else None
    with stores.issuer() as session:
        cards = waves.find(session, wave_id).cards
    received = None if receipts is None else len(receipts)
    closing = Closing(cards, redeemed, received, tuple(receipts or ()), tuple(kept))
    closings.tell(stores, wave_id, closing)
    return closing


def _receipts(stores: Stores, wave_id: str) -> list[str]:
    closed_box = rewriting.path_of(stores.settings, wave_id)
    return sorted(envelope.receipt(row, wave_id) for row in rewriting.sealed_answers(closed_box))


def take_count(stores: Stores, issuers: WaveFile) -> Closing:
    """Add to what is told of a closed wave how many codes were used, which its issuer counted.

    It is told once and never changed, because whoever kept what was told would see two numbers. A
    wrong one is found by the issuer's own, which this host cannot change.

    Args:
        stores: of the ballot box's host.
        issuers: the wave as the issuer's host exported it after closing.

    Raises:
        WaveStateError: when the file is of another wave, `expect_count` refuses it, this host has
            not closed the wave, or told another number before.
    """
    expect_count(stores, issuers)
    wave_id = issuers.wave.id
    told, counted = closings.told(stores, wave_id), issuers.closing
    if told is None or counted is None:
        raise WaveStateError(f"Wave {wave_id} has not closed on this host.")
    if told.redeemed not in {None, counted.redeemed}:
        raise WaveStateError(
            f"That {told.redeemed} codes of wave {wave_id} were used is told already, and this "
            f"file says {counted.redeemed}. What was told is never changed: compare with what the "
            "issuer tells itself, and if it differs say so publicly."
        )
    closing = replace(told, redeemed=counted.redeemed)
    closings.tell(stores, wave_id, closing)
    return closing


def expect_count(stores: Stores, issuers: WaveFile) -> None:
    """Refuse a file that cannot tell this host how many codes were used.

    Raises:
        WaveStateError: when this host counts itself, or the file is of another wave, was made
            before the issuer's host closed or tells a number that cannot be.
    """
    if ISSUE in stores.settings.surfaces:
        raise WaveStateError(
            "This host has the issuer and counts used codes itself; leave out --issuer."
        )
    copies.expect_same(stores, issuers)
    told = issuers.closing
    if told is None:
        raise WaveStateError(
            f"This file does not tell how many codes of wave {issuers.wave.id} were used; close "
            "the wave on the issuer's host first, and export it there again."
        )
    redeemed, cards = told.redeemed, issuers.wave.cards
    if redeemed is None:
        raise WaveStateError(
            f"The issuer's host could not count how many codes of wave {issuers.wave.id} were "
            "used; close it here without --issuer."
        )
    if not 0 <= redeemed <= cards:
        raise WaveStateError(
            f"This file says that {redeemed:,} of {cards:,} codes of wave {issuers.wave.id} were "
            "used, which cannot be; export it on the issuer's host again."
        )
