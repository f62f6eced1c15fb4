"""Waiting after wrong passwords: longer each time, and nobody can keep a colleague out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import checking, people
from survey.manage.checking import TRIES_OF_A_DEVICE
from survey.manage.people import Person
from survey.manage.tables import WrongTriesRow
from survey.manage.wrong_tries import FIRST_WAIT, FORGOTTEN, FREE, LONGEST_WAIT, mark, wait_after

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NORTH = Person("north", "board", "response-north")


def filled(home: Path, url: str) -> Stores:
    made = Stores.open(Settings.at(home, results_url=url))
    database.migrate_one("results", url)
    people.add(made, "north", "board", "response-north", PASSWORD, CHEAP)
    return made


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("people") / "home"
    filled(home, f"sqlite:///{home}/results.db")
    return home


@pytest.fixture
def stores(filled_once: Path, tmp_path: Path) -> Stores:
    shutil.copytree(filled_once, tmp_path / "home")
    return Stores.open(Settings.at(tmp_path / "home"))


def check(
    stores: Stores, name: str, password: str, now: datetime = NOW, device: str = ""
) -> Person | None:
    return checking.check_password(stores, name, password, now, device, CHEAP)


def wrong(stores: Stores, times: int, name: str = "north", now: datetime = NOW) -> datetime:
    """Try a wrong password that often, each time as soon as it counts; when the next would."""
    for tried in range(1, times + 1):
        assert check(stores, name, "wrong", now) is None
        now += timedelta(seconds=wait_after(tried))
    return now


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
    monkeypatch.setattr(checking, "_verify", lambda *given: verified.append(given) and False)
    known = statements(stores, "north")
    assert known == statements(stores, "nobody")
    assert "INSERT INTO log_entry" in " ".join(known)
    assert len(verified) == 2


@pytest.mark.both_databases
def test_a_name_waits_longer_after_each_wrong_password(
    tmp_path: Path, database_url: Callable[[str], str]
) -> None:
    stores = filled(tmp_path, database_url("results"))
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
