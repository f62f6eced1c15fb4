"""The issuer: knows which codes exist and which were used, and never sees an answer.

Of a code it keeps `HMAC-SHA256(salt, public half)` and a *mark*. An unused mark is
`HMAC(salt, "unused" | hash)`, a used one `HMAC(salt, SHA-256(blinded) | public half)`, where
`blinded` is the blinded token that was signed for it. So a redeeming whose reply was lost can be
repeated and another cannot, and both marks read as noise once the salt is destroyed. Beside the
mark lies a record of the redemption, or of none, that only the release officers can open
(`survey.collect.redemptions`). The blind signature is not kept.

A code that is unknown, one that was used and one whose holder proves nothing get the same reply
after the same work: what cannot be a request is looked up as a code that nobody has.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import (
    BindParameter,
    Select,
    String,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey.catalogue import translatable
from survey.collect import blind_signatures, box, code_list, redemptions, salts, tokens
from survey.collect.redemptions import Redemption
from survey.config import ISSUE, Settings
from survey.database import Stores
from survey.errors import CodeError, FixedWave, SaltError, UncheckedSaltError, WaveStateError
from survey.manage import issuing_keys, waves
from survey.manage.tables import CodeRow, IssuerTable, WaveRow
from survey.manage.waves import Wave

CODES = IssuerTable.metadata.tables["code"]
CLOSED = translatable("This survey is not open; it takes no answers now.")


def _open(wave_id: str | BindParameter[str]) -> Select[str]:
    return select(WaveRow.id).where(WaveRow.id == wave_id, WaveRow.state == "open")


SPEND = (
    update(CODES)
    .where(
        CODES.c.wave == bindparam("of_wave"),
        CODES.c.hash == bindparam("of_hash"),
        CODES.c.mark == bindparam("unused"),
        _open(bindparam("of_wave", type_=String)).with_for_update(read=True).exists(),
    )
    .values(mark=bindparam("used"), record=bindparam("redemption"))
)
"""Marks one code as used, and keeps its redemption, if it is unused and its wave open: all in one
statement, so that of many at once the database lets one through and keeps its record alone.

It holds the wave as it is until the transaction ends (`FOR SHARE`), so that closing waits for it
and counts it. SQLite knows no such lock and needs none: it lets one transaction write at a time.
"""


class Used(NamedTuple):
    """What a code's row holds once it is used; the record is the sealed redemption."""

    mark: bytes
    record: bytes


def _salt(stores: Stores, wave_id: str) -> bytes:
    """The salt of an open wave; closing destroys it when the wave is open no more."""
    salt = salts.read(stores.settings, wave_id)
    if salt is None:
        with stores.issuer() as session:
            _expect_open(session, wave_id)
        raise SaltError(wave_id, salts.MISSING)
    return salt


def _issuing_key(stores: Stores, wave_id: str, token_key: bytes) -> RSAPrivateKey:
    """The private half of the wave's own `token_key`, as long as the wave is open."""
    key = issuing_keys.read(stores.settings, wave_id)
    if key is None:
        with stores.issuer() as session:
            _expect_open(session, wave_id)
        raise issuing_keys.lost(wave_id, issuing_keys.MISSING)
    if issuing_keys.public_half(key) != token_key:
        raise issuing_keys.lost(wave_id, issuing_keys.DAMAGED)
    return key


def _digest(salt: bytes, content: bytes) -> bytes:
    return hmac.digest(salt, content, "sha256")


def unused_mark(salt: bytes, code_hash: bytes) -> bytes:
    """The mark of a code that nobody has used."""
    return _digest(salt, b"unused" + code_hash)


def used_mark(salt: bytes, public_half: bytes, blinded: bytes) -> bytes:
    """The mark of a code that was used to have one blinded token signed."""
    return _digest(salt, hashlib.sha256(blinded).digest() + public_half)


