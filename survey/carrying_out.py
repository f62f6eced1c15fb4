"""Carries out what two people agreed on: opens waves, closes them, ends what was interrupted.

A command and never a request. It is told nothing but what stands in the store, and can be run as
often as one likes: by the server after the second person agreed, by a timer, by hand. On the day
that a wave's opening fixed it also counts, roughly, how many have used their code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey import banding, clock
from survey.agreeing import about_waves, agreements, deciding, response
from survey.agreeing.agreements import Act, Agreement
from survey.collect import ready
from survey.config import ISSUE, RESULTS
from survey.database import Stores
from survey.errors import AgreementError, CandourError, SaltError
from survey.manage import audit_log, closings, waves
from survey.manage.alone import PATIENCE_SECONDS, alone
from survey.manage.closings import Closing
from survey.manage.waves import Wave
from survey.results import adding, store
from survey.results.acts import starting

PAGE = "/results/manage/waves/{}/agreement"


def everything(stores: Stores, tell: Callable[[str], None]) -> None:
    """Do all that was agreed and is not done yet; a mistake in one keeps nothing else from it.

    What is agreed on meanwhile is done as well: the process that was started for it found this one
    at work, and ended. Then count for the open waves whose day it is.

    Args:
        stores: where waves, Releases and agreements are.
        tell: hears a sentence on each.

    Raises:
        AgreementError: when another process does it just now.
        Exception: the first mistake that is no `CandourError`, when all the rest is done.
    """
    tried, mistakes = set[str](), list[Exception]()
    while True:
        try:
            with alone(stores.settings):
                mistakes += _round(stores, tell, tried)
        except AgreementError:
            if not tried:
                raise
            break  # another one came in between, and looks for all that is new itself
        # Once more without the lock: who is started from here on finds it free.
        if all(one.id in tried for one in agreements.agreed(stores)):
            break
    if mistakes:
        raise mistakes[0]


def _round(stores: Stores, tell: Callable[[str], None], tried: set[str]) -> Iterator[Exception]:
    """Do what was not tried yet; yields the mistakes that nobody expected."""
    for one in agreements.agreed(stores):
        if one.id in tried:
            continue
        tried.add(one.id)
        try:
            _told(stores, one, tell)
        except Exception as error:  # raised when all the rest is done
            yield error
    for name, release in store.in_force(stores).items():
        adding.release_wave(stores, name, release.manifest.wave)
    for wave in waves.open_waves(stores):
        try:
            if response.count(stores, wave, clock.today()):
                tell(f"Of wave {wave.id} it is counted, roughly, how many have used their code.")
        except SaltError as error:
            tell(f"How many have used their code could not be counted. {error}")


def _told(stores: Stores, one: Agreement, tell: Callable[[str], None]) -> None:
    """Do one thing, and tell how it went: here, and on its page."""
    try:
        tell(_one(stores, one, clock.today(), clock.now()))
    except Exception as error:
        tell(f"Could not {one.words}: {_said(error)}")
        deciding.tell_outcome(stores, one, _said(error))
        if not isinstance(error, CandourError):
            raise


def _said(error: Exception) -> str:
    if isinstance(error, CandourError):
        return str(error)
    return f"It stopped with {type(error).__name__}; run `candour wave agreed` on the server."


@contextmanager
def by_hand(stores: Stores, tell: Callable[[str], None]) -> Iterator[None]:
    """Let a command that somebody typed do what follows when no other one is at work.

    Raises:
        AgreementError: when another one is at work, and stays so.
    """
    with looking_afterwards(stores, tell), alone(stores.settings, PATIENCE_SECONDS):
        yield


@contextmanager
def looking_afterwards(stores: Stores, tell: Callable[[str], None]) -> Iterator[None]:
    """Do afterwards what two people agree on while what follows holds the lock, by whichever end.

    The process that was started for it found this one at work, and ended.
    """
    before = {one.id for one in agreements.agreed(stores)}
    try:
        yield
    except Exception:
        with suppress(Exception):  # which was told; what ended the command is raised
            _look(stores, before, tell)
        raise
    try:
        _look(stores, before, tell)
    except Exception as error:  # what the command itself did is done, and to be told as done
        tell(_said(error))


def _look(stores: Stores, before: Collection[str], tell: Callable[[str], None]) -> None:
    if any(one.id not in before for one in agreements.agreed(stores)):
        with suppress(AgreementError):  # yet another one is at work, and looks for it itself
            everything(stores, tell)


def _one(stores: Stores, one: Agreement, today: date, now: datetime) -> str:
    wave = waves.get(stores, one.subject)
    if one.is_late(now) and not _begun(one.act, wave):
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
    wave = waves.get(stores, wave_id)
    agreed = _expect_agreed(stores, "open", wave)
    if agreed is not None and wave.state == "open":
        _end(stores, agreed)
        return wave, "It was opened already."
    _expect_state(stores, agreed, wave)
    if wave.state == "draft":
        ready.expect_whole(stores, wave)
    _log_alone(stores, agreed, "open", wave)
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
    facts = look(stores, wave.id)
    if facts.state != agreed.state:
        deciding.end(stores, agreed, "void")
        raise AgreementError(_VOID)
    if facts.missing:  # on this host, perhaps; the agreement stands
        raise AgreementError(facts.missing[0])


def close_wave(stores: Stores, wave_id: str, today: date, *, uncounted: bool = False) -> Closing:
    """Close an open wave; returns what is told. Run again after an interruption, it finishes.

    Args:
        stores: where the wave is.
        wave_id: its id.
        today: the day.
        uncounted: that its salt is lost, and nobody here can tell how many codes were used.

    Raises:
        AgreementError: when two people have to agree and did not, or something changed since.
        WaveStateError: when it is not open.
        SaltError: when used codes cannot be counted, and `uncounted` is not said.
    """
    from survey.close import closing as close_room

    wave = waves.get(stores, wave_id)
    if wave.state == "closing":
        agreed = _standing(stores, "close", wave)
    else:
        agreed = _expect_agreed(stores, "close", wave)
        before = closings.told(stores, wave_id)
        if agreed is not None and wave.closed is not None and before is not None:
            _end(stores, agreed)
            return before
        _expect_state(stores, agreed, wave)
    _log_alone(stores, agreed, "close", wave)
    if uncounted and wave.state in {"open", "closing"}:
        _log_uncounted(stores, wave)
    told = close_room.close_wave(stores, wave_id, today, uncounted=uncounted)
    _end(stores, agreed)
    return told


def _begun(act: Act, wave: Wave) -> bool:
    """Whether it was done, or begun and interrupted, while the agreement held."""
    return wave.state != ("draft" if act == "open" else "open")


def _standing(stores: Stores, act: Act, wave: Wave) -> Agreement | None:
    """What two people agreed on and may still be done; one that may not is ended.

    Raises:
        AgreementError: when it lapsed, or one of the two has no longer the role for it.
    """
    found = agreements.standing(stores, "wave", wave.id)
    if found is None or (found.act, found.verdict) != (act, "agreed"):
        return None
    if not _begun(act, wave):
        deciding.expect_holding(stores, found, clock.now())
    return found


def _expect_agreed(stores: Stores, act: Act, wave: Wave) -> Agreement | None:
    """What two people agreed on; None where commands need nobody.

    Raises:
        AgreementError: when they did not, or it holds no longer.
    """
    found = _standing(stores, act, wave)
    if found is None and stores.settings.two_people and RESULTS in stores.settings.surfaces:
        then = (
            "`candour wave agreed` does it, which the server starts by itself."
            if ISSUE in stores.settings.surfaces
            else "run this again."
        )
        raise AgreementError(
            f"Two people have to agree to {act} wave {wave.id} first, at {PAGE.format(wave.id)}; "
            f"then {then}"
        )
    return found


def _log_alone(stores: Stores, agreed: Agreement | None, act: Act, wave: Wave) -> None:
    """Log what a command does without two people: before it does, so that none is missing."""
    if agreed is not None or wave.state not in {"draft", "open"}:
        return
    said = f"was told to {agreements.IN_WORDS[act]} {wave.id}, by a command and without two people"
    with stores.results() as session:
        audit_log.record(session, None, "wave", said)


def _log_uncounted(stores: Stores, wave: Wave) -> None:
    """Log that a command was told to close without the count that shows added answers."""
    said = f"was told to close wave {wave.id} without counting how many codes were used"
    with stores.results() as session:
        audit_log.record(session, None, "wave", said)


def _end(stores: Stores, agreed: Agreement | None) -> None:
    if agreed is not None:
        deciding.end(stores, agreed, "done")
