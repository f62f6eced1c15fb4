"""The public list of a wave's codes: SHA-256 of each public half, sorted, from the opening on.

Whoever made the codes can compare it with what they made, so an issuer that invents codes is
caught. It tells nothing of a code: a public half comes from 80 random bits, in each wave another,
and what the issuer keeps of a code is made from the half and the secret salt, not from its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.database import Stores
from survey.manage.tables import CodeListRow
from survey.manage.waves import Wave

HASH_BYTES = 32


@dataclass(frozen=True)
class CodeList:
    """A wave's list; `hashes` are 64 hexadecimal digits each, sorted."""

    hashes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The list as a file: one hash a line."""
        return "".join(f"{one}\n" for one in self.hashes)

    @property
    def digest(self) -> str:
        """SHA-256 of that file in hexadecimal, to compare two lists by eye."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def of(public_halves: Iterable[bytes]) -> CodeList:
    """The list of these codes."""
    return CodeList(tuple(sorted({hashlib.sha256(half).hexdigest() for half in public_halves})))


def extend(session: Session, wave_id: str, public_halves: Iterable[bytes]) -> CodeList:
    """Add codes to a wave's list; returns all of it."""
    both = {*of(public_halves).hashes, *read(session, wave_id).hashes}
    whole = CodeList(tuple(sorted(both)))
    keep(session, wave_id, whole)
    return whole


def keep(session: Session, wave_id: str, whole: CodeList) -> None:
    """Keep a wave's list in place of the earlier one."""
    session.merge(CodeListRow(wave_id, bytes.fromhex("".join(whole.hashes))))


def kept(stores: Stores, wave_id: str) -> CodeList:
    """The list of a wave, a draft too; empty where none was kept."""
    with stores.issuer() as session:
        return read(session, wave_id)


def read(session: Session, wave_id: str) -> CodeList:
    """The same, as this transaction sees it."""
    row = session.get(CodeListRow, wave_id)
    return CodeList(()) if row is None else _read(row)


def published(stores: Stores, wave: Wave) -> CodeList | None:
    """The list of a wave that has opened; None before, and where none was kept."""
    if wave.state == "draft":
        return None
    found = kept(stores, wave.id)
    return found if found.hashes else None


def _read(row: CodeListRow) -> CodeList:
    starts = range(0, len(row.hashes), HASH_BYTES)
    return CodeList(tuple(row.hashes[start : start + HASH_BYTES].hex() for start in starts))
