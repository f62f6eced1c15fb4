"""Nobody's answer is found by order or place; and the game catches boxes in which it is."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import fixtures_tokens
import link_game
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_tokens import any_blinded, half, redeem
from fixtures_wave import LiveWave
from link_game import PEOPLE, Places

from survey.close import rewriting
from survey.collect import box, codes, envelope, issuer, submit, tokens

SIZE = 560
SHORT, FULL = 5, 25
SEEDS = [SHORT, pytest.param(FULL, marks=pytest.mark.slow)]

Build = Callable[[Path, list[bytes]], Path]


def play(folder: Path, build: Build) -> Callable[[], Places]:
    """A game on boxes that `build` makes from answers in their order of arrival."""

    def once() -> Places:
        answers = [secrets.token_bytes(SIZE) for _ in range(PEOPLE)]
        home = folder / secrets.token_hex(4)
        home.mkdir()
        return link_game.everything(build(home, answers), answers)

    return once


def live_box(home: Path, answers: list[bytes]) -> Path:
    path = home / "wave.box"
    box.create(path, "wave", PEOPLE, SIZE)
    for answer in answers:
        box.put(path, secrets.token_bytes(tokens.TOKEN_BYTES), answer)
    return path


def closed_box(home: Path, answers: list[bytes]) -> Path:
    path, ballot_box = home / "wave.closed", home / "wave.box"
    box.create(ballot_box, "wave", PEOPLE, SIZE)
    box.put_many(
        ballot_box, [(secrets.token_bytes(tokens.TOKEN_BYTES), answer) for answer in answers]
    )
    box.shut(ballot_box)
    rewriting.rewrite(ballot_box, path)
    return path


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("build", [live_box, closed_box])
def test_nobodys_answer_is_found(tmp_path: Path, build: Build, seeds: int) -> None:
    assert link_game.findings(play(tmp_path, build), seeds) == {}


def planted(schema: str, insert: str, page: int = 4096, size: int = SIZE) -> Build:
    """A box that somebody might have built instead."""

    def build(home: Path, answers: list[bytes]) -> Path:
        path = home / "wave.box"
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"PRAGMA page_size = {page}")
            database.execute(schema)
            for number, answer in enumerate(answers):
                key = secrets.token_hex(16)
                database.execute(insert, {"key": key, "time": number // 2, "sealed": answer})
            database.commit()
        return path

    return build


CONTROLS = [
    pytest.param(
        planted(
            "CREATE TABLE slot (number INTEGER PRIMARY KEY AUTOINCREMENT, sealed BLOB)",
            "INSERT INTO slot (sealed) VALUES (:sealed)",
        ),
        {"slot.number", "scan", "offset in the file"},
        id="autoincrement",
    ),
    pytest.param(
        planted(
            "CREATE TABLE slot (number TEXT PRIMARY KEY, sealed BLOB)",
            "INSERT INTO slot VALUES (:key, :sealed)",
        ),
        {"slot.rowid", "scan", "offset in the file"},
        id="random-key-with-a-hidden-row-number",
    ),
    pytest.param(
        planted(
            "CREATE TABLE slot (number TEXT PRIMARY KEY, sealed BLOB) WITHOUT ROWID",
            "INSERT INTO slot VALUES (:key, :sealed)",
            page=65_536,
        ),
        {"offset in the file"},
        id="cells-that-fill-from-the-end-of-a-page",
    ),
    pytest.param(
        planted(
            "CREATE TABLE slot (number TEXT PRIMARY KEY, created_at INTEGER, sealed BLOB)"
            " WITHOUT ROWID",
            "INSERT INTO slot VALUES (:key, :time, :sealed)",
        ),
        {"slot.created_at"},
        id="created-at",
    ),
]


@pytest.mark.parametrize(("build", "caught_by"), CONTROLS)
def test_a_box_that_keeps_the_order_is_caught(
    tmp_path: Path, build: Build, caught_by: set[str]
) -> None:
    assert caught_by <= set(link_game.findings(play(tmp_path, build), SHORT))


def test_a_closed_box_that_was_not_shuffled_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unshuffled:
        def shuffle(self, numbers: list[int]) -> None:
            numbers.sort()

    class InOrder:
        def __init__(self) -> None:
            self.next = -1

        def randbelow(self, slots: int) -> int:
            self.next = (self.next + 1) % slots
            return self.next

        token_bytes = staticmethod(secrets.token_bytes)

    def build(home: Path, answers: list[bytes]) -> Path:
        monkeypatch.setattr(box, "secrets", InOrder())
        monkeypatch.setattr(rewriting.secrets, "SystemRandom", Unshuffled)
        return closed_box(home, answers)

    assert link_game.findings(play(tmp_path, build), SHORT)


def issuer_places(live: LiveWave, order: np.ndarray) -> Places:
    """Where the issuer's file keeps the marks of codes, in the order in which they were used."""
    salt = issuer.read_salt(live.settings, live.wave.id)
    assert salt
    marks = []
    for number in order:
        blinded = any_blinded()
        redeem(live, number, blinded)
        marks.append(issuer.used_mark(salt, half(live, number), blinded))
    content = (live.settings.home / "issuer.db").read_bytes()
    with closing(sqlite3.connect(live.settings.home / "issuer.db")) as database:
        records = dict(database.execute("SELECT mark, record FROM code"))
    return {
        "offset of the mark": np.array([content.find(mark) for mark in marks]),
        "offset of the record": np.array([content.find(records[mark]) for mark in marks]),
    }


