"""One person proposes, another agrees: who may, for which state, how long, and all of it logged."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fixtures_results import CHEAP, PASSWORD
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from survey import database
from survey.agreeing import agreements, deciding
from survey.agreeing.agreements import LASTS, Agreement
from survey.agreeing.facts import Facts
from survey.config import Settings
from survey.database import Stores
from survey.errors import AgreementError
from survey.manage import audit_log, people
from survey.manage.people import Person
from survey.manage.tables import AgreementRow, PersonRow

NOW = datetime(2026, 9, 1, 9, 30, tzinfo=UTC)
FACTS = Facts((("Cards", "60"),))
OTHER = Facts((("Cards", "61"),))
ROLES = {
    "kim": "manager",
    "lee": "manager",
    "ola": "officer",
    "pat": "officer",
    "board-of-north": "board",
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    settings = Settings.at(tmp_path_factory.mktemp("agreeing"))
    database.migrate(settings)
    return filled(Stores.open(settings))


def filled(stores: Stores) -> Stores:
    for name, role in ROLES.items():
        people.add(stores, name, role, "north" if role == "board" else None, PASSWORD, CHEAP)
    return stores


def who(stores: Stores, name: str) -> Person:
    found = people.get(stores, name)
    assert found
    return found


@pytest.fixture
def propose(stores: Stores, request: pytest.FixtureRequest) -> Callable[..., Agreement]:
    """Proposes about a wave of the test's own."""

    def made(name: str, act: str = "open", facts: Facts = FACTS) -> Agreement:
        subject = f"of-{abs(hash(request.node.name))}"
        person, shown = who(stores, name), facts.state
        return deciding.propose(stores, person, act, subject, shown, facts, NOW)  # type: ignore[arg-type]

    return made


def agree(stores: Stores, name: str, asked: Agreement, **changes: object) -> Agreement:
    given = {"shown": asked.state, "facts": FACTS, "now": NOW, **changes}
    return deciding.agree(stores, who(stores, name), asked, **given)  # type: ignore[arg-type]


def last(stores: Stores) -> tuple[str, str, str]:
    newest = audit_log.page(stores, 1)[0]
    return newest.who, newest.kind, newest.what