def import_codes(stores: Stores, wave_id: str, public_halves: Iterable[bytes]) -> int:
    """Let a draft wave accept these codes, and make its ballot box to fit; returns all its cards.

    Codes that it has already are left as they are, so an import can be repeated. Their hashes go
    to the list that is published when the wave opens. Another host that has the box makes it when
    it takes its copy of the wave (`survey.collect.copies`).

    Raises:
        WaveStateError: when the wave is no draft: codes invented later could not be audited; when
            it would have too many cards; or when this host has no issuer.
        SaltError: when there are codes, and not the salt that they were imported with.
    """
    wave = waves.get(stores, wave_id)
    _expect_importable(stores.settings, wave)
    with stores.issuer() as session:
        waves.hold_draft(session, wave_id)
        # Once there are codes, another salt than theirs would be no use to them; and none is made
        # for a draft that is destroyed meanwhile.
        has_codes = waves.find(session, wave_id).cards
        salt = (salts.read if has_codes else salts.make)(stores.settings, wave_id)
        if salt is None:
            raise SaltError(wave_id, salts.MISSING)
        if count_used(session, salt, wave_id):
            raise SaltError(wave_id, salts.DAMAGED)
        known = set(session.scalars(select(CodeRow.hash).where(CodeRow.wave == wave_id)))
        # Sorted, so that the file keeps no order of cards.
        halves = set(public_halves)
        hashes = sorted({_digest(salt, half) for half in halves} - known)
        if hashes:
            session.execute(
                insert(CodeRow),
                [_unused_row(wave, salt, code_hash) for code_hash in hashes],
            )
        code_list.extend(session, wave_id, halves)
        cards = len(known) + len(hashes)
        if cards > waves.LARGEST_WAVE:
            raise WaveStateError(
                f"Wave {wave_id} would have {cards:,} cards; a wave has {waves.LARGEST_WAVE:,} at "
                "most."
            )
        waves.find(session, wave_id).cards = cards
        box.create_for(stores.settings, wave, cards)
    return cards


def _unused_row(wave: Wave, salt: bytes, code_hash: bytes) -> dict[str, object]:
    record = redemptions.seal(redemptions.UNUSED, wave.public_key, wave.id)
    mark = unused_mark(salt, code_hash)
    return {"wave": wave.id, "hash": code_hash, "mark": mark, "record": record}


def _expect_importable(settings: Settings, wave: Wave) -> None:
    if ISSUE not in settings.surfaces:
        raise WaveStateError(
            "This host has no issuer (CANDOUR_SURFACES); import the codes on the host that has it."
        )
    if wave.state != "draft":
        raise FixedWave(
            wave.id, f"Wave {wave.id} is {wave.state}; codes can be imported into a draft only."
        )
    if not wave.token_key:
        raise WaveStateError(
            f"Wave {wave.id} was made by an earlier version or came out of a backup; make a new "
            "one with `candour wave new`."
        )


def check(stores: Stores, wave_id: str, public_half: bytes, proof: bytes) -> None:
    """Say whether a code can be used now; spends nothing.

    Args:
        stores: where the codes lie.
        wave_id: an open wave.
        public_half: of the code.
        proof: the signature of `tokens.to_check` by the code's key.

    Raises:
        CodeError: for an unknown code, a used one and a wrong proof, after the same work.
        WaveStateError: when the wave takes no answers.
        SaltError: when its salt is missing or damaged.
    """
    salt = _salt(stores, wave_id)
    half = _proven(public_half, proof, tokens.to_check(wave_id))
    code_hash = _digest(salt, half)
    with stores.issuer() as session:
        _expect_open(session, wave_id)
        mark = _mark(session, wave_id, code_hash)
    if not hmac.compare_digest(mark or bytes(32), unused_mark(salt, code_hash)):
        raise CodeError


def redeem(stores: Stores, wave_id: str, public_half: bytes, blinded: bytes, proof: bytes) -> bytes:
    """Spend a code and sign a blinded token; asked for the same one again, signs it again.

    Args:
        stores: where the codes and the issuing key lie.
        wave_id: an open wave.
        public_half: of the code.
        blinded: as long as the issuing key's modulus.
        proof: the signature of `tokens.to_redeem` by the code's key.

    Returns:
        The blind signature, as long as `blinded`.

    Raises:
        CodeError: for an unknown code, one that another blinded token was signed for, a wrong
            proof, and what is no blinded token, after the same work.
        WaveStateError: when the wave takes no answers.
        SettingsError: when its salt or its issuing key is missing or damaged; nothing is spent.
        SigningError: when the signing failed; the code is spent, and can be asked with again.
    """
    salt, (public_key, token_key) = _salt(stores, wave_id), _public_keys(stores, wave_id)
    key = _issuing_key(stores, wave_id, token_key)
    half = _proven(public_half, proof, tokens.to_redeem(wave_id, blinded))
    if not blind_signatures.fits(blinded, key):
        half = secrets.token_bytes(tokens.KEY_BYTES)
    # Sealed in every case, so that every refusal costs the same work.
    record = redemptions.seal(Redemption(half, blinded, proof).record, public_key, wave_id)
    _spend_once(stores, salt, wave_id, half, Used(used_mark(salt, half, blinded), record))
    return blind_signatures.sign(blinded, key)


