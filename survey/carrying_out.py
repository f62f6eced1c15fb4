"""Carries out what two people agreed on: opens waves, closes them, ends what was interrupted.

A command and never a request. It is told nothing but what stands in the store, and can be run as
often as one likes: by the server after the second person agreed, by a timer, by hand. On the day
that a wave's opening fixed it also counts, roughly, how many have used their code.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey import banding, clock
from survey.agreeing import about_waves, agreements, deciding, response
from survey.agreeing.agreements import Act, Agreement
from survey.config import ISSUE, RESULTS, Settings
from survey.database import Stores
from survey.errors import AgreementError, CandourError
from survey.manage import audit_log, closings, waves
from survey.manage.closings import Closing
from survey.manage.waves import Wave
from survey.results import adding, store
from survey.results.acts import starting

PAGE = "/results/manage/waves/{}/agreement"


def everything(stores: Stores, tell: Callable[[str], None]) -> None:
    """Do all that was agreed and is not done yet; a mistake in one keeps nothing else from it.

    Then count for the open waves whose day it is.

    Args:
        stores: where waves, Releases and agreements are.
        tell: hears a sentence on each.

    Raises:
        AgreementError: when another process does it just now.
    """
    with alone(stores.settings):
        for one in agreements.agreed(stores):
            try:
                tell(_one(stores, one, clock.today(), clock.now()))
            except Exception as error:
                deciding.tell_outcome(stores, one, _said(error))
                if not isinstance(error, CandourError):
                    raise
                tell(f"Could not {one.words}: {error}")
        for name, release in store.in_force(stores).items():
            adding.release_wave(stores, name, release.manifest.wave)
        for wave in waves.open_waves(stores):
            if response.count(stores, wave, clock.today()):
                tell(f"Of wave {wave.id} it is counted, roughly, how many have used their code.")


def _said(error: Exception) -> str:
    if isinstance(error, CandourError):
        return str(error)
    return f"It stopped with {type(error).__name__}; run `candour wave agreed` on the server."


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let one process at a time do what follows; a lock of one that was killed is gone with it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(settings.home / "agreed.lock", timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise AgreementError(
                "What was agreed is being done just now; wait for its end, and look at the page."
            ) from None
        yield


def _one(stores: Stores, one: Agreement, today: date, now: datetime) -> str:
    if one.act in {"publish", "discard"}:
        deciding.end(stores, one, "done")
        return f"Done: {one.words}."
    wave = waves.get(stores, one.subject)
    under_way = one.act == "close" and wave.state == "closing"
    if one.is_late(now) and not under_way:
        deciding.end(stores, one, "lapsed")
        return f"Lapsed, and not done: {one.words}."
    if ISSUE not in stores.settings.surfaces:
        return (
            f"To {one.words}: first on the issuer's host, then here, with `candour wave open "
            f"{wave.id}` or `candour wave close {wave.id} --issuer FILE.wave`."
        )
    if one.act == "open":
        return f"Wave {wave.id} is open. {open_wave(stores, wave.id, today)[1]}"
    close_wave(stores, wave.id, today)
    return f"Wave {wave.id} is closed."


def open_wave(stores: Stores, wave_id: str, today: date) -> tuple[Wave, str]:
    """Open a draft wave; returns it, and a sentence on what its page tells of headcounts.

    Run again after an interruption, it finishes.

    Raises:
        AgreementError: when two people have to agree and did not, or something changed since.
        WaveStateError: when it cannot be opened.
    """
    agreed = _expect_agreed(stores, "open", wave_id)
    if agreed is not None and waves.get(stores, wave_id).state == "open":
        _end(stores, agreed)
        return waves.get(stores, wave_id), "It was opened already."
    _expect_state(stores, agreed, waves.get(stores, wave_id))
    _log_alone(stores, agreed, "open", waves.get(stores, wave_id))
    told = banding.make(stores, wave_id)
    starting.keep(stores, wave_id)

    def expect_unchanged(session: Session) -> None:
        facts = about_waves.opening_now(session, stores.settings, wave_id)
        if agreed is not None and facts.state != agreed.state:
            raise AgreementError(_VOID)

    opened = waves.open_wave(stores, wave_id, today, expect_unchanged)
    _end(stores, agreed)
    return opened, told


_VOID = "Something changed since two people agreed, so nothing was done; they have to agree again."


def _expect_state(stores: Stores, agreed: Agreement | None, wave: Wave) -> None:
    if agreed is None:
        return
    look = about_waves.opening if agreed.act == "open" else about_waves.closing
    if look(stores, wave.id).state != agreed.state:
        deciding.end(stores, agreed, "void")
        raise AgreementError(_VOID)


def close_wave(stores: Stores, wave_id: str, today: date, *, follows: bool = False) -> Closing:
    """Close an open wave; returns what is told. Run again after an interruption, it finishes.

    Args:
        stores: where the wave is.
        wave_id: its id.
        today: the day.
        follows: whether the issuer's host closed already: this one only does the same.

    Raises:
        AgreementError: when two people have to agree and did not, or something changed since.
        WaveStateError: when it is not open.
    """
    from survey.close import closing as close_room

    wave = waves.get(stores, wave_id)
    if wave.state == "closing" or follows:
        agreed = _standing(stores, "close", wave_id)
    else:
        agreed = _expect_agreed(stores, "close", wave_id)
        before = closings.told(stores, wave_id)
        if agreed is not None and wave.closed is not None and before is not None:
            _end(stores, agreed)
            return before
        _expect_state(stores, agreed, wave)
    _log_alone(stores, agreed, "close", wave)
    told = close_room.close_wave(stores, wave_id, today)
    _end(stores, agreed)
    return told


def _standing(stores: Stores, act: Act, wave_id: str) -> Agreement | None:
    found = agreements.standing(stores, "wave", wave_id)
    return found if found and (found.act, found.verdict) == (act, "agreed") else None


def _expect_agreed(stores: Stores, act: Act, wave_id: str) -> Agreement | None:
    """What two people agreed on; None where commands need nobody.

    Raises:
        AgreementError: when they did not.
    """
    found = _standing(stores, act, wave_id)
    if found is None and stores.settings.two_people and RESULTS in stores.settings.surfaces:
        raise AgreementError(
            f"Two people have to agree to {act} wave {wave_id} first, at {PAGE.format(wave_id)}; "
            "then `candour wave agreed` does it, which the server starts by itself."
        )
    return found


def _log_alone(stores: Stores, agreed: Agreement | None, act: Act, wave: Wave) -> None:
    """Log what a command does without two people: before it does, so that none is missing."""
    if agreed is not None or wave.state not in {"draft", "open"}:
        return
    said = f"was told to {agreements.IN_WORDS[act]} {wave.id}, by a command and without two people"
    with stores.results() as session:
        audit_log.record(session, None, "wave", said)


def _end(stores: Stores, agreed: Agreement | None) -> None:
    if agreed is not None:
        deciding.end(stores, agreed, "done")
