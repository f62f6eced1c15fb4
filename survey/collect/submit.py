"""Sending: a code and its answers become one spent code and one sealed row, exactly once.

Issuer and box are two stores, and the process may die between them. A sending therefore carries a
random *attempt*: the issuer marks the code used by it, the box keeps a token made from it, and both
agree again when the same attempt comes again. A blind-signed token will take the token's place
without a change to the box.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping

from survey.collect import box, codes, envelope, issuer
from survey.database import Stores
from survey.errors import CodeError
from survey.manage.waves import Wave

_ATTEMPT = re.compile(r"[0-9a-f]{64}")


def new_attempt() -> str:
    """A random number of 256 bits for one sending; it travels in the page and is kept nowhere."""
    return secrets.token_hex(32)


def check_code(stores: Stores, wave: Wave, code: str) -> None:
    """Say whether a typed code can be used in a wave; spends nothing.

    Raises:
        MistypedCode: when it is not a code at all.
        CodeError: when it is unknown or used, in the same words.
        WaveStateError: when the wave takes no answers.
    """
    issuer.check(stores, wave.id, codes.public_half(codes.parse(code), wave.id))


def submit(stores: Stores, wave: Wave, code: str, answers: Mapping[str, str], attempt: str) -> str:
    """Spend the code, seal the answers and keep them; returns the receipt.

    Args:
        stores: where issuer and box lie.
        wave: an open wave.
        code: as typed.
        answers: question id -> code, already folded.
        attempt: from `new_attempt`; the same one again gives the same receipt and counts once.

    Raises:
        MistypedCode: when `code` is not a code at all.
        CodeError: when it is unknown, or was used in another attempt.
        WaveStateError: when the wave takes no answers.
    """
    public_half = codes.public_half(codes.parse(code), wave.id)
    number = _attempt_bytes(attempt)
    # Sealed before the code is spent: whatever can fail here costs nobody their voice.
    sealed = _seal(wave, answers)
    issuer.redeem(stores, wave.id, public_half, number)
    kept = box.put(box.path_of(stores.settings, wave.id), token_of(number), sealed)
    return envelope.receipt(kept, wave.id)


def submit_many(
    stores: Stores, wave: Wave, sendings: Iterable[tuple[str, Mapping[str, str]]]
) -> list[str]:
    """Send many (code, answers) in one transaction per store; returns their receipts.

    For made-up waves, where nobody waits for a reply: it cannot be repeated after an interruption.

    Raises:
        CodeError: when one of the codes cannot be used; nothing is kept then.
    """
    spendings, rows = [], []
    for code, answers in sendings:
        number = secrets.token_bytes(32)
        spendings.append((codes.public_half(codes.parse(code), wave.id), number))
        rows.append((token_of(number), _seal(wave, answers)))
    issuer.redeem_many(stores, wave.id, spendings)
    box.put_many(box.path_of(stores.settings, wave.id), rows)
    return [envelope.receipt(sealed, wave.id) for _, sealed in rows]


def _seal(wave: Wave, answers: Mapping[str, str]) -> bytes:
    return envelope.seal(envelope.pack(wave.questionnaire, answers), wave.public_key, wave.id)


def _attempt_bytes(attempt: str) -> bytes:
    if not _ATTEMPT.fullmatch(attempt):
        raise CodeError
    return bytes.fromhex(attempt)


def token_of(attempt: bytes) -> bytes:
    """The one-time token that the box knows a sending by; tells nothing of code or attempt."""
    return hashlib.sha256(b"candour box|" + attempt).digest()
