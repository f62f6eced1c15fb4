"""Opening comments: by question, shuffled, away from all answers, once, for the coders."""

from __future__ import annotations

import os
import random  # noqa: TID251  # stands in for the system's generator, to be told apart
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fixtures_coding import table
from fixtures_comments import CLOSED, EXPECTED, SENT, closed_box, export, read, write_all
from fixtures_tokens import seal, seal_comments, take_ticket
from fixtures_wave import LiveWave

from survey.close import coding, destroying, keys, rewriting, unsealing
from survey.close import comments as opening
from survey.close.closing import close_wave
from survey.collect import box, envelope, submit
from survey.errors import SettingsError, WaveStateError
from survey.manage import secret_files, waves


def test_export_writes_what_was_written_and_leaves_out_the_empty(
    closed: LiveWave, tmp_path: Path
) -> None:
    out = tmp_path / "coding"
    done = export(closed, out)
    assert done.exit_code == 0, done.output
    assert "why: 30 comments from 50 answers\nchange: 10 comments from 50 answers" in done.output
    header, *rows = read(out)
    assert header == ["question", "comment"]
    assert sorted(rows) == EXPECTED
    assert [name for name, _ in rows] == ["why"] * 30 + ["change"] * 10
    for name in ("coder-1.csv", "coder-2.csv", "themes.csv"):
        assert (out / name).stat().st_mode & 0o777 == 0o600
    assert out.stat().st_mode & 0o777 == 0o700
    assert sorted(read(out, "coder-2.csv")[1:]) == EXPECTED


def test_coders_get_other_orders_and_the_same_numbers(closed: LiveWave, tmp_path: Path) -> None:
    export(closed, tmp_path / "coding")
    first, second = (table(tmp_path / "coding" / f"coder-{n}.csv")[1:] for n in (1, 2))
    assert first != second
    assert sorted(first) == sorted(second)
    numbers = [row[0] for row in first]
    assert len(set(numbers)) == len(numbers)
    assert all(set(number) <= set(f"{opening.LETTERS}-") for number in numbers)
    assert {row[3] for row in first} == {""}
    kept = [text for name, text in EXPECTED if name == "why"]
    for rows in (first, second):
        told = [text for _, name, text, _ in rows if name == "why"]
        assert told not in (kept, kept[::-1], sorted(kept, key=lambda text: int(text[4:])))


def test_the_same_export_again_is_the_same_and_another_key_numbers_otherwise(
    closed: LiveWave, tmp_path: Path
) -> None:
    assert export(closed, tmp_path / "coding").exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "coding").iterdir()}
    assert export(closed, tmp_path / "coding").exit_code == 0
    assert export(closed, tmp_path / "again").exit_code == 0
    for folder in ("coding", "again"):
        assert {p.name: p.read_bytes() for p in (tmp_path / folder).iterdir()} == before
    row = rewriting.comments(closed_box(closed))["why"][0]
    assert opening.number_of(row, closed.keys) != opening.number_of(row, keys.new())


def test_the_book_says_what_each_code_means(closed: LiveWave, tmp_path: Path) -> None:
    export(closed, tmp_path / "coding")
    header, *rows = table(tmp_path / "coding" / "themes.csv")
    assert header == ["question", "asked", "theme", "meaning"]
    assert rows[0] == ["why", "Why do you say so?", "pay", "Pay and promotion"]
    assert [row[2] for row in rows] == [
        *("pay", "treatment", "other", "nothing"),
        *("time", "kit", "other", "nothing"),
    ]


def test_what_tells_of_the_writer_is_marked(commented_wave: LiveWave, tmp_path: Path) -> None:
    live = commented_wave
    said = {live.codes[0]: {"why": "Sgt Jones, AB12 CDE"}}
    submit.submit_many(live.stores, live.wave, [(live.codes[0], {})], said)
    close_wave(live.stores, "autumn", CLOSED)
    export(live, tmp_path / "coding")
    assert read(tmp_path / "coding")[1] == ["why", "[name: Sgt Jones], [vehicle: AB12 CDE]"]


def test_export_never_overwrites(closed: LiveWave, tmp_path: Path) -> None:
    out = tmp_path / "coding"
    out.mkdir()
    (out / "coder-2.csv").write_text("coded already")
    done = export(closed, out)
    assert isinstance(done.exception, SettingsError)
    assert "never overwritten" in str(done.exception)
    assert (out / "coder-2.csv").read_text() == "coded already"


