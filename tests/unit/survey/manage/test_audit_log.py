"""The log of readers: one chain, whoever writes it, and no change of it goes unseen."""

from __future__ import annotations

import csv
import io
import multiprocessing
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import interrupting
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event, text

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError, SettingsError
from survey.manage import audit_log, log_file
from survey.manage.audit_log import BEFORE_THE_FIRST, Entry, Head, check
from survey.manage.people import Person
from survey.verify.commands import verify

NOW = datetime(2026, 9, 1, 12, 30, 59, tzinfo=UTC)
NORTH = Person("north", "board", "response-north")
Url = Callable[[str], str]


def open_stores(home: Path, url: str) -> Stores:
    database.migrate_one("results", url)
    return Stores.open(Settings.at(home, results_url=url))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results database with nothing in it, for `stores` to copy."""
    home = tmp_path_factory.mktemp("empty")
    open_stores(home, f"sqlite:///{home / 'results.db'}")
    return home / "results.db"


@pytest.fixture
def stores(empty: Path, tmp_path: Path) -> Stores:
    shutil.copy(empty, tmp_path)
    return Stores.open(Settings.at(tmp_path))


def write(stores: Stores, *what: str) -> list[Entry]:
    for one in what:
        with stores.results() as session:
            audit_log.record(session, NORTH, "view", one, at=NOW)
    return list(audit_log.entries(stores))


@pytest.mark.both_databases
def test_entries_are_a_chain_that_ends_in_its_head(tmp_path: Path, database_url: Url) -> None:
    stores = open_stores(tmp_path, database_url("results"))
    assert audit_log.head(stores) == Head(0, BEFORE_THE_FIRST)
    first, second = write(stores, "/results/hr", "/results/hr/spring")
    assert first.hash == first.expected(BEFORE_THE_FIRST)
    assert second.hash == second.expected(first.hash)
    assert first.at == NOW.timestamp() - 59
    assert (first.number, first.who, first.role, first.kind) == (1, "north", "board", "view")
    assert audit_log.head(stores) == Head(2, second.hash)
    found = check(audit_log.entries(stores), audit_log.head(stores), first.hash)
    assert found.problem is None


@pytest.mark.both_databases
def test_what_is_recorded_once_is_one_entry_and_later_one_query(
    tmp_path: Path, database_url: Url
) -> None:
    stores = open_stores(tmp_path, database_url("results"))
    counts = []
    for session_name in ("one", "one", "two"):
        asked: list[str] = []
        with stores.results() as session:
            bind = session.get_bind()
            note = lambda *given, asked=asked: asked.append(given[2])  # noqa: E731
            event.listen(bind, "before_cursor_execute", note)
            audit_log.record_once(session, NORTH, "view", "/results/hr", session_name)
        event.remove(bind, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts == [5, 1, 5]  # a look; then the head is held, a look, the entry, the head moves
    assert len(list(audit_log.entries(stores))) == 2


def append(home: str, url: str, who: str) -> None:
    stores = Stores.open(Settings.at(Path(home), results_url=url))
    person = Person(who, "hr", None)
    for turn in range(10):
        with stores.results() as session:
            audit_log.record(session, person, "view", f"page {turn}")
            audit_log.record_once(session, NORTH, "view", f"page {turn}", "the same session")


@pytest.mark.slow
@pytest.mark.both_databases
def test_two_processes_write_one_chain(tmp_path: Path, database_url: Url) -> None:
    stores = open_stores(tmp_path, database_url("results"))
    url = stores.settings.results_url
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=append, args=(str(tmp_path), url, who)) for who in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    found = list(audit_log.entries(stores))
    assert len(found) == 30
    assert check(found, audit_log.head(stores)).problem is None


def test_a_transaction_that_fails_leaves_no_entry(stores: Stores) -> None:
    def failing() -> None:
        with stores.results() as session:
            audit_log.record(session, None, "setting", "never done")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert write(stores, "after it")[0].number == 1
    assert check(audit_log.entries(stores), audit_log.head(stores)).problem is None


@pytest.mark.slow
def test_killed_on_the_way_it_leaves_a_chain_that_holds(stores: Stores, tmp_path: Path) -> None:
    write(stores, "one")
    before = (tmp_path / "results.db").read_bytes()

    def work() -> None:
        write(Stores.open(stores.settings), "two")

    steps = len(interrupting.run(work).steps)
    assert len(list(audit_log.entries(stores))) == 2
    stayed = []
    for at in sorted({*range(1, steps, 4), steps - 1}):
        for left in tmp_path.glob("results.db*"):
            left.unlink()
        (tmp_path / "results.db").write_bytes(before)
        assert not interrupting.run(work, at).finished
        again = Stores.open(stores.settings)
        found = write(again, "three")
        stayed.append("two" in [entry.what for entry in found])
        between = ["two"] * stayed[-1]
        assert [entry.what for entry in found] == ["one", *between, "three"]
        assert check(found, audit_log.head(again)).problem is None
    # The journal's end is the commit; the last steps come after it, and nobody was told yet.
    assert stayed == sorted(stayed)
    assert stayed.count(True) <= 1 < len(stayed)


def tampered(stores: Stores, statement: str) -> str | None:
    with stores.results() as session:
        session.execute(text(statement))
    return check(audit_log.entries(stores), audit_log.head(stores)).problem


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE log_entry SET what = 'x' WHERE number = 2", "Entry 2 was changed"),
        ("UPDATE log_entry SET who = 'hr' WHERE number = 3", "Entry 3 was changed"),
        ("UPDATE log_entry SET at = at + 60 WHERE number = 1", "Entry 1 was changed"),
        ("UPDATE log_entry SET once = 'x' WHERE number = 1", "Entry 1 was changed"),
        ("DELETE FROM log_entry WHERE number = 2", "Entry 2 is missing"),
        ("DELETE FROM log_entry WHERE number = 1", "Entry 1 is missing"),
        ("DELETE FROM log_entry WHERE number > 2", "it had 4 entries and has 2"),
        ("DELETE FROM log_entry", "it had 4 entries and has 0"),
        ("UPDATE log_head SET number = 3", None),
    ],
)
def test_what_was_changed_or_taken_out_is_named(
    stores: Stores, statement: str, said: str | None
) -> None:
    write(stores, "one", "two", "three", "four")
    problem = tampered(stores, statement)
    assert problem is None if said is None else problem and said in problem


def rewritten(found: list[Entry], at: int, **changes: str) -> list[Entry]:
    """The chain with an entry changed and every later hash made anew, as an operator could."""
    head, made = BEFORE_THE_FIRST, []
    for entry in found:
        changed = replace(entry, **changes) if entry.number == at else entry  # type: ignore[arg-type]
        made.append(replace(changed, hash=changed.expected(head)))
        head = made[-1].hash
    return made


def without(found: list[Entry], number: int) -> list[Entry]:
    """The chain with an entry taken out, all others numbered and hashed anew."""
    kept = [entry for entry in found if entry.number != number]
    return rewritten([replace(entry, number=at) for at, entry in enumerate(kept, 1)], 0)


def test_a_chain_that_was_written_anew_is_caught_by_a_hash_that_was_noted(stores: Stores) -> None:
    found = write(stores, "one", "two", "three")
    noted = found[1].hash
    anew = rewritten(found, 2, who="somebody else")
    assert check(anew).problem is None
    assert "written anew" in str(check(anew, noted=noted).problem)
    assert "cut short" in str(check(found[:1], noted=noted).problem)
    assert check(found, noted=noted).problem is None
    assert check([], noted=BEFORE_THE_FIRST).problem is None


def run(monkeypatch: pytest.MonkeyPatch, stores: Stores, *line: str) -> Result:
    monkeypatch.setenv("CANDOUR_HOME", str(stores.settings.home))
    return CliRunner().invoke(verify, ["log", *line])


def test_the_command_checks_the_server_and_a_copy(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = write(stores, "/results/hr", "=1+1\r\n;ü", "three")
    copy = tmp_path / "copy.csv"
    copy.write_bytes(log_file.content(found))
    assert list(log_file.read(copy)) == found
    assert not [line for line in copy.read_text().splitlines() if ",=" in line]
    for where in ((), (str(copy),)):
        done = run(monkeypatch, stores, *where, "--head", found[1].hash.upper())
        assert done.exit_code == 0, done.output
        assert "The log is whole: 3 entries" in done.output
        assert found[-1].hash in done.output
        wrong = run(monkeypatch, stores, *where, "--head", "0" * 63 + "1")
        assert wrong.exit_code == 1
        assert "written anew" in wrong.output
    copy.write_bytes(log_file.content(without(found, 2)))
    whole = run(monkeypatch, stores, str(copy))
    assert "The log is whole: 2 entries" in whole.output
    assert "taken out or written anew, only --head shows" in whole.output
    assert run(monkeypatch, stores, str(copy), "--head", found[1].hash).exit_code == 1
    copy.write_bytes(log_file.content(found).replace(b"north", b"south", 1))
    broken = run(monkeypatch, stores, str(copy))
    assert broken.exit_code == 1
    assert "Entry 1 was changed" in broken.output
    assert "Up to entry 0 it fits" in broken.output


def test_copies_of_earlier_versions_are_read_and_words_are_of_no_hash(
    stores: Stores, tmp_path: Path
) -> None:
    found = write(stores, "/results/hr", "/results/log")
    rows = list(csv.reader(io.StringIO(log_file.content(found).decode())))
    assert [row[-1] for row in rows[1:]] == [
        "Opened a page: HR's results",
        "Opened a page: this log",
    ]
    for kept in ([row[:-1] for row in rows], [[*row[:-1], "x"] for row in rows[1:]]):
        text = io.StringIO()
        head = [] if len(kept) == 3 else [rows[0]]
        csv.writer(text, lineterminator="\n").writerows(head + kept)
        (tmp_path / "copy.csv").write_text(text.getvalue())
        assert list(log_file.read(tmp_path / "copy.csv")) == found


def test_what_is_no_copy_is_one_sentence(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = ",".join(log_file.COLUMNS)
    for content, said in (
        ("a,b\n", "no copy of the log"),
        (f"{header}\n1,2\n", "copy.csv:2: this row"),
        (f"{header}\n1,yesterday,,,,,,x\n", "copy.csv:2: this row"),
        (f"{header}\n1,2026-09-01T12:30Z,,,,,,x,y\n", "copy.csv:2: this row"),
        (f"{header},in_words\n1,2026-09-01T12:30Z,,,,,,x\n", "copy.csv:2: this row"),
        (f"{header},others\n", "no copy of the log"),
    ):
        (tmp_path / "copy.csv").write_text(content)
        done = run(monkeypatch, stores, str(tmp_path / "copy.csv"))
        assert isinstance(done.exception, DataError)
        assert said in str(done.exception)
    assert isinstance(run(monkeypatch, stores, str(tmp_path / "no.csv")).exception, DataError)
    assert isinstance(run(monkeypatch, stores, "--head", "x").exception, SettingsError)


def test_the_log_has_no_column_for_an_address_or_a_browser(stores: Stores) -> None:
    with closing(sqlite3.connect(stores.settings.home / "results.db")) as opened:
        columns = {row[1] for row in opened.execute("PRAGMA table_info(log_entry)")}
    assert columns == set(log_file.COLUMNS)