def test_another_person_agrees_and_both_are_in_the_log(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    assert last(stores)[:2] == ("kim", "agreement")
    assert f"proposes to open wave {asked.subject}" in last(stores)[2]
    agreed = agree(stores, "lee", asked)
    assert (agreed.verdict, agreed.first, agreed.second) == ("agreed", "kim", "lee")
    assert last(stores)[::2] == ("lee", f"agrees to open wave {asked.subject}, as kim proposed")
    assert deciding.end(stores, agreed, "done").verdict == "done"
    assert last(stores)[2] == f"opened wave {asked.subject}, as kim and lee agreed"
    number = audit_log.head(stores).number
    deciding.end(stores, agreed, "done")
    assert audit_log.head(stores).number == number  # once
    assert audit_log.check(audit_log.entries(stores), audit_log.head(stores)).problem is None


def test_nobody_answers_their_own_proposal_and_trying_is_logged(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    for answer in (
        lambda: agree(stores, "kim", asked),
        lambda: deciding.decline(stores, who(stores, "kim"), asked, "no", NOW),
    ):
        with pytest.raises(AgreementError, match="somebody else has to answer"):
            answer()
        assert last(stores)[:2] == ("kim", "barred")
    assert agree(stores, "lee", asked).verdict == "agreed"


def test_the_table_itself_refuses_one_person_as_both(stores: Stores) -> None:
    row = {
        **{"id": "f" * 16, "act": "open", "subject": "x", "state": "s", "told": "[]"},
        **{"first": "kim", "first_role": "manager", "proposed": 0, "verdict": "agreed"},
        **{"live": "wave x", "second_role": "manager", "reason": "", "outcome": ""},
    }
    with pytest.raises(IntegrityError), stores.results() as session:
        session.execute(insert(AgreementRow).values(**row, second="kim"))
    with pytest.raises(IntegrityError), stores.results() as session:
        session.execute(insert(AgreementRow).values(**row, second=None))
    with stores.results() as session:  # the control: with somebody else it goes in
        session.execute(insert(AgreementRow).values(**row, second="lee"))


@pytest.mark.parametrize(
    ("act", "first", "second", "fits"),
    [
        ("open", "kim", "lee", True),
        ("open", "kim", "ola", True),
        ("close", "ola", "kim", True),
        ("open", "ola", "pat", False),
        ("publish", "ola", "pat", True),
        ("discard", "ola", "pat", True),
        ("publish", "ola", "kim", False),
        ("open", "kim", "board-of-north", False),
    ],
)
def test_which_two_roles_may(
    stores: Stores, propose: Callable[..., Agreement], act: str, first: str, second: str, fits: bool
) -> None:
    asked = propose(first, act)
    if fits:
        assert agree(stores, second, asked).verdict == "agreed"
        return
    with pytest.raises(AgreementError):
        agree(stores, second, asked)
    assert last(stores)[:2] == (second, "barred")


@pytest.mark.parametrize(("act", "name"), [("publish", "kim"), ("open", "board-of-north")])
def test_another_role_proposes_nothing(
    stores: Stores, propose: Callable[..., Agreement], act: str, name: str
) -> None:
    with pytest.raises(AgreementError, match="Your role cannot"):
        propose(name, act)


def test_any_change_in_between_makes_it_void(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    with pytest.raises(AgreementError, match="Something changed"):
        agree(stores, "lee", asked, facts=OTHER)
    assert "is void: something changed" in last(stores)[2]
    with pytest.raises(AgreementError, match="answered or taken back already"):
        agree(stores, "lee", asked)  # also when it changed back


def test_what_the_second_person_was_shown_counts(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    with pytest.raises(AgreementError, match="Something changed"):
        agree(stores, "lee", asked, shown=OTHER.state)
    assert agree(stores, "lee", asked).verdict == "agreed"


def test_what_misses_something_is_neither_proposed_nor_agreed(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    broken = replace(FACTS, missing=("It has no cards.",))
    with pytest.raises(AgreementError, match="It has no cards"):
        propose("kim", facts=broken)
    asked = propose("kim")
    with pytest.raises(AgreementError, match="It has no cards"):
        agree(stores, "lee", asked, facts=broken)
    assert agree(stores, "lee", asked).verdict == "agreed"  # it was in the way on one host


def test_it_lapses_after_a_week_and_can_be_proposed_again(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    assert not asked.is_late(NOW + LASTS - timedelta(minutes=1))
    with pytest.raises(AgreementError, match="lapsed"):
        agree(stores, "lee", asked, now=NOW + LASTS)
    assert last(stores)[2].endswith("lapsed")
    assert propose("lee").stands


def test_one_proposal_at_a_time_and_a_void_one_is_replaced(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    with pytest.raises(AgreementError, match="already"):
        propose("lee")
    propose("lee", facts=OTHER)
    found = {one.id: one.verdict for one in agreements.of_subject(stores, asked.subject)}
    assert found[asked.id] == "void"


def test_it_is_taken_back_by_whoever_proposed_it_alone(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    with pytest.raises(AgreementError, match="Only whoever proposed it"):
        deciding.withdraw(stores, who(stores, "lee"), asked)
    assert deciding.withdraw(stores, who(stores, "kim"), asked).verdict == "withdrawn"
    with pytest.raises(AgreementError, match="answered or taken back already"):
        agree(stores, "lee", asked)


def test_a_reason_stands_beside_the_proposal_and_never_in_the_log(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    asked = propose("kim")
    with pytest.raises(AgreementError, match="Give a reason"):
        deciding.decline(stores, who(stores, "lee"), asked, "  ", NOW)
    said = deciding.decline(stores, who(stores, "lee"), asked, "Sgt Jones is\naway", NOW)
    assert (said.verdict, said.reason) == ("declined", "Sgt Jones is away")
    assert not [one for one in audit_log.entries(stores) if "Jones" in one.what]


def test_whoever_proposed_it_must_still_have_the_role(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    people.add(stores, "max", "manager", None, PASSWORD, CHEAP)
    asked = propose("max")
    with stores.results() as session:
        session.execute(update(PersonRow).where(PersonRow.name == "max").values(role="officer"))
    with pytest.raises(AgreementError, match="no longer has the role"):
        agree(stores, "lee", asked)
    with stores.results() as session:
        session.execute(delete(PersonRow).where(PersonRow.name == "max"))
    with pytest.raises(AgreementError, match="no longer has the role"):
        agree(stores, "lee", asked)


def test_one_account_of_the_organisation_is_one_person(
    stores: Stores, propose: Callable[..., Agreement]
) -> None:
    oid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    people.from_organisation(stores, oid, "manager", None)
    asked = propose(oid)
    changed = people.from_organisation(stores, oid, "officer", None)  # another role, the same oid
    with pytest.raises(AgreementError, match="You proposed this yourself"):
        deciding.agree(stores, changed, asked, asked.state, FACTS, NOW)


@pytest.mark.both_databases
def test_of_two_who_answer_at_once_one_counts(
    database_url: Callable[[str], str], tmp_path: Path
) -> None:
    settings = Settings.at(tmp_path, results_url=database_url("results"))
    database.migrate_one("results", settings.results_url)
    stores = filled(Stores.open(settings))
    for turn in range(3):
        kim = who(stores, "kim")
        asked = deciding.propose(stores, kim, "open", f"w{turn}", FACTS.state, FACTS, NOW)
        done: list[str] = []
        start = threading.Barrier(2)

        def answer(name: str, asked: Agreement = asked, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                agree(stores, name, asked, at_once=lambda _: done.append(name))  # noqa: B023
            except AgreementError as error:
                assert "already" in str(error)  # noqa: PT017

        both = [threading.Thread(target=answer, args=(name,)) for name in ("lee", "ola")]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert len(done) == 1
        second = agreements.of_subject(stores, f"w{turn}")[0].second
        assert [second] == done


@pytest.mark.both_databases
def test_what_was_agreed_comes_back_as_it_was_written(
    database_url: Callable[[str], str], tmp_path: Path
) -> None:
    settings = Settings.at(tmp_path, results_url=database_url("results"))
    database.migrate_one("results", settings.results_url)
    stores = filled(Stores.open(settings))
    kim, lee = who(stores, "kim"), who(stores, "lee")
    asked = deciding.propose(stores, kim, "open", "w", FACTS.state, FACTS, NOW)
    with pytest.raises(AgreementError):
        deciding.propose(stores, lee, "open", "w", FACTS.state, FACTS, NOW)
    declined = deciding.decline(stores, lee, asked, "Not this week", NOW)
    later = NOW + timedelta(hours=1)
    second = deciding.propose(stores, kim, "open", "w", FACTS.state, FACTS, later)
    agreed = deciding.agree(stores, lee, second, second.state, FACTS, later)
    assert {*agreements.of_subject(stores, "w")} == {declined, agreed}
