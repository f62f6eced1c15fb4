"""Views of the same moment wait for the disk once, and their lines come into the chain."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy.orm import Session

import survey.app
from survey import database, doors
from survey.config import Settings
from survey.database import Stores
from survey.manage import audit_log, log_together, log_waiting
from survey.manage.log_together import Settling, Together
from survey.manage.log_waiting import Line
from survey.manage.people import Person
from survey.results import warming

NORTH = Person("north", "board", "response-north")
MANY = 8


@pytest.fixture
def stores(tmp_path: Path, database_url: Callable[[str], str]) -> Stores:
    """SQLite, beside which lines wait, and PostgreSQL, where a transaction brings them at once."""
    url = database_url("results")
    database.migrate_one("results", url)
    return Stores.open(Settings.at(tmp_path, results_url=url))


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines each had; the first waits a while for the others to list theirs."""
    found: list[int] = []
    record_all = audit_log.record_all

    def slow(session: Session, lines: Sequence[Line]) -> None:
        if not found:
            Event().wait(0.5)
        found.append(len(lines))
        record_all(session, lines)

    monkeypatch.setattr(audit_log, "record_all", slow)
    return found


def view(stores: Stores, together: Together, pages: list[str]) -> list[Exception | None]:
    def one(page: str) -> Exception | None:
        try:
            together.record_once(stores, NORTH, "view", page, "session")
        except Exception as error:
            return error
        return None

    with ThreadPoolExecutor(len(pages)) as pool:
        return list(pool.map(one, pages))


@pytest.mark.both_databases
def test_views_at_the_same_moment_share_a_transaction_or_need_none(
    stores: Stores, transactions: list[int]
) -> None:
    pages = [f"/results/{number}" for number in range(MANY)]
    assert view(stores, Together(), [*pages, pages[0]]) == [None] * (MANY + 1)
    few = len(transactions)
    assert 0 < few < MANY if log_waiting.beside(stores.settings.results_url) is None else few == 0
    entries = list(audit_log.entries(stores))
    assert sorted(one.what for one in entries) == pages
    assert audit_log.check(entries, audit_log.head(stores)).problem is None


@pytest.mark.both_databases
def test_a_view_that_cannot_be_written_is_told_to_all_who_wait(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    together, pages = Together(), [f"/results/{number}" for number in range(MANY)]
    with monkeypatch.context() as planted:
        planted.setattr(log_waiting, "_write", fails)
        planted.setattr(audit_log, "insert", fails)
        assert all(isinstance(one, OSError) for one in view(stores, together, pages))
    assert list(audit_log.entries(stores)) == []
    assert view(stores, together, pages) == [None] * MANY
    assert len(list(audit_log.entries(stores))) == MANY


@pytest.mark.both_databases
def test_a_page_again_is_no_line_again_before_and_after_it_is_settled(stores: Stores) -> None:
    together = Together()
    for _ in range(2):
        for one in (together, together, Together()):  # the last is another process
            assert view(stores, one, ["/results/hr"]) == [None]
        path = log_waiting.beside(stores.settings.results_url)
        assert len(log_waiting.seen(path) if path else ()) <= 2
        together.settle(stores)
    assert len(list(audit_log.entries(stores))) == 1


def test_nobody_reads_on_while_lines_cannot_be_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database.migrate_one("results", f"sqlite:///{tmp_path / 'results.db'}")
    stores, together = Stores.open(Settings.at(tmp_path)), Together()
    assert view(stores, together, ["/results/hr"]) == [None]
    with monkeypatch.context() as planted:
        planted.setattr(audit_log, "insert", lambda _: 1 / 0)
        settling = Settling(together, stores)
        settling.thread.start()
        settling.end()
        assert caplog.messages == ["log: ZeroDivisionError"]
        (refused,) = view(stores, together, ["/results/hr/autumn"])
        assert isinstance(refused, ZeroDivisionError)
    assert view(stores, together, ["/results/hr/winter"]) == [None]
    assert [one.what for one in audit_log.entries(stores)] == ["/results/hr", "/results/hr/winter"]


def test_no_process_lets_more_wait_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.migrate_one("results", f"sqlite:///{tmp_path / 'results.db'}")
    monkeypatch.setattr(log_together, "MOST_WAITING", 2)
    stores, together, most = Stores.open(Settings.at(tmp_path)), Together(), 0
    path = log_waiting.beside(stores.settings.results_url)
    assert path
    for number in range(7):
        assert view(stores, together, [f"/results/{number}"]) == [None]
        most = max(most, len(log_waiting.seen(path)))
    assert most == 2
    assert len(list(audit_log.entries(stores))) == 7


def test_what_a_killed_process_left_is_settled_when_the_next_begins(tmp_path: Path) -> None:
    database.migrate_one("results", f"sqlite:///{tmp_path / 'results.db'}")
    stores = Stores.open(Settings.at(tmp_path))
    path = log_waiting.beside(stores.settings.results_url)
    assert path
    assert view(stores, Together(), ["/results/hr"]) == [None]
    assert log_waiting.files(path)
    app = Flask(__name__)
    app.extensions["candour"] = stores
    assert log_together.begin(app) is None, "nobody signs in there"
    log_together.install(app)
    settling = log_together.begin(app)
    assert settling
    settling.end()
    assert log_waiting.files(path) == ()
    assert [one.what for one in audit_log.entries(stores)] == ["/results/hr"]


def test_every_process_that_serves_begins_to_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    app, begun = object(), list[object]()
    monkeypatch.setattr(survey.app, "create_app", lambda: app)
    monkeypatch.setattr(doors, "close", lambda: None)
    monkeypatch.setattr(warming, "begin", lambda _: None)
    monkeypatch.setattr(log_together, "begin", begun.append)
    runpy.run_module("survey.wsgi")
    assert begun == [app]
