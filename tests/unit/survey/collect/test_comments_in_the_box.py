"""Comments in the ballot box: an envelope of their own, a place of their own, always there."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from fixtures_tokens import seal, seal_comments
from fixtures_wave import LiveWave

from survey.collect import box, envelope, submit, tokens
from survey.errors import BoxError, WaveStateError
from survey.questionnaire.model import LONGEST_COMMENT

SIZE = 560
QUESTIONS = ("why", "change")


@pytest.fixture
def ballot_box(tmp_path: Path) -> Path:
    path = tmp_path / "autumn.box"
    box.create(path, "autumn", 60, SIZE, QUESTIONS)
    return path


def token() -> bytes:
    return secrets.token_bytes(tokens.TOKEN_BYTES)


def comments() -> dict[str, bytes]:
    return {name: secrets.token_bytes(envelope.SEALED_COMMENT_BYTES) for name in QUESTIONS}


def put(path: Path, mine: bytes, written: dict[str, bytes]) -> bytes:
    return box.put(path, mine, secrets.token_bytes(SIZE), written)


def rows(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def kept(path: Path) -> dict[str, set[bytes]]:
    found = rows(path, "SELECT question, sealed FROM comment WHERE taken = 1")
    return {name: {sealed for question, sealed in found if question == name} for name in QUESTIONS}


def test_each_question_has_a_slot_for_every_slot_and_they_read_as_noise(ballot_box: Path) -> None:
    slots = rows(ballot_box, "SELECT question, number, sealed FROM comment")
    assert len(slots) == 2 * box.slots_for(60)
    assert {name for name, _, _ in slots} == set(QUESTIONS)
    assert {len(sealed) for _, _, sealed in slots} == {envelope.SEALED_COMMENT_BYTES}
    assert len({sealed for _, _, sealed in slots}) == len(slots)


def test_a_box_without_comments_is_as_before(tmp_path: Path) -> None:
    path = tmp_path / "w.box"
    box.create(path, "w", 60, SIZE)
    tables = {name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"box", "slot", "token"}
    assert box.put(path, token(), b"a" * SIZE) == b"a" * SIZE


def test_comments_are_kept_with_their_answer(ballot_box: Path) -> None:
    sent = [comments() for _ in range(40)]
    for written in sent:
        put(ballot_box, token(), written)
    assert kept(ballot_box) == {name: {one[name] for one in sent} for name in QUESTIONS}


def test_a_token_that_comes_again_changes_nothing(ballot_box: Path) -> None:
    mine, first = token(), comments()
    put(ballot_box, mine, first)
    before = ballot_box.read_bytes()
    put(ballot_box, mine, comments())
    assert ballot_box.read_bytes() == before
    assert kept(ballot_box) == {name: {first[name]} for name in QUESTIONS}


@pytest.mark.parametrize("size", [0, envelope.SEALED_COMMENT_BYTES - 1, 5000])
def test_a_comment_of_another_size_keeps_nothing_of_the_answer(ballot_box: Path, size: int) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        put(ballot_box, token(), {"why": comments()["why"], "change": bytes(size)})
    assert kept(ballot_box) == {name: set() for name in QUESTIONS}
    assert rows(ballot_box, "SELECT sum(taken) FROM token") == [(0,)]


def test_a_box_with_no_place_for_comments_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "w.box"
    box.create(path, "w", 60, SIZE)
    with pytest.raises(BoxError):
        put(path, token(), comments())


def test_a_full_or_shut_box_keeps_no_comment(ballot_box: Path) -> None:
    many = [(token(), secrets.token_bytes(SIZE)) for _ in range(75)]
    box.put_many(ballot_box, many, [comments() for _ in many])
    assert {len(found) for found in kept(ballot_box).values()} == {75}
    with pytest.raises(WaveStateError, match="full"):
        put(ballot_box, token(), comments())
    box.shut(ballot_box)
    with pytest.raises(WaveStateError, match="closed"):
        put(ballot_box, token(), comments())


def places(path: Path) -> list[int]:
    content = path.read_bytes()
    found = rows(path, "SELECT sealed FROM comment ORDER BY question, number")
    return [content.find(sealed) for (sealed,) in found]


def test_comments_overwrite_their_slot_in_place(ballot_box: Path) -> None:
    before, size = places(ballot_box), ballot_box.stat().st_size
    for _ in range(40):
        put(ballot_box, token(), comments())
    assert places(ballot_box) == before
    assert ballot_box.stat().st_size == size


def test_comments_have_no_hidden_row_numbers(ballot_box: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        rows(ballot_box, "SELECT rowid FROM comment")


def opened(live: LiveWave, row: bytes, question: str) -> str:
    assert live.keys.fallback
    bound = envelope.info(live.wave.id, question)
    return envelope.SUITES[envelope.P256].decrypt(row[1:], live.keys.fallback, bound).decode()


TEXTS = ["", "x", "é" * (LONGEST_COMMENT // 2), "two\nlines"]


@pytest.mark.parametrize("text", TEXTS)
def test_every_comment_has_one_size_and_opens_to_its_text(
    commented_once: LiveWave, text: str
) -> None:
    sealed = envelope.seal_comments({"change": text}, commented_once.wave)
    assert list(sealed) == ["why", "change"]
    assert {len(row) for row in sealed.values()} == {envelope.SEALED_COMMENT_BYTES}
    assert {row[0] for row in sealed.values()} == {envelope.P256}
    assert opened(commented_once, sealed["change"], "change").rstrip(" ") == text
    assert opened(commented_once, sealed["why"], "why").strip() == ""
    with pytest.raises(InvalidTag):
        opened(commented_once, sealed["change"], "why")


def test_a_comment_that_was_not_padded_is_noticed(
    commented_once: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "pack_comment", str.encode)
    with pytest.raises(AssertionError):
        test_every_comment_has_one_size_and_opens_to_its_text(commented_once, "x")


Spoil = Callable[[bytes], bytes]
SPOILT: dict[str, Spoil] = {
    "none": lambda rows: b"",
    "one too few": lambda rows: rows[: len(rows) // 2],
    "one too many": lambda rows: rows + rows[: len(rows) // 2],
    "a byte too many": lambda rows: rows + b"0",
    "a byte too few": lambda rows: rows[:-1],
    "another suite": lambda rows: b"\1" + rows[1:],
    "another suite in the second": lambda rows: (
        rows[: len(rows) // 2] + b"\7" + rows[len(rows) // 2 + 1 :]
    ),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_what_is_not_one_row_for_each_comment_is_none(
    commented_once: LiveWave, spoil: Spoil
) -> None:
    sent = seal_comments(commented_once, why="Because.")
    asked = commented_once.wave.questionnaire
    assert list(envelope.split_comments(sent, asked) or ()) == ["why", "change"]
    assert envelope.split_comments(spoil(sent), asked) is None


def test_a_wave_without_comments_takes_none(opened_once: LiveWave) -> None:
    assert envelope.split_comments(b"", opened_once.wave.questionnaire) == {}
    assert envelope.split_comments(b"0" * 2130, opened_once.wave.questionnaire) is None


def test_sending_keeps_every_comment_empty_or_not(commented_wave: LiveWave) -> None:
    live = commented_wave
    said = {"why": "Because."}
    submit.submit(live.stores, live.wave, live.codes[0], {}, submit.new_attempt(), said)
    found = kept(box.path_of(live.settings, "autumn"))
    texts = {name: [opened(live, row, name).strip() for row in found[name]] for name in QUESTIONS}
    assert texts == {"why": ["Because."], "change": [""]}


def test_sending_again_changes_no_comment(commented_wave: LiveWave) -> None:
    live, attempt = commented_wave, submit.new_attempt()
    send = (live.stores, live.wave, live.codes[0], {}, attempt)
    receipt = submit.submit(*send, {"why": "First."})
    before = kept(box.path_of(live.settings, "autumn"))
    assert submit.submit(*send, {"why": "Second."}) == receipt
    assert kept(box.path_of(live.settings, "autumn")) == before


def test_many_sendings_keep_the_comments_of_each(commented_wave: LiveWave) -> None:
    live = commented_wave
    said = {code: {"change": f"Change {n}"} for n, code in enumerate(live.codes[:20])}
    sendings = [(code, {}) for code in live.codes[:40]]
    submit.submit_many(live.stores, live.wave, sendings, said)
    found = kept(box.path_of(live.settings, "autumn"))
    texts = sorted(opened(live, row, "change").strip() for row in found["change"])
    assert texts == ["", *[""] * 19, *sorted(f"Change {n}" for n in range(20))]
    assert len(found["why"]) == 40


def test_answers_are_as_long_with_comments_as_without(commented_once: LiveWave) -> None:
    assert len(seal(commented_once)) == envelope.sealed_size(commented_once.wave.questionnaire)
