"""Views that come at the same moment are written in few transactions, each of them whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy.orm import Session

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.manage import audit_log
from survey.manage.log_together import Together
from survey.manage.people import Person

NORTH = Person("north", "board", "response-north")
MANY = 8


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    database.migrate_one("results", f"sqlite:///{tmp_path / 'results.db'}")
    return Stores.open(Settings.at(tmp_path))


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Those that append; the first of them waits until all others have listed theirs."""
    found: set[int] = set()
    record = audit_log.record

    def slow(session: Session, *args: object, **more: object) -> None:
        if not found:
            waited.wait(2)
        found.add(id(session.connection().get_transaction()))
        record(session, *args, **more)  # type: ignore[arg-type]

    waited = Event()
    monkeypatch.setattr(audit_log, "record", slow)
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


def test_views_at_the_same_moment_share_a_transaction(
    stores: Stores, transactions: set[int]
) -> None:
    pages = [f"/results/{number}" for number in range(MANY)]
    assert view(stores, Together(), [*pages, pages[0]]) == [None] * (MANY + 1)
    entries = list(audit_log.entries(stores))
    assert sorted(one.what for one in entries) == pages
    assert audit_log.check(entries, audit_log.head(stores)).problem is None
    assert len(transactions) < MANY


def test_a_view_that_cannot_be_written_is_told_to_all_who_wait(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    together, pages = Together(), [f"/results/{number}" for number in range(MANY)]
    with monkeypatch.context() as planted:
        planted.setattr(audit_log, "record", fails)
        assert all(isinstance(one, OSError) for one in view(stores, together, pages))
    assert list(audit_log.entries(stores)) == []
    assert view(stores, together, pages) == [None] * MANY