def test_export_that_was_killed_leaves_no_half_file_and_is_done_by_the_next(
    closed: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "coding"
    with monkeypatch.context() as planted:
        planted.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            coding.keep(out / "coder-1.csv", "question,comment\n")
    assert not [path.name for path in out.iterdir()]
    secret_files.draft_of(out / "coder-1.csv").write_text("question,com")
    done = export(closed, out)
    assert done.exit_code == 0, done.output
    assert sorted(read(out)[1:]) == EXPECTED
    assert not secret_files.draft_of(out / "coder-1.csv").exists()


def test_closing_keeps_one_comment_of_each_question_for_each_answer(closed: LiveWave) -> None:
    kept = rewriting.comments(closed_box(closed))
    assert {name: len(rows) for name, rows in kept.items()} == {"why": SENT, "change": SENT}
    assert len(set(kept["why"] + kept["change"])) == 2 * SENT


def test_closed_box_of_a_wave_without_comments_has_none(live_wave: LiveWave) -> None:
    submit.submit(live_wave.stores, live_wave.wave, live_wave.codes[0], {}, "a" * 64)
    close_wave(live_wave.stores, "autumn", CLOSED)
    assert rewriting.comments(closed_box(live_wave)) == {}


def test_wave_that_asks_for_none_says_so(live_wave: LiveWave, tmp_path: Path) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    assert "asks for no comments" in str(export(live_wave, tmp_path / "coding").exception)


def test_wave_that_nobody_answered_gives_an_empty_file(
    commented_wave: LiveWave, tmp_path: Path
) -> None:
    close_wave(commented_wave.stores, "autumn", CLOSED)
    done = export(commented_wave, tmp_path / "coding")
    assert "why: 0 comments from 0 answers" in done.output
    assert read(tmp_path / "coding") == [["question", "comment"]]


def test_open_wave_is_refused(commented_wave: LiveWave, tmp_path: Path) -> None:
    done = export(commented_wave, tmp_path / "coding")
    assert "is open; comments are opened from a closed or released wave" in str(done.exception)
    assert not (tmp_path / "coding").exists()


def test_another_waves_key_opens_nothing(closed: LiveWave, tmp_path: Path) -> None:
    keys.keep(tmp_path / "other.key", keys.as_json(keys.new()))
    done = export(closed, tmp_path / "coding", key=tmp_path / "other.key")
    assert isinstance(done.exception, SettingsError)
    assert not (tmp_path / "coding").exists()


def test_released_wave_still_gives_its_comments_and_a_destroyed_one_none(
    closed: LiveWave, tmp_path: Path
) -> None:
    unsealing.unseal(closed.stores, "autumn", closed.keys, tmp_path / "releases")
    assert export(closed, tmp_path / "first").exit_code == 0
    kept = rewriting.comments(closed_box(closed))
    other_name = tmp_path / "the same bytes on disk"
    other_name.hardlink_to(closed_box(closed))
    key = tmp_path / "release.key"
    destroying.destroy(closed.stores, "autumn", key, CLOSED)
    content = other_name.read_bytes()
    assert not any(row in content for rows in kept.values() for row in rows)
    keys.keep(key, keys.as_json(closed.keys))
    assert "is destroyed" in str(export(closed, tmp_path / "second").exception)
    with closing(sqlite3.connect(closed.settings.home / "results.db")) as database:
        (note,) = database.execute("SELECT note FROM destruction").fetchone()
    assert "sealed answers, sealed comments, hashes of codes, private key" in note


def drop_one(live: LiveWave) -> None:
    with closing(sqlite3.connect(closed_box(live))) as database, database:
        database.execute("DELETE FROM comment WHERE question = 'why' AND number = 7")


def drop_a_question(live: LiveWave) -> None:
    with closing(sqlite3.connect(closed_box(live))) as database, database:
        database.execute("DELETE FROM comment WHERE question = 'change'")


def add_one(live: LiveWave) -> None:
    row = secrets.token_bytes(envelope.SEALED_COMMENT_BYTES)
    with closing(sqlite3.connect(closed_box(live))) as database, database:
        database.execute("INSERT INTO comment VALUES ('why', 99, ?)", (row,))


@pytest.mark.parametrize("damage", [drop_one, drop_a_question, add_one])
def test_comments_that_are_not_as_many_as_answers_are_damaged(
    closed: LiveWave, tmp_path: Path, damage: Callable[[LiveWave], None]
) -> None:
    damage(closed)
    sentence = "for each of its 50 answers: the file is damaged"
    assert sentence in str(export(closed, tmp_path / "coding").exception)
    with pytest.raises(WaveStateError, match=sentence):
        unsealing.unseal(closed.stores, "autumn", closed.keys, tmp_path / "releases")
    assert waves.get(closed.stores, "autumn").state == "closed"


def test_unsealing_publishes_nothing_of_comments(closed: LiveWave, tmp_path: Path) -> None:
    unsealing.unseal(closed.stores, "autumn", closed.keys, tmp_path / "releases")
    for path in (tmp_path / "releases").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for of_comments in (b"Why ", b"Change 0", b"Change 3", b"would you change"):
                assert of_comments not in content, path


def test_spoilt_comments_are_left_out_and_told(commented_wave: LiveWave, tmp_path: Path) -> None:
    live = commented_wave
    noise = bytes([envelope.P256]) + secrets.token_bytes(envelope.SEALED_COMMENT_BYTES - 1)
    good = seal_comments(live, why="In why.", change="In change.")
    half = envelope.SEALED_COMMENT_BYTES
    for number, sent in enumerate((good, noise + good[half:], good[half:] + good[:half])):
        ticket, sealed = take_ticket(live, number), seal(live)
        proof = ticket.proof(sealed + sent)
        submit.accept(live.stores, live.wave, ticket.token, sealed, proof, sent)
    not_text = envelope.seal(b"\xff" * envelope.COMMENT_BYTES, live.wave, envelope.P256, "why")
    ticket, sealed = take_ticket(live, 3), seal(live)
    proof = ticket.proof(sealed + not_text + good[half:])
    submit.accept(live.stores, live.wave, ticket.token, sealed, proof, not_text + good[half:])
    close_wave(live.stores, "autumn", CLOSED)
    done = export(live, tmp_path / "coding")
    assert "why: 1 comments from 4 answers; 3 were spoilt and left out" in done.output
    assert "change: 3 comments from 4 answers; 1 were spoilt and left out" in done.output


FORMULAS = [
    "=1+1",
    "+44 is our code",
    "-- a dash",
    "@home",
    "'=1+1",
    "＝1+1",
    "plain, with a comma",
    'a "quote"\nand a line',
    "ŵ “curly” 😀",
]


def test_no_cell_starts_as_a_formula_and_every_text_is_read_back(
    commented_wave: LiveWave, tmp_path: Path
) -> None:
    live = commented_wave
    said = {code: {"why": text} for code, text in zip(live.codes, FORMULAS, strict=False)}
    submit.submit_many(live.stores, live.wave, [(code, {}) for code in said], said)
    close_wave(live.stores, "autumn", CLOSED)
    export(live, tmp_path / "coding")
    cells = [text for _, text in read(tmp_path / "coding")[1:]]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r＝＋－＠"]
    assert sorted(cells) == sorted(f"'{t}" if t[0] in "=+-@'＝" else t for t in FORMULAS)


def test_what_makes_a_terminal_do_things_is_taken_out(
    commented_wave: LiveWave, tmp_path: Path
) -> None:
    live = commented_wave
    said = {live.codes[0]: {"why": "red \x1b[31m\x00\x9b\ttab\nline"}}
    submit.submit_many(live.stores, live.wave, [(live.codes[0], {})], said)
    close_wave(live.stores, "autumn", CLOSED)
    export(live, tmp_path / "coding")
    assert read(tmp_path / "coding")[1] == ["why", "red \ufffd[31m\ufffd\ufffd\ttab\nline"]


class Sorting:
    """A generator that puts in order what it should shuffle."""

    def shuffle(self, rows: list) -> None:
        rows.sort()


def test_each_question_is_shuffled_once_more(
    closed: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shuffled = []

    class Noting(random.Random):
        def shuffle(self, rows: list) -> None:
            shuffled.append(len(rows))
            super().shuffle(rows)

    monkeypatch.setattr(opening.secrets, "SystemRandom", Noting)
    export(closed, tmp_path / "coding")
    assert shuffled == [SENT, SENT]


def test_interrupted_closing_loses_no_comment(
    commented_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(*_: object) -> None:
        raise PowerCutError

    write_all(commented_wave)
    with closing(sqlite3.connect(box.path_of(commented_wave.settings, "autumn"))) as database:
        query = "SELECT question, sealed FROM comment WHERE taken = 1"
        before = set(database.execute(query).fetchall())
    with monkeypatch.context() as planted:
        planted.setattr(rewriting, "flush_folder", cut)
        with pytest.raises(PowerCutError):
            close_wave(commented_wave.stores, "autumn", CLOSED)
    close_wave(commented_wave.stores, "autumn", CLOSED)
    kept = rewriting.comments(closed_box(commented_wave))
    assert {(name, row) for name, rows in kept.items() for row in rows} == before
