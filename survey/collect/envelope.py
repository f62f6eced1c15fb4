"""Sealing: answers become rows of one size that only the release officers' key opens.

HPKE (RFC 9180), base mode: X25519, HKDF-SHA256, AES-256-GCM; `info` binds the version and the wave.
This module seals and cannot open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from survey.collect.codes import ALPHABET, in_fours
from survey.questionnaire.model import Questionnaire

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
OVERHEAD = 32 + 16
"""Bytes that sealing adds: the one-time public key and the authentication tag."""

STEP = 256
"""Bytes. Sizes are rounded up to it, so that they tell little of the questionnaire either."""

RECEIPT_SYMBOLS = 16


def info(wave_id: str) -> bytes:
    """What an envelope is bound to: it opens as nothing but an answer to this wave."""
    return b"candour/1/" + wave_id.encode()


def _json(answers: Mapping[str, str]) -> bytes:
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


@lru_cache(maxsize=32)
def packed_size(questionnaire: Questionnaire) -> int:
    """Bytes of every packed answer: the longest that the questionnaire allows, rounded up."""
    longest = {
        stored: max(codes, key=lambda code: len(_json({"": code})), default="")
        for stored, codes in questionnaire.stored_codes.items()
    }
    return -(-len(_json(longest)) // STEP) * STEP


def sealed_size(questionnaire: Questionnaire) -> int:
    """Bytes of every sealed answer."""
    return packed_size(questionnaire) + OVERHEAD


def pack(questionnaire: Questionnaire, answers: Mapping[str, str]) -> bytes:
    """Answers as JSON, padded with spaces to the one size that all answers have.

    Args:
        questionnaire: the wave's.
        answers: item or variable id -> code, already folded
            (`survey.questionnaire.answers.fold`).

    Raises:
        ValueError: for answers that the questionnaire does not allow.
    """
    allowed = questionnaire.stored_codes
    if not all(code in allowed.get(field, ()) for field, code in answers.items()):
        raise ValueError("answers were not folded to what the questionnaire allows")
    return _json(answers).ljust(packed_size(questionnaire), b" ")


def seal(content: bytes, public_key: bytes, wave_id: str) -> bytes:
    """Seal packed answers to the wave's public key (32 bytes, X25519)."""
    return SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public_key), info(wave_id))


def receipt(sealed: bytes, wave_id: str) -> str:
    """`XXXX-XXXX-XXXX-XXXX`: 80 bits of a hash of the sealed answer, which tells nothing of it.

    All receipts of a wave are published, sorted, when it closes: whoever kept theirs can look
    whether their answer is among those that were counted.
    """
    digest = hashlib.sha256(b"candour receipt|" + wave_id.encode() + b"|" + sealed).digest()
    number = int.from_bytes(digest[: RECEIPT_SYMBOLS * 5 // 8])
    symbols = [number >> 5 * place & 31 for place in reversed(range(RECEIPT_SYMBOLS))]
    return in_fours("".join(ALPHABET[symbol] for symbol in symbols))
