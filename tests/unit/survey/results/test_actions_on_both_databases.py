"""Actions of boards, as each kind of database gives them back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fixtures_acts import TALKS, again
from fixtures_release import NORTH

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import ActionError
from survey.results.acts import record

pytestmark = pytest.mark.both_databases


@pytest.fixture
def stores(database_url: Callable[[str], str], tmp_path: Path) -> Stores:
    settings = Settings.at(tmp_path, results_url=database_url("results"))
    database.migrate_one("results", settings.results_url)
    return Stores.open(settings)


def test_versions_of_an_action_come_back_as_they_were_written(stores: Stores) -> None:
    second = again(TALKS, state="done", done="Held.", done_on=date(2026, 6, 1), published=True)
    record.keep(stores, TALKS)
    record.keep(stores, second)
    (course,) = record.courses(stores, NORTH)
    assert (course.versions, course.now) == ((TALKS, second), second)
    assert record.written(stores, NORTH) == ((TALKS.id, 1), (TALKS.id, 2))


def test_of_two_who_write_one_version_at_once_one_is_kept(stores: Stores) -> None:
    record.keep(stores, TALKS)
    kept: list[str] = []
    start = threading.Barrier(2)

    def write(words: str) -> None:
        start.wait()
        try:
            record.keep(stores, again(TALKS, words=words))
        except ActionError:
            return
        kept.append(words)

    both = [threading.Thread(target=write, args=(words,)) for words in ("one", "other")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    (course,) = record.courses(stores, NORTH)
    assert [course.now.words] == kept
