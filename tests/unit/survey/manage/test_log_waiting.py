"""A page is sent when the disk has its line, and every line comes into the chain once.

Whatever is killed, and wherever; also when the power goes, and when two processes do it at once.
"""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import interrupting
import pytest
from sqlalchemy.exc import OperationalError

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.manage import audit_log, log_waiting
from survey.manage.log_together import Together
from survey.manage.log_waiting import UNREADABLE, Writer
from survey.manage.people import Person

NORTH = Person("north", "board", "response-north")
PAGES = ("/results/a", "/results/b", "/results/c")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("empty")
    database.migrate_one("results", f"sqlite:///{home / 'results.db'}")
    return home


def at(home: Path, other: Path) -> Stores:
    """The stores in a folder that holds what another one does."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(other, home)
    return Stores.open(Settings.at(home))


def waiting(stores: Stores) -> Path:
    found = log_waiting.beside(stores.settings.results_url)
    assert found
    return found


def show(stores: Stores, *pages: str) -> str:
    """What a request does before its page is sent."""
    for page in pages:
        Together().record_once(stores, NORTH, "view", page, "session")
    return "shown"


def logged(stores: Stores) -> list[str]:
    found = list(audit_log.entries(stores))
    assert audit_log.check(found, audit_log.head(stores)).problem is None
    return [entry.what for entry in found]


def expect_durable(steps: tuple[str, ...]) -> None:
    """Nothing is written that is not flushed before the page is told, its file's name first."""
    told, written = steps.index("tell"), steps.index("write")
    assert {"fsync", "fdatasync"} & set(steps[written:told]), "the line was not flushed"
    assert "fsync" in steps[steps.index("openat") : written], "the file's name was not flushed"


def test_the_disk_has_the_line_before_the_page_is_told(empty: Path, tmp_path: Path) -> None:
    stores = at(tmp_path / "home", empty)
    expect_durable(interrupting.run(lambda: show(stores, "/results/hr")).steps)
    assert logged(stores) == ["/results/hr"]


@pytest.mark.parametrize(
    ("flush", "said"),
    [("_flush", "the line was not flushed"), ("_flush_folder", "the file's name was not flushed")],
)
def test_a_line_that_nobody_flushes_is_noticed(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: str, said: str
) -> None:
    stores = at(tmp_path / "home", empty)
    monkeypatch.setattr(log_waiting, flush, lambda _: None)
    with pytest.raises(AssertionError, match=said):
        expect_durable(interrupting.run(lambda: show(stores, "/results/hr")).steps)


def kill_everywhere(home: Path, other: Path, work: Callable[[Stores], str]) -> Iterator[str | None]:
    """Kill the work before each step; what it said, until it comes to its end."""
    for step in count():
        stores = at(home, other)
        ended = interrupting.run(lambda stores=stores: work(stores), step)  # type: ignore[misc]
        yield ended.said
        if ended.finished:
            return


def expect_shown_is_logged(
    home: Path, empty: Path, show: Callable[[Stores], str]
) -> list[str | None]:
    ends = []
    for said in kill_everywhere(home, empty, show):
        ends.append(said)
        again = Stores.open(Settings.at(home))
        found = logged(again)
        assert found == [PAGES[0]] or (found == [] and said is None), "shown and not in the log"
    return ends


def test_killed_at_any_step_no_page_is_shown_without_its_line(empty: Path, tmp_path: Path) -> None:
    ends = expect_shown_is_logged(tmp_path / "home", empty, lambda it: show(it, PAGES[0]))
    assert ends[-1] == "shown"
    assert len(ends) > 5


