"""Nobody's comment is found by place or order, nor by the place of their answer; and the game
catches boxes in which it is.

Sixty people answer and comment, one after the other. A comment's places are tried against the order
of arrival, against the places of the answers, and against those of the other comment.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import link_game
import numpy as np
import pytest
from link_game import PEOPLE, Places
from scipy.stats import rankdata

from survey.close import rewriting
from survey.collect import box, envelope, tokens

SIZE = 560
QUESTIONS = ("change", "why")
SHORT, FULL = 5, 25
SEEDS = [SHORT, pytest.param(FULL, marks=pytest.mark.slow)]


@dataclass(frozen=True)
class Sent:
    """What one person sent."""

    answer: bytes
    comments: dict[str, bytes]


def somebody() -> Sent:
    size = envelope.SEALED_COMMENT_BYTES
    return Sent(secrets.token_bytes(SIZE), {name: secrets.token_bytes(size) for name in QUESTIONS})


Build = Callable[[Path, list[Sent]], Path]


def live_box(home: Path, people: list[Sent]) -> Path:
    path = home / "wave.box"
    box.create(path, "wave", PEOPLE, SIZE, QUESTIONS)
    for one in people:
        box.put(path, secrets.token_bytes(tokens.TOKEN_BYTES), one.answer, one.comments)
    return path


def closed_box(home: Path, people: list[Sent]) -> Path:
    path = home / "wave.closed"
    rewriting.rewrite(live_box(home, people), path)
    return path


def places(path: Path, rows: list[bytes]) -> dict[str, np.ndarray]:
    """Where rows lie: in the file, inside their page, by number, by scanning, by hidden numbers."""
    found = link_game.raw_places(path, rows)
    with closing(sqlite3.connect(path)) as database:
        for name, query in QUERIES.items():
            try:
                found[name] = _order(database.execute(query), rows)
            except (sqlite3.OperationalError, KeyError):
                continue
    return found


QUERIES = {
    "number": "SELECT sealed, number FROM slot UNION SELECT sealed, number FROM comment",
    "closed number": "SELECT sealed, number FROM answer UNION SELECT sealed, number FROM comment",
    "row number": "SELECT sealed, rowid FROM comment",
}


def _order(found: Iterable[tuple[bytes, int]], rows: list[bytes]) -> np.ndarray:
    numbers = dict(found)
    return np.array([numbers[row] for row in rows])


def play(folder: Path, build: Build) -> Callable[[], Places]:
    """A game on boxes that `build` makes from what people sent in their order of arrival."""

    def once() -> Places:
        people = [somebody() for _ in range(PEOPLE)]
        home = folder / secrets.token_hex(4)
        home.mkdir()
        path = build(home, people)
        columns = {"answer": [one.answer for one in people]}
        columns |= {name: [one.comments[name] for one in people] for name in QUESTIONS}
        found = {name: places(path, rows) for name, rows in columns.items()}
        attacks = {}
        for name in QUESTIONS:
            for place, values in found[name].items():
                attacks[f"{name}, {place}, against arrival"] = values
                others = [other for other in found if other < name]
                attacks |= {
                    f"{name}, {place}, against {other}": _beside(values, found[other][place])
                    for other in others
                    if place in found[other]
                }
        return attacks

    return once


def _beside(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """`values` in the order of the places of `others`."""
    order: np.ndarray = rankdata(values)[np.argsort(others)]
    return order


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("build", [live_box, closed_box])
def test_nobodys_comment_is_found(tmp_path: Path, build: Build, seeds: int) -> None:
    assert link_game.findings(play(tmp_path, build), seeds) == {}


def test_every_attack_is_tried(tmp_path: Path) -> None:
    against = {"arrival", "answer", "change"}
    for build, number in ((live_box, "number"), (closed_box, "closed number")):
        attacks = play(tmp_path, build)()
        assert {f"why, {number}, against {other}" for other in against} <= set(attacks)
        assert {f"why, offset in the file, against {other}" for other in against} <= set(attacks)


def plant_one_slot_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that draws once for a person's answer and comments."""
    free = box._free_slot
    drawn: list[int] = []

    def the_same(database: sqlite3.Connection, *comment: str) -> int:
        if not drawn:
            drawn.extend([free(database)] * 3)
        return drawn.pop()

    monkeypatch.setattr(box, "_free_slot", the_same)


def test_comments_in_the_slot_of_their_answer_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_one_slot_each(monkeypatch)
    found = link_game.findings(play(tmp_path, live_box), SHORT)
    assert {f"why, {place}, against answer" for place in ("number", "offset in the file")} <= set(
        found
    )
    assert "why, number, against change" in found
    assert not [attack for attack in found if attack.endswith("arrival")]


class Unshuffled:
    def shuffle(self, numbers: list) -> None:
        numbers.sort()


def test_a_closed_box_that_keeps_the_slots_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_one_slot_each(monkeypatch)
    monkeypatch.setattr(rewriting.secrets, "SystemRandom", Unshuffled)
    found = link_game.findings(play(tmp_path, closed_box), SHORT)
    assert "why, closed number, against answer" in found


def test_one_shuffle_for_answers_and_comments_is_caught(
    tmp_path: Path,
) -> None:
    def together(home: Path, people: list[Sent]) -> Path:
        order = np.random.default_rng(len(str(home))).permutation(PEOPLE)
        path = home / "wave.closed"
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"PRAGMA page_size = {box.PAGE_BYTES}")
            database.executescript(rewriting.SCHEMA.format(size=SIZE))
            size = envelope.SEALED_COMMENT_BYTES
            database.executescript(rewriting.COMMENT_SCHEMA.format(size=size))
            for position, number in enumerate(order):
                one = people[int(number)]
                database.execute("INSERT INTO answer VALUES (?, ?)", (position, one.answer))
                for name in QUESTIONS:
                    row = (name, position, one.comments[name])
                    database.execute("INSERT INTO comment VALUES (?, ?, ?)", row)
        return path

    assert "why, closed number, against answer" in link_game.findings(
        play(tmp_path, together), SHORT
    )


def test_comments_that_are_appended_in_order_are_caught(tmp_path: Path) -> None:
    def appended(home: Path, people: list[Sent]) -> Path:
        path = home / "wave.box"
        box.create(path, "wave", PEOPLE, SIZE)
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE comment (question TEXT, number INTEGER, sealed BLOB)")
            for number, one in enumerate(people):
                box.put(path, secrets.token_bytes(tokens.TOKEN_BYTES), one.answer)
                for name, sealed in one.comments.items():
                    row = (name, number, sealed)
                    database.execute("INSERT INTO comment VALUES (?, ?, ?)", row)
                database.commit()
        return path

    found = set(link_game.findings(play(tmp_path, appended), SHORT))
    for place in ("number", "row number", "offset in the file"):
        assert f"why, {place}, against arrival" in found
    assert "why, number, against change" in found
    assert "why, number, against answer" not in found
