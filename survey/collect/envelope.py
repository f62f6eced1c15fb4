"""Sealing: answers and comments become rows of one size that only the officers' keys open.

HPKE (RFC 9180), base mode: X25519, or P-256 in browsers that lack it, with HKDF-SHA256 and
AES-256-GCM; `info` binds the version and the wave, and of a comment its question. A row is one byte
that names the suite, the one-time public key and the ciphertext. This module seals and cannot open.

A comment is a row of its own, with nothing but the text in it. All comments are sealed in one
suite, P-256: otherwise a rare old browser would show which comment belongs to which answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from survey.collect import codes
from survey.manage.waves import Wave
from survey.questionnaire.model import LONGEST_COMMENT, Questionnaire

X25519, P256 = 1, 2
"""The first byte of a sealed row."""

SUITES = {
    X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    P256: Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
KEY_BYTES = {X25519: 32, P256: 65}
"""Bytes of the one-time public key that travels with the ciphertext."""

TAG_BYTES = 16
STEP = 256
"""Bytes. Sizes are rounded up to it, so that they tell little of the questionnaire either."""


COMMENT_BYTES = -(-LONGEST_COMMENT // STEP) * STEP
"""Bytes of every packed comment, empty or not."""

SEALED_COMMENT_BYTES = 1 + KEY_BYTES[P256] + COMMENT_BYTES + TAG_BYTES


def info(wave_id: str, comment: str | None = None) -> bytes:
    """What an envelope is bound to: it opens as nothing but an answer to this wave.

    Args:
        wave_id: the wave.
        comment: the id of a comment's question; None for the answers.
    """
    bound = b"candour/1/" + wave_id.encode()
    return bound if comment is None else bound + b"/comment/" + comment.encode()


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_READER = json.JSONDecoder()


def _json(answers: Mapping[str, str]) -> bytes:
    return _JSON.encode(answers).encode()


@lru_cache(maxsize=32)
def packed_size(questionnaire: Questionnaire, suite: int = X25519) -> int:
    """Bytes of every packed answer: the longest that the questionnaire allows, rounded up.

    More where the suite's public key is shorter, so that sealed rows are of one size.
    """
    longest = {
        stored: max(offered, key=lambda code: len(_json({"": code})), default="")
        for stored, offered in questionnaire.stored_codes.items()
    }
    shorter = max(KEY_BYTES.values()) - KEY_BYTES[suite]
    return -(-len(_json(longest)) // STEP) * STEP + shorter


def sealed_size(questionnaire: Questionnaire) -> int:
    """Bytes of every sealed answer, whatever its suite."""
    return 1 + KEY_BYTES[X25519] + packed_size(questionnaire, X25519) + TAG_BYTES


def pack(questionnaire: Questionnaire, answers: Mapping[str, str], suite: int = X25519) -> bytes:
    """Answers as JSON, padded with spaces to the one size that all answers have.

    Args:
        questionnaire: the wave's.
        answers: item or variable id -> code, already folded
            (`survey.questionnaire.answers.fold`).
        suite: `X25519` or `P256`.

    Raises:
        ValueError: for answers that the questionnaire does not allow.
    """
    if not is_allowed(questionnaire, answers):
        raise ValueError("answers were not folded to what the questionnaire allows")
    return _json(answers).ljust(packed_size(questionnaire, suite), b" ")


def unpack(content: bytes) -> Any:
    """What `json.loads` reads in an opened row; the padding is counted, not walked through.

    Raises:
        ValueError: where it is no JSON.
        RecursionError: where it is nested too deep.
    """
    if content.startswith(b'{"'):  # Of the encodings that it would tell apart, this is UTF-8.
        text = content.decode("utf-8", "surrogatepass")
        found, end = _READER.raw_decode(text)
        if text.count(" ", end) == len(text) - end:
            return found
    return json.loads(content)


@lru_cache(maxsize=32)
def _allowed(questionnaire: Questionnaire) -> frozenset[tuple[str, str]]:
    """Every field with every code that it may hold."""
    return frozenset(
        (field, code) for field, offered in questionnaire.stored_codes.items() for code in offered
    )


def is_allowed(questionnaire: Questionnaire, answers: Mapping[str, str]) -> bool:
    """Whether folded answers hold nothing but what the questionnaire asks and offers.

    Whatever else was sealed in place of a code, such as a list, is not allowed.
    """
    try:
        return answers.items() <= _allowed(questionnaire)
    except TypeError:  # It cannot be hashed, as every code can.
        return False


def seal(content: bytes, wave: Wave, suite: int = X25519, comment: str | None = None) -> bytes:
    """Seal packed answers, or one comment, to one of the wave's public keys: a row for the box."""
    bound = info(wave.id, comment)
    return bytes([suite]) + SUITES[suite].encrypt(content, _key_of(wave, suite), bound)


def pack_comment(text: str) -> bytes:
    """A comment padded with spaces to the one size that all comments have.

    Raises:
        ValueError: when it is too long.
    """
    content = text.encode()
    if len(content) > LONGEST_COMMENT:
        raise ValueError("a comment is too long to be sealed")
    return content.ljust(COMMENT_BYTES, b" ")


def seal_comments(texts: Mapping[str, str], wave: Wave) -> dict[str, bytes]:
    """A row for each comment that the wave asks for, empty where `texts` has none."""
    return {
        asked.id: seal(pack_comment(texts.get(asked.id, "")), wave, P256, asked.id)
        for asked in wave.questionnaire.comments
    }


def split_comments(content: bytes, questionnaire: Questionnaire) -> dict[str, bytes] | None:
    """Sealed comments that came as one string, by question; None when they are not what is asked.

    `content` holds one row of one size for each, in the questionnaire's order.
    """
    size = SEALED_COMMENT_BYTES
    rows = [content[start : start + size] for start in range(0, len(content), size)]
    asked = [comment.id for comment in questionnaire.comments]
    if len(content) != size * len(asked) or any(row[0] != P256 for row in rows):
        return None
    return dict(zip(asked, rows, strict=True))


def _key_of(wave: Wave, suite: int) -> X25519PublicKey | EllipticCurvePublicKey:
    if suite == X25519:
        return X25519PublicKey.from_public_bytes(wave.public_key)
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), wave.fallback_key)


def fits(sealed: bytes, questionnaire: Questionnaire) -> bool:
    """Whether it has the size and the first byte of a sealed row."""
    return len(sealed) == sealed_size(questionnaire) and sealed[0] in SUITES


def receipt(sealed: bytes, wave_id: str) -> str:
    """`XXXX-XXXX-XXXX-XXXX`: 80 bits of a hash of the sealed answer, which tells nothing of it.

    All receipts of a wave are published, sorted, when it closes: whoever kept theirs can look
    whether their answer is among those that were counted.
    """
    digest = hashlib.sha256(b"candour receipt|" + wave_id.encode() + b"|" + sealed).digest()
    return codes.spell(digest)