def test_a_page_that_is_sent_before_its_line_is_on_the_disk_is_noticed(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[object] = []
    monkeypatch.setattr(Writer, "append", lambda *given: later.append(given))
    with pytest.raises(AssertionError, match="shown and not in the log"):
        expect_shown_is_logged(tmp_path / "home", empty, lambda it: show(it, PAGES[0]))


@pytest.fixture(scope="module")
def unsettled(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lines that wait, some put aside by a process that was killed then."""
    stores = at(tmp_path_factory.mktemp("unsettled") / "home", empty)
    show(stores, *PAGES[:2])
    with suppress(KeyboardInterrupt), log_waiting.put_aside(waiting(stores)):
        raise KeyboardInterrupt
    show(stores, PAGES[2])
    assert len(log_waiting.files(waiting(stores))) == 2
    return stores.settings.home


def settle(stores: Stores) -> str:
    audit_log.settle(Stores.open(stores.settings))
    return "settled"


def expect_settled_once(home: Path, unsettled: Path) -> int:
    steps = 0
    for said in kill_everywhere(home, unsettled, settle):
        again = Stores.open(Settings.at(home))
        assert logged(again) == [*PAGES], "lost or written twice"
        assert log_waiting.files(waiting(again)) == ()
        steps += said is None
    return steps


def test_settling_that_is_killed_at_any_step_loses_nothing_and_writes_nothing_twice(
    unsettled: Path, tmp_path: Path
) -> None:
    assert expect_settled_once(tmp_path / "home", unsettled) > 10


def gone_too_early(path: Path) -> object:
    @contextmanager
    def planted(_: Path) -> Iterator[None]:
        for one in log_waiting.files(path):
            one.unlink()
        yield

    return planted(path)


def test_lines_that_go_before_the_chain_has_them_are_noticed(
    unsettled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_waiting, "put_aside", gone_too_early)
    with pytest.raises(AssertionError, match="lost or written twice"):
        expect_settled_once(tmp_path / "home", unsettled)


def test_a_chain_that_takes_a_mark_twice_is_noticed(
    unsettled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = log_waiting._line
    monkeypatch.setattr(log_waiting, "_line", lambda *given: replace(read(*given), once=None))
    with pytest.raises(AssertionError, match="lost or written twice"):
        expect_settled_once(tmp_path / "home", unsettled)


def read_and_settle(home: str, who: str) -> None:
    stores = Stores.open(Settings.at(Path(home)))
    together = Together()
    for turn in range(20):
        for of in (who, "the same session"):
            together.record_once(stores, NORTH, "view", f"{turn}", of)
        if turn % 4 == 0:
            together.settle(stores)


@pytest.mark.slow
def test_two_processes_write_and_settle_one_log(empty: Path, tmp_path: Path) -> None:
    stores = at(tmp_path / "home", empty)
    spawn = multiprocessing.get_context("fork")
    home = str(stores.settings.home)
    both = [spawn.Process(target=read_and_settle, args=(home, who)) for who in ("a", "b")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0]
    assert sorted(logged(stores), key=int) == [f"{turn}" for turn in range(20) for _ in range(3)]


def test_what_is_half_written_or_changed_is_told_and_the_rest_is_whole(
    unsettled: Path, tmp_path: Path
) -> None:
    stores = at(tmp_path / "home", unsettled)
    aside, last = log_waiting.files(waiting(stores))
    aside.write_bytes(aside.read_bytes().replace(b"/results/a", b"/results/x"))
    last.write_bytes(last.read_bytes()[:-7])
    assert [line.what for line in log_waiting.seen(last)] == [UNREADABLE, PAGES[1]]
    show(stores, "/results/d")
    assert logged(stores) == [UNREADABLE, PAGES[1], UNREADABLE, "/results/d"]


@pytest.mark.parametrize(("looks", "found"), [(True, [PAGES[0]]), (False, [])])
def test_a_file_that_goes_while_it_is_written_to_is_noticed(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: bool, found: list[str]
) -> None:
    """Another process settles between a line's opening of the file and its writing."""
    stores, write = at(tmp_path / "home", empty), log_waiting._write

    def late(file: int, content: bytes) -> None:
        monkeypatch.setattr(log_waiting, "_write", write)
        audit_log.settle(Stores.open(stores.settings))
        write(file, content)

    monkeypatch.setattr(log_waiting, "_write", late)
    if not looks:
        monkeypatch.setattr(log_waiting._File, "is_at", lambda *_: True)
    assert show(stores, PAGES[0]) == "shown"
    assert logged(stores) == found


def test_what_is_recorded_in_between_comes_after_what_waited(
    unsettled: Path, tmp_path: Path
) -> None:
    stores = at(tmp_path / "home", unsettled)
    with stores.results() as session:
        audit_log.record(session, NORTH, "sign-out", "on every device")
    assert logged(stores) == [*PAGES, "on every device"]


@pytest.mark.parametrize("beside", [True, False])
def test_a_first_view_waits_for_nobody_who_writes(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    """Where each view is a transaction of its own, it waits as long as SQLite lets it."""
    patient = tuple(one.replace("30000", "50") for one in database.PRAGMAS)
    monkeypatch.setattr(database, "PRAGMAS", patient)
    stores, waits = at(tmp_path / "home", empty), pytest.raises(OperationalError)
    if not beside:
        monkeypatch.setattr(log_waiting, "beside", lambda _: None)
    with closing(sqlite3.connect(stores.settings.home / "results.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with nullcontext() if beside else waits:
            assert show(stores, "/results/hr") == "shown"
        other.rollback()
    assert logged(stores) == ["/results/hr"] * beside


def test_lines_wait_beside_no_database_on_a_server() -> None:
    assert log_waiting.beside("postgresql+psycopg://somebody@somewhere/results") is None
    assert log_waiting.beside("sqlite:////srv/results.db") == Path("/srv/results.db.waiting")


def test_lines_that_wait_are_for_the_service_alone(unsettled: Path) -> None:
    modes = {one.stat().st_mode & 0o777 for one in unsettled.glob("*.waiting*")}
    assert modes == {0o600}