def _public_keys(stores: Stores, wave_id: str) -> tuple[bytes, bytes]:
    """The officers' key that records are sealed to, and the public half of the issuing key."""
    with stores.issuer() as session:
        row = waves.find(session, wave_id)
        return row.public_key, row.keys.token_key if row.keys else b""


def _proven(public_half: bytes, proof: bytes, content: bytes) -> bytes:
    """The public half, if its holder signed the content; else one that no code has."""
    nobodys = secrets.token_bytes(tokens.KEY_BYTES)  # drawn in any case: the same work
    return public_half if tokens.proves(public_half, proof, content) else nobodys


def _spend_once(stores: Stores, salt: bytes, wave_id: str, half: bytes, used: Used) -> None:
    code_hash = _digest(salt, half)
    with stores.issuer() as session:
        # The write comes first and looks for itself whether the code is unused: whoever is second
        # waits for the lock and then finds nothing to change.
        if _spend(session, salt, wave_id, code_hash, used):
            return
        _expect_open(session, wave_id)
        mark = _mark(session, wave_id, code_hash)
    if not hmac.compare_digest(mark or bytes(32), used.mark):
        raise CodeError


def spend_many(stores: Stores, wave_id: str, redeemed: Sequence[Redemption]) -> None:
    """Spend many codes at once without signing anything: all, or none if one cannot be used.

    For made-up waves, whose tokens the issuer signs openly.
    """
    salt, (public_key, _) = _salt(stores, wave_id), _public_keys(stores, wave_id)
    rows = []
    for one in redeemed:
        record = redemptions.seal(one.record, public_key, wave_id)
        used = Used(used_mark(salt, one.half, one.blinded), record)
        rows.append(_spending(salt, wave_id, _digest(salt, one.half), used))
    # In the order of hashes, so that two that spend the same codes wait for one another.
    rows.sort(key=itemgetter("of_hash"))
    with stores.issuer() as session:
        if rows and session.connection().execute(SPEND, rows).rowcount != len(rows):
            _expect_open(session, wave_id)
            raise CodeError


def number_used(stores: Stores, wave_id: str) -> int:
    """How many codes of a wave were used, by the salt that is kept.

    Raises:
        SaltError: when it is missing or damaged; or has no check, and every code looks used.
    """
    salt = salts.read(stores.settings, wave_id)
    if salt is None:
        raise SaltError(wave_id, salts.MISSING)
    with stores.issuer() as session:
        found = count_used(session, salt, wave_id)
        cards = waves.find(session, wave_id).cards
    if found == cards and not salts.has_check(stores.settings, wave_id):
        raise UncheckedSaltError(wave_id)  # with any other salt than its own it looks so
    return found


def count_used(session: Session, salt: bytes, wave_id: str) -> int:
    """How many of a wave's codes were used; only whoever has the salt can tell."""
    rows = session.execute(select(CodeRow.hash, CodeRow.mark).where(CodeRow.wave == wave_id))
    return sum(mark != unused_mark(salt, code_hash) for code_hash, mark in rows)


def records(session: Session, wave_id: str) -> list[bytes]:
    """The sealed records of all of a wave's codes, used or not, in the order of their hashes."""
    of_wave = select(CodeRow.record).where(CodeRow.wave == wave_id).order_by(CodeRow.hash)
    return list(session.scalars(of_wave))


def _spend(session: Session, salt: bytes, wave_id: str, code_hash: bytes, used: Used) -> bool:
    row = _spending(salt, wave_id, code_hash, used)
    return session.connection().execute(SPEND, row).rowcount == 1


def _spending(salt: bytes, wave_id: str, code_hash: bytes, used: Used) -> dict[str, object]:
    unused = unused_mark(salt, code_hash)
    kept = {"used": used.mark, "redemption": used.record}
    return {"of_wave": wave_id, "of_hash": code_hash, "unused": unused, **kept}


def _mark(session: Session, wave_id: str, code_hash: bytes) -> bytes | None:
    # A query within one: a code that nobody has gives a row too, and as much work to read it.
    found = select(CodeRow.mark).where(CodeRow.wave == wave_id, CodeRow.hash == code_hash)
    return session.scalar(select(found.scalar_subquery()))


def _expect_open(session: Session, wave_id: str) -> None:
    if session.scalar(_open(wave_id)) is None:
        raise WaveStateError(CLOSED)
