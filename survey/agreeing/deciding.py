"""Proposing and answering: one person proposes, another agrees or declines.

All that happens to a proposal is in the log of readers, in the transaction in which it happens.
What somebody gives as a reason stands beside the proposal and not in the log, from which nothing
can be taken out again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.agreeing.agreements import (
    DONE,
    IN_WORDS,
    MAY,
    NEEDED,
    Act,
    Agreement,
    Verdict,
    kind_of,
    live_name,
    of_row,
    standing,
)
from survey.agreeing.facts import Facts
from survey.database import Stores
from survey.errors import AgreementError
from survey.manage import audit_log
from survey.manage.access import DUTIES
from survey.manage.audit_log import Signed
from survey.manage.people import Person
from survey.manage.tables import AgreementRow, PersonRow

LONGEST_REASON = 300
"""Characters."""


def propose(
    stores: Stores,
    person: Person,
    act: Act,
    subject: str,
    shown: str,
    facts: Facts,
    now: datetime,
    marks: str = "",
) -> Agreement:
    """Propose to do something in exactly the state that the page showed.

    Args:
        stores: where the proposal is kept.
        person: who proposes.
        act: what to do.
        subject: id of a wave, or hash of a Release.
        shown: the state that the page showed them.
        facts: how things are now.
        now: the moment.
        marks: of the lines that the page showed, to say which changed.

    Raises:
        AgreementError: when the role may not, something stands in the way, anything changed since
            it was shown, or another proposal for the same wave or Release stands.
    """
    _expect_role(stores, person, act, subject)
    if facts.missing:
        raise AgreementError(facts.missing[0])
    if shown != facts.state:
        raise AgreementError(
            f"Something changed since your page was opened: {facts.changed(marks)}. Look at it as "
            "it is now, below, and propose it again; nothing else was done."
        )
    row = AgreementRow(
        id=secrets.token_hex(8),
        act=act,
        subject=subject,
        state=facts.state,
        told=json.dumps(facts.lines),
        first=person.name,
        first_role=person.role,
        proposed=_minute(now),
        verdict="proposed",
        live=live_name(act, subject),
    )
    before = standing(stores, kind_of(act), subject)
    if before is not None:
        _end_stale(stores, before, facts, now)
    try:
        with stores.results() as session:
            session.add(row)
            session.flush()
            _log(session, person, f"proposes to {of_row(row).words}, state {row.state[:12]}")
    except IntegrityError:
        raise AgreementError(
            f"Somebody proposed something for {subject[:12]} already; open the page again, and "
            "answer that or wait for its end."
        ) from None
    return of_row(row)


def _end_stale(stores: Stores, before: Agreement, facts: Facts, now: datetime) -> None:
    """End what stood in the way only because nobody looked: late, or of another state."""
    if before.is_late(now):
        end(stores, before, "lapsed")
    elif before.verdict == "proposed" and before.state != facts.state:
        end(stores, before, "void")


def agree(
    stores: Stores,
    person: Person,
    asked: Agreement,
    shown: str,
    facts: Facts,
    now: datetime,
    at_once: Callable[[Session], None] | None = None,
) -> Agreement:
    """Agree to what somebody else proposed.

    Args:
        stores: where the proposal is.
        person: who agrees.
        asked: the proposal.
        shown: the state that the page showed them.
        facts: how things are now.
        now: the moment.
        at_once: what comes true in the same transaction, with the end of the agreement; what
            needs a process of its own comes later, and so does that end (`end`).

    Raises:
        AgreementError: when it was their own proposal, the two may not do it together, it lapsed,
            anything changed since it was shown, or somebody answered first.
    """
    _expect_second(stores, person, asked)
    if asked.verdict == "proposed" and asked.is_late(now):
        end(stores, asked, "lapsed")
        raise AgreementError("This proposal lapsed after a week; propose it again.")
    if asked.verdict == "proposed" and len({asked.state, shown, facts.state}) != 1:
        if facts.state != asked.state:
            end(stores, asked, "void")
        raise AgreementError(
            "Something changed since this was proposed, so it is void: look at it again, and "
            "propose it again."
        )
    if asked.verdict == "proposed" and facts.missing:
        raise AgreementError(facts.missing[0])
    with stores.results() as session:
        _hold(session, asked)
        _expect_first(session, asked)
        _answer(session, asked, person, "agreed", now)
        _log(session, person, f"agrees to {asked.words}, as {asked.first} proposed")
        if at_once is not None:
            at_once(session)
            _set(session, asked, verdict="done", live=None)
            _log(session, None, _done(asked, person.name))
    return _read(stores, asked.id)


def decline(
    stores: Stores, person: Person, asked: Agreement, reason: str, now: datetime
) -> Agreement:
    """Say no to what somebody else proposed, with a reason.

    Raises:
        AgreementError: when it was their own, they may not, they give no reason, or somebody
            answered first.
    """
    _expect_second(stores, person, asked)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise AgreementError(f"Give a reason, of at most {LONGEST_REASON} characters.")
    with stores.results() as session:
        _hold(session, asked)
        _answer(session, asked, person, "declined", now, reason=reason)
        _log(session, person, f"declines to {asked.words}, as {asked.first} proposed")
    return _read(stores, asked.id)


def withdraw(stores: Stores, person: Person, asked: Agreement) -> Agreement:
    """Take back one's own proposal before anybody answered.

    Raises:
        AgreementError: when it is somebody else's, or was answered.
    """
    if person.name != asked.first:
        raise AgreementError("Only whoever proposed it can take it back; you can decline it.")
    with stores.results() as session:
        _hold(session, asked)
        _set(session, asked, verdict="withdrawn", live=None)
        _log(session, person, f"takes back the proposal to {asked.words}")
    return _read(stores, asked.id)


def end(stores: Stores, asked: Agreement, verdict: Literal["done", "lapsed", "void"]) -> Agreement:
    """End an agreement that was carried out or holds no longer; again, nothing changes."""
    said = {
        "done": _done(asked, asked.second),
        "lapsed": f"the proposal of {asked.first} to {asked.words} lapsed",
        "void": f"the proposal of {asked.first} to {asked.words} is void: something changed",
    }
    with stores.results() as session:
        ended = update(AgreementRow).where(
            AgreementRow.id == asked.id, AgreementRow.live.is_not(None)
        )
        outcome = "" if verdict == "done" else asked.outcome
        changed = session.execute(ended.values(verdict=verdict, live=None, outcome=outcome))
        if changed.rowcount:  # type: ignore[attr-defined]
            _log(session, None, said[verdict])
    return _read(stores, asked.id)


def _done(asked: Agreement, second: str | None) -> str:
    return f"{DONE[asked.act]} {asked.subject}, as {asked.first} and {second} agreed"


def expect_holding(stores: Stores, agreed: Agreement, now: datetime) -> None:
    """Refuse, and end, what two people agreed on when it is late or one of them may no longer.

    Raises:
        AgreementError: when it holds no longer.
    """
    if agreed.is_late(now):
        end(stores, agreed, "lapsed")
        raise AgreementError(
            f"What two people agreed on a week ago lapsed, so nothing was done: propose again to "
            f"{agreed.words}."
        )
    roles = {agreed.first: agreed.first_role, agreed.second: agreed.second_role}
    with stores.results() as session:
        query = select(PersonRow.name, PersonRow.role).where(PersonRow.name.in_(roles))
        there = {(name, role) for name, role in session.execute(query)}
    gone = sorted(str(name) for name, role in roles.items() if (name, role) not in there)
    if gone:
        end(stores, agreed, "void")
        raise AgreementError(
            f"{' and '.join(gone)} agreed to {agreed.words} and no longer may; nothing was "
            "done, and two people have to agree again."
        )


def tell_outcome(stores: Stores, asked: Agreement, outcome: str) -> None:
    """Keep why what was agreed could not be done, for the page."""
    with stores.results() as session:
        _set(session, asked, outcome=outcome)


def barred(stores: Stores, person: Signed | None, what: str) -> None:
    """Log that somebody tried what cannot be done."""
    with stores.results() as session:
        audit_log.record(session, person, "barred", what)


def _expect_role(stores: Stores, person: Person, act: Act, subject: str) -> None:
    if person.role not in MAY[act]:
        barred(stores, person, f"to {IN_WORDS[act]} {subject}, without the role for it")
        who = DUTIES[NEEDED[act]].label.lower()
        raise AgreementError(f"Your role cannot {IN_WORDS[act]}; ask a {who}.")


def _expect_second(stores: Stores, person: Person, asked: Agreement) -> None:
    _expect_role(stores, person, asked.act, asked.subject)
    if person.name == asked.first:
        barred(stores, person, f"to answer their own proposal to {asked.words}")
        raise AgreementError("You proposed this yourself; somebody else has to answer it.")
    if NEEDED[asked.act] not in {person.role, asked.first_role}:
        barred(stores, person, f"to {asked.words} with {asked.first}, and no wave manager")
        raise AgreementError("One of the two must be a wave manager; ask one to answer this.")


def _expect_first(session: Session, asked: Agreement) -> None:
    """Whoever proposed it must still be who they were."""
    first = session.get(PersonRow, asked.first)
    if first is None or first.role != asked.first_role:
        raise AgreementError(
            f"{asked.first} proposed this and no longer has the role for it; propose it again "
            "when it was declined."
        )


def _hold(session: Session, asked: Agreement) -> None:
    """Let one answer at a time, and none after the first; the write comes before any look."""
    held = update(AgreementRow).where(
        AgreementRow.id == asked.id, AgreementRow.verdict == "proposed"
    )
    if not session.execute(held.values(verdict="proposed")).rowcount:  # type: ignore[attr-defined]
        raise AgreementError("This was answered or taken back already; open the page again.")


def _answer(
    session: Session, asked: Agreement, person: Person, verdict: Verdict, now: datetime, **more: str
) -> None:
    who = {"second": person.name, "second_role": person.role, "answered": _minute(now)}
    live = live_name(asked.act, asked.subject) if verdict == "agreed" else None
    _set(session, asked, verdict=verdict, live=live, **who, **more)


def _set(session: Session, asked: Agreement, **values: object) -> None:
    session.execute(update(AgreementRow).where(AgreementRow.id == asked.id).values(**values))


def _log(session: Session, person: Person | None, what: str) -> None:
    audit_log.record(session, person, "agreement", what)


def _read(stores: Stores, agreement_id: str) -> Agreement:
    with stores.results() as session:
        return of_row(session.get_one(AgreementRow, agreement_id))


def _minute(now: datetime) -> int:
    moment = int(now.timestamp())
    return moment - moment % 60
