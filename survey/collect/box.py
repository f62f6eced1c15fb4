"""The ballot box: one SQLite file per wave that keeps sealed answers, and no order and no time.

It is filled with random bytes when it is made, a slot for every card and a quarter more, all of one
size. An answer overwrites a random free slot in place, so neither row numbers nor the places of
bytes in the file tell when it came. Large pages, no rowids and no write-ahead log, because each of
those was measured to keep the order. The box never sees a code: of a sending it knows a token
alone, and keeps it whole, so that it counts once and so that anybody can check it against the
issuer's public key.

Comments have slots of their own, filled and drawn in the same way: each goes to a place that has
nothing to do with its answer's place, nor with that of another comment. So nothing that stays in
the file joins them.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from survey.collect import envelope, tokens
from survey.config import BOX, Settings
from survey.errors import BoxError, UsedTicket, WaveStateError
from survey.manage.erasing import erase, flush_folder
from survey.manage.waves import Wave

PAGE_BYTES = 65_536
LARGEST_ROW = 16_000
"""Bytes. A longer row would spill over into pages that are handed out in order."""

CLOSED = ".closed"
"""What the file of a wave's answers ends in once it has closed; it lies where the box lay."""

BUSY_SECONDS = 30

SCHEMA = """
CREATE TABLE box (
  wave TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  shut INTEGER NOT NULL CHECK (shut IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE slot (
  number INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL CHECK (length(sealed) = {size})
) WITHOUT ROWID;
CREATE TABLE token (
  number INTEGER PRIMARY KEY,
  taken INTEGER NOT NULL CHECK (taken IN (0, 1)),
  token BLOB NOT NULL CHECK (length(token) = {token})
) WITHOUT ROWID;
"""

COMMENT_SCHEMA = """
CREATE TABLE comment (
  question TEXT NOT NULL,
  number INTEGER NOT NULL,
  taken INTEGER NOT NULL CHECK (taken IN (0, 1)),
  sealed BLOB NOT NULL CHECK (length(sealed) = {size}),
  PRIMARY KEY (question, number)
) WITHOUT ROWID;
"""
"""Only in the box of a wave that asks for comments; a slot of each question for every slot."""

Comments = Mapping[str, bytes]
"""The id of a comment's question -> the sealed comment."""

NONE: Comments = MappingProxyType({})


def path_of(settings: Settings, wave_id: str) -> Path:
    """Where the ballot box of a wave lies while it takes answers."""
    return settings.box_folder / f"{wave_id}.box"