def test_the_issuers_file_does_not_tell_who_came_when(live_wave: LiveWave) -> None:
    order = np.random.default_rng(7).permutation(PEOPLE)
    places = issuer_places(live_wave, order)
    assert link_game.findings(lambda: places, 1) == {}


LONGEST_CHANCE = 8
"""Bytes. Strings this long are not alike by chance."""


def pieces(content: bytes) -> set[bytes]:
    """Every string of 8 bytes in it."""
    return {content[at : at + LONGEST_CHANCE] for at in range(len(content) - LONGEST_CHANCE + 1)}


def shared(live: LiveWave) -> set[bytes]:
    """Strings that stand in a code's row at the issuer and in the ballot box."""
    with closing(sqlite3.connect(live.settings.home / "issuer.db")) as database:
        rows = database.execute("SELECT hash, mark, record FROM code").fetchall()
    ballot_box = pieces(box.path_of(live.settings, live.wave.id).read_bytes())
    return set().union(*(pieces(value) for row in rows for value in row)) & ballot_box


def test_issuer_and_box_share_no_bytes(live_wave: LiveWave) -> None:
    for code in live_wave.codes[:30]:
        submit.submit(live_wave.stores, live_wave.wave, code, {}, submit.new_attempt())
    assert shared(live_wave) == set()


def test_a_box_that_knows_the_hash_of_a_code_is_caught(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    salt = issuer.read_salt(live_wave.settings, live_wave.wave.id)
    assert salt
    code_hash = hmac.digest(salt, half(live_wave), "sha256")
    token = code_hash + secrets.token_bytes(tokens.TOKEN_BYTES - len(code_hash))
    monkeypatch.setattr(tokens, "finish", lambda *_: token)
    monkeypatch.setattr(tokens, "verify", lambda *_: None)
    submit.submit(live_wave.stores, live_wave.wave, live_wave.codes[0], {}, submit.new_attempt())
    assert shared(live_wave) == pieces(code_hash)


def test_receipts_tell_no_order(live_wave: LiveWave) -> None:
    sendings = [(code, {}) for code in live_wave.codes]
    receipts = submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    places = {"receipt": np.argsort(np.argsort(receipts))}
    assert link_game.findings(lambda: places, 1) == {}


Lists = Callable[[], tuple[list[str], list[bytes]]]


def published_lists(folder: Path, live: LiveWave) -> Lists:
    """Receipts and tokens of a full box as they are published, and who sent which."""

    def made() -> tuple[list[str], list[bytes]]:
        path = folder / f"{secrets.token_hex(4)}.box"
        sealed = [fixtures_tokens.seal(live) for _ in range(PEOPLE)]
        # A token begins with its one-time key, and the lists are sorted by it.
        keys = [Ed25519PrivateKey.generate().public_key().public_bytes_raw() for _ in sealed]
        sent = [key + secrets.token_bytes(tokens.TOKEN_BYTES - len(key)) for key in keys]
        box.create(path, live.wave.id, PEOPLE, len(sealed[0]))
        box.put_many(path, zip(sent, sealed, strict=True))
        assert box.tokens_in(path) == sorted(sent)
        return [envelope.receipt(row, live.wave.id) for row in sealed], sent

    return made


def places_in_the_lists(made: Lists) -> Callable[[], Places]:
    """Where the receipt of each person stands, people in the order of their tokens."""

    def once() -> Places:
        receipts, sent = made()
        by_token = sorted(range(PEOPLE), key=lambda person: sent[person])
        return {"place of the receipt": np.array([_place(receipts, n) for n in by_token])}

    return once


def _place(receipts: list[str], person: int) -> int:
    return sorted(receipts).index(receipts[person])


@pytest.mark.parametrize("seeds", SEEDS)
def test_a_place_among_tokens_tells_no_place_among_receipts(
    tmp_path: Path, live_wave: LiveWave, seeds: int
) -> None:
    made = published_lists(tmp_path, live_wave)
    assert link_game.findings(places_in_the_lists(made), seeds) == {}


def test_receipts_that_were_made_from_tokens_are_caught(
    tmp_path: Path, live_wave: LiveWave
) -> None:
    made = published_lists(tmp_path, live_wave)

    def planted() -> tuple[list[str], list[bytes]]:
        _, sent = made()
        return [codes.spell(token) for token in sent], sent

    assert link_game.findings(places_in_the_lists(planted), SHORT)
