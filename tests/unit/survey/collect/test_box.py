"""The ballot box: one row per token, nothing that tells when it came."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from survey.collect import box, tokens
from survey.errors import BoxError, WaveStateError

SIZE = 560


@pytest.fixture
def ballot_box(tmp_path: Path) -> Path:
    path = tmp_path / "boxes" / "autumn.box"
    box.create(path, "autumn", 60, SIZE)
    return path


def token() -> bytes:
    return secrets.token_bytes(tokens.TOKEN_BYTES)


def sealed() -> bytes:
    return secrets.token_bytes(SIZE)


def taken(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        (count,) = database.execute("SELECT sum(taken) FROM token").fetchone()
        return int(count)


def tables_with_rowid(path: Path) -> set[str]:
    """Tables that keep a hidden number for each row."""
    found = set()
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            try:
                database.execute(f'SELECT rowid FROM "{name}"')
            except sqlite3.OperationalError:
                continue
            found.add(name)
    return found


def test_a_quarter_more_slots_than_cards_are_made(ballot_box: Path) -> None:
    assert box.slots_for(60) == 75
    with closing(sqlite3.connect(ballot_box)) as database:
        assert database.execute("SELECT count(*) FROM slot").fetchone() == (75,)


def test_answer_that_was_put_is_kept(ballot_box: Path) -> None:
    answer = sealed()
    assert box.put(ballot_box, token(), answer) == answer
    assert answer in ballot_box.read_bytes()
    assert taken(ballot_box) == 1


def test_same_token_again_keeps_the_first_answer(ballot_box: Path) -> None:
    mine, first = token(), sealed()
    box.put(ballot_box, mine, first)
    assert box.put(ballot_box, mine, sealed()) == first
    assert taken(ballot_box) == 1


def test_one_token_from_many_threads_takes_one_slot(ballot_box: Path) -> None:
    mine = token()
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: box.put(ballot_box, mine, sealed()), range(16)))
    assert len(set(kept)) == 1
    assert taken(ballot_box) == 1


def test_box_takes_an_answer_for_every_card(ballot_box: Path) -> None:
    box.put_many(ballot_box, [(token(), sealed()) for _ in range(60)])
    assert taken(ballot_box) == 60


def test_full_box_says_so(ballot_box: Path) -> None:
    box.put_many(ballot_box, [(token(), sealed()) for _ in range(75)])
    with pytest.raises(WaveStateError, match="full"):
        box.put(ballot_box, token(), sealed())


def test_many_are_kept_all_or_none(ballot_box: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        box.put_many(ballot_box, [(token(), sealed()), (token(), b"short")])
    assert taken(ballot_box) == 0


def test_shut_box_takes_nothing(ballot_box: Path) -> None:
    box.shut(ballot_box)
    with pytest.raises(WaveStateError, match="closed"):
        box.put(ballot_box, token(), sealed())


def test_missing_box_is_one_sentence_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BoxError, match="ballot box"):
        box.put(tmp_path / "lost.box", token(), sealed())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [SIZE - 1, SIZE + 1, 0])
def test_the_file_itself_refuses_another_size(ballot_box: Path, size: int) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        box.put(ballot_box, token(), secrets.token_bytes(size))


def test_answer_too_long_for_a_row_is_refused_when_the_box_is_made(tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="shorten"):
        box.create(tmp_path / "w.box", "w", 60, box.LARGEST_ROW + 1)


def test_empty_box_is_replaced_by_one_of_another_size(ballot_box: Path) -> None:
    box.create(ballot_box, "autumn", 120, SIZE)
    with closing(sqlite3.connect(ballot_box)) as database:
        assert database.execute("SELECT count(*) FROM slot").fetchone() == (150,)


def answer_it(path: Path) -> None:
    box.put(path, token(), sealed())


def spoil(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


@pytest.mark.parametrize("change", [answer_it, box.shut, spoil])
def test_box_that_is_in_use_is_not_replaced(
    ballot_box: Path, change: Callable[[Path], None]
) -> None:
    change(ballot_box)
    before = ballot_box.read_bytes()
    with pytest.raises(WaveStateError, match="not replaced"):
        box.create(ballot_box, "autumn", 120, SIZE)
    assert ballot_box.read_bytes() == before
    assert [path.name for path in ballot_box.parent.iterdir()] == ["autumn.box"]


def test_longest_row_stays_on_its_page(tmp_path: Path) -> None:
    path = tmp_path / "w.box"
    box.create(path, "w", 60, box.LARGEST_ROW)
    answer = secrets.token_bytes(box.LARGEST_ROW)
    box.put(path, token(), answer)
    assert answer in path.read_bytes(), "an overflow page splits the row"


def test_no_table_has_hidden_row_numbers(ballot_box: Path) -> None:
    assert tables_with_rowid(ballot_box) == set()


def test_a_table_with_hidden_row_numbers_is_noticed(ballot_box: Path) -> None:
    with closing(sqlite3.connect(ballot_box)) as database:
        database.execute("CREATE TABLE planted (sealed BLOB)")
    assert tables_with_rowid(ballot_box) == {"planted"}


def test_file_has_large_pages_and_nothing_beside_it(ballot_box: Path) -> None:
    box.put(ballot_box, token(), sealed())
    with box.connect(ballot_box) as database:
        assert database.execute("PRAGMA page_size").fetchone() == (65_536,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert database.execute("PRAGMA synchronous").fetchone() == (3,)
        assert database.execute("PRAGMA temp_store").fetchone() == (2,)
    assert [path.name for path in ballot_box.parent.iterdir()] == ["autumn.box"]


def places(path: Path) -> list[int]:
    """Where in the file each slot's bytes begin."""
    content = path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT sealed FROM slot ORDER BY number").fetchall()
    return [content.find(row) for (row,) in rows]


def test_answers_overwrite_their_slot_in_place(ballot_box: Path) -> None:
    before, size = places(ballot_box), ballot_box.stat().st_size
    for _ in range(40):
        box.put(ballot_box, token(), sealed())
    assert places(ballot_box) == before
    assert ballot_box.stat().st_size == size


def test_rows_that_move_when_they_are_written_are_noticed(ballot_box: Path) -> None:
    before = places(ballot_box)
    with closing(sqlite3.connect(ballot_box)) as database, database:
        for number in (3, 50, 20):
            database.execute("DELETE FROM slot WHERE number = ?", (number,))
        for number in (3, 50, 20):
            database.execute("INSERT INTO slot VALUES (?, ?)", (number, sealed()))
    assert places(ballot_box) != before


def test_free_slots_read_as_noise_and_differ(ballot_box: Path) -> None:
    with closing(sqlite3.connect(ballot_box)) as database:
        rows = database.execute("SELECT sealed FROM slot").fetchall()
    assert len(set(rows)) == len(rows)
    assert all(len(set(row)) > 150 for (row,) in rows)


def test_box_is_for_its_owners_eyes_only(ballot_box: Path) -> None:
    assert ballot_box.stat().st_mode & 0o077 == 0


def test_no_box_is_made_beside_the_answers_of_a_closed_one(tmp_path: Path) -> None:
    closed = tmp_path / "w.closed"
    closed.write_bytes(b"answers")
    with pytest.raises(WaveStateError, match=r"w\.closed holds the answers"):
        box.create(tmp_path / "w.box", "w", 60, 560)
    assert closed.read_bytes() == b"answers"
    assert not (tmp_path / "w.box").exists()
