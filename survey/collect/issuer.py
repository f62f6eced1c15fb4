"""The issuer: knows which codes exist and which were used, and never sees an answer.

Of a code it keeps `HMAC-SHA256(salt, public half)` and a *mark*. An unused mark is
`HMAC(salt, "unused" | hash)`, a used one `HMAC(salt, attempt | public half)`, where the attempt is
a random number of one sending. So a sending whose reply was lost can be repeated and another
attempt cannot, and both marks read as noise once the salt is destroyed.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey.collect import box, envelope
from survey.config import Settings
from survey.database import Stores
from survey.errors import CodeError, WaveStateError
from survey.manage import waves
from survey.manage.tables import CodeRow, IssuerTable, WaveRow

SALT_BYTES = 32
CODES = IssuerTable.metadata.tables["code"]
CLOSED = "This survey is not open; it takes no answers now."


def _open(wave_id: str | BindParameter[str]) -> ColumnElement[bool]:
    return exists().where(WaveRow.id == wave_id, WaveRow.state == "open")


SPEND = (
    update(CODES)
    .where(
        CODES.c.wave == bindparam("of_wave"),
        CODES.c.hash == bindparam("of_hash"),
        CODES.c.mark == bindparam("unused"),
        _open(bindparam("of_wave", type_=String)),
    )
    .values(mark=bindparam("used"))
)
"""Marks one code as used, if it is unused and its wave open: all in one statement, so that of many
at once the database lets one through."""


def salt_path(settings: Settings, wave_id: str) -> Path:
    """Where the secret salt of a wave lies until it closes: in no database and no backup of one."""
    return settings.salt_folder / f"{wave_id}.salt"


def make_salt(settings: Settings, wave_id: str) -> bytes:
    """The wave's salt; made, and flushed to disk, when it is asked for the first time."""
    path = salt_path(settings, wave_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(SALT_BYTES))
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()


def read_salt(settings: Settings, wave_id: str) -> bytes | None:
    """The wave's salt; None before it is made and after it is destroyed."""
    path = salt_path(settings, wave_id)
    return path.read_bytes() if path.exists() else None


def _salt(stores: Stores, wave_id: str) -> bytes:
    salt = read_salt(stores.settings, wave_id)
    if salt is None:
        raise WaveStateError(CLOSED)
    return salt


def _digest(salt: bytes, content: bytes) -> bytes:
    return hmac.digest(salt, content, "sha256")


def unused_mark(salt: bytes, code_hash: bytes) -> bytes:
    """The mark of a code that nobody has used."""
    return _digest(salt, b"unused" + code_hash)


def used_mark(salt: bytes, public_half: bytes, attempt: bytes) -> bytes:
    """The mark of a code that was used in one attempt (32 bytes)."""
    return _digest(salt, attempt + public_half)


def import_codes(stores: Stores, wave_id: str, public_halves: Iterable[bytes]) -> int:
    """Let a draft wave accept these codes, and make its ballot box to fit; returns all its cards.

    Codes that it has already are left as they are, so an import can be repeated.

    Raises:
        WaveStateError: when the wave is no draft: codes invented later could not be audited.
    """
    wave = waves.get(stores, wave_id)
    if wave.state != "draft":
        raise WaveStateError(
            f"Wave {wave_id} is {wave.state}; codes can be imported into a draft only."
        )
    salt = make_salt(stores.settings, wave_id)
    with stores.issuer() as session:
        known = set(session.scalars(select(CodeRow.hash).where(CodeRow.wave == wave_id)))
        # Sorted, so that the file keeps no order of cards.
        hashes = sorted({_digest(salt, half) for half in public_halves} - known)
        if hashes:
            session.execute(
                insert(CodeRow),
                [{"wave": wave_id, "hash": h, "mark": unused_mark(salt, h)} for h in hashes],
            )
        cards = len(known) + len(hashes)
        waves.find(session, wave_id).cards = cards
        size = envelope.sealed_size(wave.questionnaire)
        box.create(box.path_of(stores.settings, wave_id), wave_id, cards, size)
    return cards


def check(stores: Stores, wave_id: str, public_half: bytes) -> None:
    """Say whether a code can be used now; spends nothing.

    Raises:
        CodeError: for an unknown code and for a used one, after the same work.
        WaveStateError: when the wave takes no answers.
    """
    salt = _salt(stores, wave_id)
    code_hash = _digest(salt, public_half)
    with stores.issuer() as session:
        _expect_open(session, wave_id)
        mark = _mark(session, wave_id, code_hash)
    if not hmac.compare_digest(mark or bytes(32), unused_mark(salt, code_hash)):
        raise CodeError


def redeem(stores: Stores, wave_id: str, public_half: bytes, attempt: bytes) -> None:
    """Spend a code in an attempt; asked again with the same attempt, agrees again.

    Raises:
        CodeError: for an unknown code and for one that another attempt used.
        WaveStateError: when the wave takes no answers.
    """
    salt = _salt(stores, wave_id)
    code_hash = _digest(salt, public_half)
    used = used_mark(salt, public_half, attempt)
    with stores.issuer() as session:
        # The write comes first and looks for itself whether the code is unused: whoever is second
        # waits for the lock and then finds nothing to change.
        if _spend(session, salt, wave_id, code_hash, used):
            return
        _expect_open(session, wave_id)
        mark = _mark(session, wave_id, code_hash)
    if not hmac.compare_digest(mark or bytes(32), used):
        raise CodeError


def redeem_many(stores: Stores, wave_id: str, spendings: Sequence[tuple[bytes, bytes]]) -> None:
    """Spend many (public half, attempt) at once: all, or none when one of them cannot be used."""
    salt = _salt(stores, wave_id)
    rows = []
    for public_half, attempt in spendings:
        code_hash = _digest(salt, public_half)
        rows.append(_spending(salt, wave_id, code_hash, used_mark(salt, public_half, attempt)))
    with stores.issuer() as session:
        if rows and session.connection().execute(SPEND, rows).rowcount != len(rows):
            _expect_open(session, wave_id)
            raise CodeError


def count_used(session: Session, salt: bytes, wave_id: str) -> int:
    """How many of a wave's codes were used; only whoever has the salt can tell."""
    rows = session.execute(select(CodeRow.hash, CodeRow.mark).where(CodeRow.wave == wave_id))
    return sum(mark != unused_mark(salt, code_hash) for code_hash, mark in rows)


def count_cards(session: Session, wave_id: str) -> int:
    """How many codes a wave has."""
    return session.scalar(select(func.count()).where(CodeRow.wave == wave_id)) or 0


def _spend(session: Session, salt: bytes, wave_id: str, code_hash: bytes, used: bytes) -> bool:
    row = _spending(salt, wave_id, code_hash, used)
    return session.connection().execute(SPEND, row).rowcount == 1


def _spending(salt: bytes, wave_id: str, code_hash: bytes, used: bytes) -> dict[str, object]:
    unused = unused_mark(salt, code_hash)
    return {"of_wave": wave_id, "of_hash": code_hash, "unused": unused, "used": used}


def _mark(session: Session, wave_id: str, code_hash: bytes) -> bytes | None:
    return session.scalar(
        select(CodeRow.mark).where(CodeRow.wave == wave_id, CodeRow.hash == code_hash)
    )


def _expect_open(session: Session, wave_id: str) -> None:
    if not session.scalar(select(_open(wave_id))):
        raise WaveStateError(CLOSED)
