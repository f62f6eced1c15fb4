"""Redemptions: what is kept, for an auditor, of a code that was used.

A redemption shows that whoever had the code asked for one token: the public half of the code, the
blinded token and the signature on it by the code's key, which the issuer never had. It is sealed
with HPKE to the release officers' key. A code that nobody used has a sealed record too, of zeros,
and without the key neither can be told from the other. This module seals and cannot open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from survey.collect import envelope, tokens
from survey.collect.envelope import SUITES, X25519
from survey.errors import DataError
from survey.manage.issuing_keys import MODULUS_BYTES

RECORD_BYTES = tokens.KEY_BYTES + MODULUS_BYTES + tokens.PROOF_BYTES
SEALED_BYTES = envelope.KEY_BYTES[X25519] + RECORD_BYTES + envelope.TAG_BYTES
UNUSED = bytes(RECORD_BYTES)
"""The record of a code that nobody has used."""

FIRST_LINE = "redemptions of wave "


@dataclass(frozen=True)
class Redemption:
    """One use of a code.

    Attributes:
        half: the code's public half, 32 bytes.
        blinded: the blinded token that was signed for it, 384 bytes.
        proof: the signature of `tokens.to_redeem` by the code's key, 64 bytes.
    """

    half: bytes
    blinded: bytes
    proof: bytes

    @property
    def listed(self) -> str:
        """The code's line in the public list: SHA-256 of its public half in hexadecimal."""
        return hashlib.sha256(self.half).hexdigest()

    @property
    def record(self) -> bytes:
        """All of it in 480 bytes; what is no redemption is cut or filled up to them."""
        content = self.half + self.blinded + self.proof
        return content[:RECORD_BYTES].ljust(RECORD_BYTES, b"\0")


def info(wave_id: str) -> bytes:
    """What a record is bound to: it opens as nothing but a redemption in this wave."""
    return b"candour/1/redemption/" + wave_id.encode()


def seal(record: bytes, public_key: bytes, wave_id: str) -> bytes:
    """Seal a record, 480 bytes, to the officers' X25519 key: 528 bytes."""
    key = X25519PublicKey.from_public_bytes(public_key)
    return SUITES[X25519].encrypt(record, key, info(wave_id))


def parse(record: bytes) -> Redemption:
    """The redemption in an opened record that is not `UNUSED`."""
    blinded_ends = tokens.KEY_BYTES + MODULUS_BYTES
    return Redemption(
        record[: tokens.KEY_BYTES],
        record[tokens.KEY_BYTES : blinded_ends],
        record[blinded_ends:],
    )


def as_text(wave_id: str, found: Iterable[Redemption]) -> str:
    """The auditor's file: names the wave, then one redemption a line, in the order of the list."""
    lines = [
        f"{one.half.hex()} {one.blinded.hex()} {one.proof.hex()}\n"
        for one in sorted(found, key=lambda one: (one.listed, one.record))
    ]
    return "".join([f"{FIRST_LINE}{wave_id}\n", *lines])


def read(path: Path, wave_id: str) -> list[Redemption]:
    """The redemptions in an auditor's file.

    Raises:
        DataError: when they are another wave's; names the file and the first line that is none.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a list of redemptions.") from error
    if not lines or lines[0] != FIRST_LINE + wave_id:
        raise DataError(
            f"{path}:1: this names no redemptions of wave {wave_id}; give the file that "
            f"`candour wave redemptions {wave_id}` wrote."
        )
    return [_redemption(path, number, line) for number, line in enumerate(lines[1:], start=2)]


def _redemption(path: Path, number: int, line: str) -> Redemption:
    try:
        half, blinded, proof = (bytes.fromhex(part) for part in line.split())
    except ValueError:
        half = blinded = proof = b""
    lengths = (len(half), len(blinded), len(proof))
    if lengths != (tokens.KEY_BYTES, MODULUS_BYTES, tokens.PROOF_BYTES):
        raise DataError(
            f"{path}:{number}: this is no redemption; give the file as `candour wave redemptions` "
            "wrote it."
        )
    return Redemption(half, blinded, proof)
