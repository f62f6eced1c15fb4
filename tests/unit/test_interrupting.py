"""What is copied of a process that stands still is what it leaves when it is killed there."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import interrupting
import pytest


def in_a_database(journal: str) -> Callable[[Path], str]:
    """Writes to a database and to a file that gets its name when it is whole."""

    def work(folder: Path) -> str:
        with closing(sqlite3.connect(folder / "kept.db")) as database:
            database.execute(f"PRAGMA journal_mode = {journal}")
            database.execute("CREATE TABLE row (number INTEGER)")
            for number in range(3):
                with database:
                    database.execute("INSERT INTO row VALUES (?)", [number])
        (folder / "new").write_text("whole")
        (folder / "new").rename(folder / "named")
        (folder / "named").unlink()
        return "done"

    return work


def lying_in(folder: Path) -> dict[str, bytes]:
    """Files; of SQLite's journals, which it salts by chance, only how long they are."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    journals = {name: b"%d" % len(file) for name, file in files.items() if "-" in name}
    return files | journals


def rows(folder: Path) -> int | None:
    """How many rows whoever opens the database next finds; None without a table."""
    with closing(sqlite3.connect(folder / "kept.db")) as database:
        if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return None
        return int(database.execute("SELECT count(*) FROM row").fetchone()[0])


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_copy_before_a_step_is_what_a_kill_leaves_there(journal: str, tmp_path: Path) -> None:
    work, whole = in_a_database(journal), tmp_path / "whole"
    whole.mkdir()

    def look(step: int) -> None:
        shutil.copytree(whole, tmp_path / f"copied-{step}")

    steps = interrupting.run(lambda: work(whole), look_before=look).steps
    assert len(steps) > 15
    seen = []
    for step in range(len(steps)):
        killed, copied = tmp_path / f"killed-{step}", tmp_path / f"copied-{step}"
        killed.mkdir()
        assert not interrupting.run(lambda folder=killed: work(folder), kill_before=step).finished
        assert lying_in(killed) == lying_in(copied), step
        seen.append(rows(copied))
        assert rows(killed) == seen[-1]
    assert set(seen) == {None, 0, 1, 2, 3}


def on_a_full_disk(folder: Path, step: int) -> str:
    """What the work says of a disk that is full from a step on."""
    folder.mkdir()

    def work() -> str:
        try:
            return in_a_database("delete")(folder)
        except (OSError, sqlite3.OperationalError) as error:
            return str(error)

    return interrupting.run(work, full_from=step).said or ""


def test_a_full_disk_is_what_the_kernel_says_of_one(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    steps = interrupting.run(lambda: in_a_database("delete")(tmp_path / "whole")).steps
    said, seen = [], []
    for step in range(len(steps)):
        folder = tmp_path / str(step)
        said.append(on_a_full_disk(folder, step))
        seen.append(rows(folder))
    full = "No space left on device", "database or disk is full", "unable to open database file"
    assert all(one == "done" or any(part in one for part in full) for one in said)
    assert {part for part in full if any(part in one for one in said)} == set(full)
    # Nothing that was committed is lost, and of what was not, nothing is there.
    assert set(seen) == {None, 0, 1, 2, 3}
    assert seen == sorted(seen, key=lambda count: -1 if count is None else count)
