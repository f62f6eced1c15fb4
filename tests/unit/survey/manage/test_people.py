"""Who may sign in: one role each, and a name waits after wrong passwords."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import people
from survey.manage.people import TRIES_OF_A_DEVICE, Person
from survey.manage.tables import PersonRow, WrongTriesRow
from survey.manage.wrong_tries import FIRST_WAIT, FORGOTTEN, FREE, LONGEST_WAIT, mark, wait_after

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NORTH = Person("north", "board", "response-north")


pytestmark = pytest.mark.both_databases


@pytest.fixture
def stores(tmp_path: Path, database_url: Callable[[str], str]) -> Stores:
    made = Stores.open(Settings.at(tmp_path, results_url=database_url("results")))
    database.migrate_one("results", made.settings.results_url)
    people.add(made, "North", "board", "response-north", PASSWORD, CHEAP)
    return made


def check(
    stores: Stores, name: str, password: str, now: datetime = NOW, device: str = ""
) -> Person | None:
    return people.check_password(stores, name, password, now, device, CHEAP)


def wrong(stores: Stores, times: int, name: str = "north", now: datetime = NOW) -> datetime:
    """Try a wrong password that often, each time as soon as it counts; when the next would."""
    for tried in range(1, times + 1):
        assert check(stores, name, "wrong", now) is None
        now += timedelta(seconds=wait_after(tried))
    return now


def test_right_password_signs_in_whatever_the_case_of_the_name(stores: Stores) -> None:
    assert check(stores, "north", PASSWORD) == NORTH
    assert check(stores, " NORTH ", PASSWORD) == NORTH


@pytest.mark.parametrize(("name", "password"), [("north", "wrong"), ("south", PASSWORD), ("", "")])
def test_wrong_name_or_password_signs_nobody_in(stores: Stores, name: str, password: str) -> None:
    assert check(stores, name, password) is None


def statements(stores: Stores, name: str) -> list[str]:
    """What a wrong try for `name` asks of the database."""
    found: list[str] = []
    with stores.results() as session:
        engine = session.get_bind()

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    check(stores, name, "wrong")
    event.remove(engine, "before_cursor_execute", note)
    return found


def test_unknown_name_costs_the_same_work(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    verified = []
    monkeypatch.setattr(people, "_verify", lambda *given: verified.append(given) and False)
    known = statements(stores, "north")
    assert known == statements(stores, "nobody")
    assert "INSERT INTO log_entry" in " ".join(known)
    assert len(verified) == 2


def test_a_name_waits_longer_after_each_wrong_password(stores: Stores) -> None:
    now = wrong(stores, FREE)
    assert now == NOW + FIRST_WAIT
    assert check(stores, "north", PASSWORD, now - timedelta(seconds=1)) is None
    assert wrong(stores, 1, now=now) == now  # counted as the sixth: the fifth's wait was over
    assert check(stores, "north", PASSWORD, now + FIRST_WAIT) is None
    assert check(stores, "north", PASSWORD, now + 2 * FIRST_WAIT) == NORTH
    assert [wait_after(tries) for tries in (1, FREE - 1, FREE, FREE + 2)] == [0, 0, 30, 120]
    assert wait_after(1_000) == LONGEST_WAIT.total_seconds()


def test_a_try_while_waiting_makes_nobody_wait_longer(stores: Stores) -> None:
    now = wrong(stores, FREE)
    for _ in range(20):
        check(stores, "north", "wrong", now - timedelta(seconds=1))
    assert check(stores, "north", PASSWORD, now) == NORTH


def test_nobody_keeps_a_colleague_out_of_a_browser_that_is_known(stores: Stores) -> None:
    device = check(stores, "north", PASSWORD).device  # type: ignore[union-attr]
    now = wrong(stores, 40)
    assert check(stores, "north", PASSWORD, now - timedelta(seconds=1)) is None
    assert check(stores, "north", PASSWORD, now - timedelta(seconds=1), device) == NORTH


def test_a_known_browser_is_known_no_more_after_many_wrong_passwords(stores: Stores) -> None:
    device = check(stores, "north", PASSWORD).device  # type: ignore[union-attr]
    now = wrong(stores, FREE)
    for _ in range(TRIES_OF_A_DEVICE - 1):
        assert check(stores, "north", "wrong", device=device) is None
    assert check(stores, "north", PASSWORD, device=device) == NORTH  # and it begins anew
    for _ in range(TRIES_OF_A_DEVICE):
        assert check(stores, "north", "wrong", device=device) is None
    wrong(stores, FREE, now=now)
    assert check(stores, "north", PASSWORD, device=device) is None
    assert check(stores, "south", PASSWORD, device="ü") is None


def test_whoever_runs_the_service_can_take_the_wait_away(stores: Stores) -> None:
    wrong(stores, FREE)
    people.unlock(stores, "North")
    assert check(stores, "north", PASSWORD) == NORTH
    with pytest.raises(SettingsError, match="Nobody called"):
        people.unlock(stores, "south")


def test_what_was_tried_is_forgotten_after_a_day(stores: Stores) -> None:
    later = wrong(stores, FREE - 1) + FORGOTTEN + timedelta(seconds=1)
    assert wrong(stores, 1, now=later) == later
    assert check(stores, "north", PASSWORD, later) == NORTH


def test_right_password_forgives_the_wrong_ones(stores: Stores) -> None:
    for _ in range(3):
        wrong(stores, FREE - 1)
        assert check(stores, "north", PASSWORD) == NORTH


def test_tries_are_kept_by_marks_that_need_the_key(stores: Stores) -> None:
    wrong(stores, 1, "nobody at all")
    with stores.results() as session:
        kept = [row.mark for row in session.scalars(select(WrongTriesRow))]
    assert kept == [mark(stores.settings.secret_key, "nobody at all")]
    assert mark("another key", "nobody at all") not in kept


def test_password_is_kept_as_an_argon2id_hash(stores: Stores) -> None:
    with stores.results() as session:
        kept = session.get_one(PersonRow, "north").password
    assert kept is not None
    assert kept.startswith("$argon2id$")
    files = [path for path in stores.settings.home.rglob("*") if path.is_file()]
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]


def test_people_are_listed_and_removed(stores: Stores) -> None:
    people.add(stores, "hr", "hr", None, PASSWORD, CHEAP)
    assert people.list_all(stores) == (Person("hr", "hr", None), NORTH)
    people.remove(stores, "north")
    assert people.list_all(stores) == (Person("hr", "hr", None),)
    assert people.get(stores, "north") is None
    assert check(stores, "north", PASSWORD) is None


def test_removing_nobody_is_one_sentence(stores: Stores) -> None:
    with pytest.raises(SettingsError, match="Nobody called"):
        people.remove(stores, "south")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("a b", "hr", None, PASSWORD), "sign-in name"),
        (("", "hr", None, PASSWORD), "sign-in name"),
        (("hr", "chief", None, PASSWORD), "no role"),
        (("hr", "hr", "response-north", PASSWORD), "HR reads all"),
        (("clerk", "administrator", "response-north", PASSWORD), "no other role"),
        (("3f2a0c1e-0000-4000-8000-0123456789ab", "hr", None, PASSWORD), "sign-in name"),
        (("south", "board", None, PASSWORD), "one command"),
        (("hr", "hr", None, "short"), "12 characters"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    stores: Stores, given: tuple[str, str, str | None, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        people.add(stores, *given, CHEAP)


def test_adding_again_replaces_role_and_password(stores: Stores) -> None:
    people.add(stores, "north", "hr", None, "another password", CHEAP)
    assert check(stores, "north", PASSWORD) is None
    assert check(stores, "north", "another password") == Person("north", "hr", None)


def test_another_role_or_password_ends_sessions_and_an_equal_one_does_not(stores: Stores) -> None:
    before = people.get(stores, "north")
    people.add(stores, "north", "board", "response-north", PASSWORD, CHEAP)
    after = people.get(stores, "north")
    assert before is not None
    assert after is not None
    assert before.epoch != after.epoch
    of_tenant = "3f2a0c1e-0000-4000-8000-0123456789ab"
    first = people.from_organisation(stores, of_tenant, "board", "response-north")
    same = people.from_organisation(stores, of_tenant, "board", "response-north")
    moved = people.from_organisation(stores, of_tenant, "hr", None)
    assert first.epoch == same.epoch != moved.epoch
    assert check(stores, of_tenant, "") is None


def test_the_table_itself_refuses_a_board_without_a_command(stores: Stores) -> None:
    with pytest.raises(IntegrityError), stores.results() as session:
        session.get_one(PersonRow, "north").command = None
