"""Who may sign in: one role each, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy.exc import IntegrityError

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import checking, people
from survey.manage.people import Person
from survey.manage.tables import PersonRow

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


def check(stores: Stores, name: str, password: str) -> Person | None:
    return checking.check_password(stores, name, password, NOW, hasher=CHEAP)


def test_right_password_signs_in_whatever_the_case_of_the_name(stores: Stores) -> None:
    assert check(stores, "north", PASSWORD) == NORTH
    assert check(stores, " NORTH ", PASSWORD) == NORTH


@pytest.mark.parametrize(("name", "password"), [("north", "wrong"), ("south", PASSWORD), ("", "")])
def test_wrong_name_or_password_signs_nobody_in(stores: Stores, name: str, password: str) -> None:
    assert check(stores, name, password) is None


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
    people.add(stores, "north", "hr", None, "another quiet night", CHEAP)
    assert check(stores, "north", PASSWORD) is None
    assert check(stores, "north", "another quiet night") == Person("north", "hr", None)


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
