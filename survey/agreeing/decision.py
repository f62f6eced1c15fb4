"""What a page shows of something that takes two people, and what its form does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.agreeing import agreements, deciding
from survey.agreeing.agreements import LASTS, MAY, NEEDED, Act, Agreement
from survey.agreeing.facts import Facts
from survey.database import Stores
from survey.errors import AgreementError
from survey.manage import log_file
from survey.manage.access import DUTIES
from survey.manage.people import Person

BUTTONS: Mapping[Act, str] = {
    "open": "Propose to open it",
    "close": "Propose to close it",
    "publish": "Propose to publish it",
    "discard": "Propose to discard it",
}
VERDICTS = {
    "proposed": "Waits for an answer",
    "agreed": "Agreed, and not done yet",
    "done": "Done",
    "declined": "Declined",
    "withdrawn": "Taken back",
    "lapsed": "Lapsed",
    "void": "Void: something changed",
}
AtOnce = Callable[[Session], None]


@dataclass(frozen=True)
class Past:
    """One line of what was proposed before."""

    act: str
    verdict: str
    words: str
    reason: str


@dataclass(frozen=True)
class Decision:
    """What can be decided of one thing, by one person, now.

    Attributes:
        subject: id of the wave, or hash of the Release.
        facts: what is looked at: of the standing proposal, else of the first act.
        offers: (act, words of the button, its facts) that the person may propose.
        standing: what is proposed or agreed now.
        who: who proposed it and when; and who agreed.
        until: the day on which it lapses.
        holds: whether the proposal is still of this state and in time.
        may_answer, may_withdraw, may_retry: what the person can do with it.
        why_not: why they cannot answer.
    """

    subject: str
    facts: Facts
    offers: tuple[tuple[Act, str, Facts], ...]
    standing: Agreement | None
    who: str
    until: str
    holds: bool
    may_answer: bool
    may_withdraw: bool
    may_retry: bool
    why_not: str
    past: tuple[Past, ...]


def decision(
    stores: Stores, person: Person, subject: str, acts: Mapping[Act, Facts], now: datetime
) -> Decision:
    """What somebody can decide.

    Args:
        stores: where the agreements are.
        person: who looks.
        subject: id of a wave, or hash of a Release.
        acts: what can be done with it in its state -> how things are.
        now: the moment.
    """
    found = agreements.of_subject(stores, subject)
    standing = next((one for one in found if one.stands), None)
    holds = standing is not None and _holds(standing, acts, now)
    first = next(iter(acts.values()))
    facts = acts.get(standing.act, first) if standing else first
    waits = standing is not None and standing.verdict == "proposed" and holds
    why_not = _why_not(standing, person) if standing is not None and waits else ""
    free = standing is None or (standing.verdict == "proposed" and not holds)
    return Decision(
        subject,
        facts,
        tuple((act, BUTTONS[act], one) for act, one in acts.items() if free)
        if all(person.role in MAY[act] for act in acts)
        else (),
        standing,
        _who(standing),
        "" if standing is None else _day(standing.proposed + int(LASTS.total_seconds())),
        holds,
        waits and not why_not,
        waits and standing is not None and standing.first == person.name,
        standing is not None and standing.verdict == "agreed" and holds,
        why_not,
        tuple(_past(one) for one in found if not one.stands),
    )


def _holds(standing: Agreement, acts: Mapping[Act, Facts], now: datetime) -> bool:
    if standing.is_late(now):
        return False
    if standing.verdict == "agreed":
        return True
    # It may be of what is past: a command did it meanwhile.
    return standing.act in acts and standing.state == acts[standing.act].state


def _why_not(standing: Agreement, person: Person) -> str:
    if standing.first == person.name:
        return "You proposed this; somebody else has to answer it."
    if NEEDED[standing.act] not in {person.role, standing.first_role}:
        return f"A {DUTIES[NEEDED[standing.act]].label.lower()} has to answer this."
    return ""


def _who(one: Agreement | None) -> str:
    if one is None:
        return ""
    first = f"{one.first} ({_label(one.first_role)}) proposed it on {_at(one.proposed)}"
    if one.second is None or one.answered is None:
        return f"{first}."
    verb = "declined" if one.verdict == "declined" else "agreed"
    second = f"{one.second} ({_label(one.second_role)}) {verb} on {_at(one.answered)}"
    return f"{first}; {second}."


def _past(one: Agreement) -> Past:
    return Past(agreements.IN_WORDS[one.act], VERDICTS[one.verdict], _who(one), one.reason)


def _label(role: str | None) -> str:
    return DUTIES[role].label if role in DUTIES else str(role)  # type: ignore[index]  # stored


def _at(seconds: int) -> str:
    at = log_file.minute(seconds)
    return f"{at.day} {at:%B %Y at %H:%M} UTC"


def _day(seconds: int) -> str:
    at = log_file.minute(seconds)
    return f"{at.day} {at:%B %Y}"


def answer(
    stores: Stores,
    person: Person,
    subject: str,
    acts: Mapping[Act, Facts],
    sent: Mapping[str, str],
    now: datetime,
    at_once: Mapping[Act, AtOnce] | None = None,
) -> Agreement:
    """Do what a form of such a page asks for.

    Args:
        stores: where the agreements are.
        person: who sent it.
        subject: id of a wave, or hash of a Release.
        acts: what can be done with it in its state -> how things are.
        sent: the form: `do`, and `act`, `state` and `marks`, or `id`, `state` and `reason`.
        now: the moment.
        at_once: act -> what comes true in the transaction of the second answer.

    Raises:
        AgreementError: when it cannot be done.
    """
    do = sent.get("do")
    act: Act = sent.get("act")  # type: ignore[assignment]  # looked up before it is used
    if do == "propose" and act in acts:
        shown, marks = sent.get("state", ""), sent.get("marks", "")
        return deciding.propose(stores, person, act, subject, shown, acts[act], now, marks)
    asked = agreements.find(stores, subject, sent.get("id", ""))
    if asked is None or do not in {"agree", "decline", "withdraw"}:
        raise AgreementError("This form did not come as our page sends it; open the page again.")
    if do == "decline":
        return deciding.decline(stores, person, asked, sent.get("reason", ""), now)
    if do == "withdraw":
        return deciding.withdraw(stores, person, asked)
    # What it was about may have moved on: then nothing can be agreed to any more.
    facts = acts.get(asked.act) or Facts((), missing=("It is past.",))
    with_it = (at_once or {}).get(asked.act)
    return deciding.agree(stores, person, asked, sent.get("state", ""), facts, now, with_it)