@contextmanager
def connect(path: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    """A connection under which the file keeps neither leftovers nor a log of writes.

    `EXTRA` waits for the folder, too, when the journal is gone: a journal that came back with the
    power would undo what was acknowledged.

    Raises:
        WaveStateError: when the file is not there.
    """
    try:
        database = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
        )
    except sqlite3.OperationalError as error:
        raise WaveStateError(
            f"The ballot box {path.name} is not in its folder; put the file back where it was."
        ) from error
    with closing(database):
        database.executescript(
            f"PRAGMA page_size = {PAGE_BYTES}; PRAGMA secure_delete = ON;"
            "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA temp_store = MEMORY;"
        )
        yield database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Everything or nothing, alone on the file."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def slots_for(cards: int) -> int:
    """How many slots a wave of `cards` gets: a quarter more, so that a free one is found fast."""
    return cards + -(-cards // 4)


def create(path: Path, wave_id: str, cards: int, size: int, questions: Sequence[str] = ()) -> None:
    """Make an empty box of `slots_for(cards)` slots of `size` bytes; replaces an empty one.

    Never another: a database that was restored from before the opening may ask for that.

    It has as many slots for the comments to each of `questions`.

    Raises:
        WaveStateError: when an answer would not fit into a row, or a box is there that was
            used, or the answers of one that has closed.
    """
    if size > LARGEST_ROW:
        raise WaveStateError(
            f"A sealed answer would take {size} bytes and may take {LARGEST_ROW}; "
            "shorten the questionnaire or its ids."
        )
    if path.exists() and not _is_unused(path):
        raise WaveStateError(
            f"The ballot box {path.name} holds answers, has closed or cannot be read, and is not "
            "replaced; restore the database that goes with it, or move the box away."
        )
    closed = path.with_suffix(CLOSED)
    if closed.exists():
        raise WaveStateError(
            f"{closed.name} holds the answers of a wave of this name that has closed, and closing "
            "would take them for this one's; move it away."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".making")
    erase_file(draft)
    draft.touch(mode=0o600)
    with connect(draft) as database:
        database.executescript(SCHEMA.format(size=size, token=tokens.TOKEN_BYTES))
        numbers = range(slots_for(cards))
        with transaction(database):
            database.execute("INSERT INTO box VALUES (?, ?, 0)", (wave_id, size))
            database.executemany(
                "INSERT INTO slot VALUES (?, ?)", ((n, secrets.token_bytes(size)) for n in numbers)
            )
            database.executemany(
                "INSERT INTO token VALUES (?, 0, ?)",
                ((n, secrets.token_bytes(tokens.TOKEN_BYTES)) for n in numbers),
            )
        if questions:
            _add_comments(database, questions, numbers)
    draft.replace(path)
    flush_folder(path.parent)


def _is_unused(path: Path) -> bool:
    """Whether it is a ballot box that took no answer and was never shut."""
    try:
        with connect(path) as database, transaction(database):
            used = "SELECT EXISTS(SELECT 1 FROM token WHERE taken = 1) OR max(shut) FROM box"
            return bool(database.execute(used).fetchone() == (0,))
    except sqlite3.DatabaseError:
        return False


def erase_file(path: Path) -> bool:
    """Erase a box, a closed one or a draft of one, with the journal that an interruption left."""
    found = erase(path)
    return erase(path.with_name(f"{path.name}-journal")) or found


def create_for(settings: Settings, wave: Wave, cards: int) -> None:
    """Make a wave's empty box on a host that has boxes; on another do nothing."""
    if BOX in settings.surfaces:
        size = envelope.sealed_size(wave.questionnaire)
        questions = [comment.id for comment in wave.questionnaire.comments]
        create(path_of(settings, wave.id), wave.id, cards, size, questions)


def _add_comments(
    database: sqlite3.Connection, questions: Sequence[str], numbers: Iterable[int]
) -> None:
    size = envelope.SEALED_COMMENT_BYTES
    database.executescript(COMMENT_SCHEMA.format(size=size))
    with transaction(database):
        database.executemany(
            "INSERT INTO comment VALUES (?, ?, 0, ?)",
            ((one, n, secrets.token_bytes(size)) for one in sorted(questions) for n in numbers),
        )


def put(path: Path, token: bytes, sealed: bytes, comments: Comments = NONE) -> bytes:
    """Keep a sealed answer under its one-time token and give back the answer that is kept.

    Its comments are kept with it or not at all, each in a slot of its own.

    That is an earlier one when the token was seen before: a sending that is repeated, because its
    reply was lost, changes nothing.

    Raises:
        UsedTicket: when the same answer came before, with other comments.
        WaveStateError: when the box is shut or full.
        BoxError: when the file is not there, is another wave's, is damaged or cannot be written;
            nothing of the answer is kept.
    """
    if not path.exists():
        raise BoxError
    try:
        with connect(path) as database, transaction(database):
            _expect_open(database, path)
            seen = _seen(database, token)
            if seen == sealed and not _holds(database, comments):
                raise UsedTicket
            return seen or _keep(database, token, sealed, comments)
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a mistake of ours
    except sqlite3.DatabaseError as error:
        raise BoxError from error


def put_many(
    path: Path, rows: Sequence[tuple[bytes, bytes]], comments: Iterable[Comments] = repeat(NONE)
) -> None:
    """Keep many (token, sealed answer) at once, all or none; the tokens must be new.

    `comments` are those of each row, in the same order.
    """
    with connect(path) as database, transaction(database):
        _expect_open(database, path)
        for (token, sealed), written in zip(rows, comments, strict=False):
            _keep(database, token, sealed, written)


def shut(path: Path) -> None:
    """Take no answer from now on. One that is being kept is kept first."""
    with connect(path) as database, transaction(database):
        database.execute("UPDATE box SET shut = 1")


def tokens_in(path: Path) -> list[bytes]:
    """The tokens of all answers in a box, sorted."""
    with connect(path, "ro") as database:
        return sorted(
            bytes(token) for (token,) in database.execute("SELECT token FROM token WHERE taken = 1")
        )


def wave_of(path: Path) -> str:
    """The wave that a box was made for, whatever its file is called.

    Raises:
        sqlite3.DatabaseError: when it is no whole box.
        WaveStateError: when it is not there.
    """
    with connect(path) as database:
        (wave,) = database.execute("SELECT wave FROM box").fetchone() or ("",)
    return str(wave)


def _expect_open(database: sqlite3.Connection, path: Path) -> None:
    wave, is_shut = database.execute("SELECT wave, shut FROM box").fetchone()
    if wave != path.stem:
        raise BoxError  # another wave's: no closing of this one would find the answer
    if is_shut:
        raise WaveStateError("This survey has closed; no more answers are taken.")


def _seen(database: sqlite3.Connection, token: bytes) -> bytes | None:
    # An index over tokens would keep the order in which they came, so this reads the whole of the
    # small table: a third of a millisecond for 7,000 slots.
    found = database.execute(
        "SELECT number FROM token WHERE taken = 1 AND token = ?", (token,)
    ).fetchone()
    if found is None:
        return None
    (sealed,) = database.execute("SELECT sealed FROM slot WHERE number = ?", found).fetchone()
    return bytes(sealed)


def _holds(database: sqlite3.Connection, comments: Comments) -> bool:
    """Whether each of these sealed comments is in the box; with which answer, it does not know."""
    query = "SELECT 1 FROM comment WHERE question = ? AND taken = 1 AND sealed = ?"
    return all(database.execute(query, one).fetchone() for one in comments.items())


def _keep(database: sqlite3.Connection, token: bytes, sealed: bytes, comments: Comments) -> bytes:
    for question, comment in comments.items():
        number = _free_slot(database, COMMENT_TAKEN, question)
        database.execute(
            "UPDATE comment SET taken = 1, sealed = ? WHERE number = ? AND question = ?",
            (comment, number, question),
        )
    number = _free_slot(database)
    database.execute("UPDATE slot SET sealed = ? WHERE number = ?", (sealed, number))
    database.execute("UPDATE token SET taken = 1, token = ? WHERE number = ?", (token, number))
    return sealed


TAKEN = "SELECT taken FROM token WHERE number = ?"
COMMENT_TAKEN = "SELECT taken FROM comment WHERE number = ? AND question = ?"


def _free_slot(database: sqlite3.Connection, taken_of: str = TAKEN, *of: str) -> int:
    """A free slot, each as likely as the other: draws until one is free, a fifth of them always."""
    (slots,) = database.execute("SELECT max(number) + 1 FROM token").fetchone()
    for _ in range(1000):
        number = secrets.randbelow(slots)
        (taken,) = database.execute(taken_of, (number, *of)).fetchone()
        if not taken:
            return number
    raise WaveStateError("The ballot box is full; more answers came than cards were made.")
