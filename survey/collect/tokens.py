"""Tokens: what a redeemed code becomes, and all that the ballot box sees of its sender.

A token is a one-time Ed25519 public key (32 bytes) and the issuer's signature on it (384 bytes),
which the issuer gave blindly: it cannot tell which code a token came from. What is sent with a
token is signed with the one-time key, so that nobody can put another answer in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.collect import blind_signatures
from survey.collect.blind_signatures import Blinded
from survey.errors import TokenError
from survey.manage import issuing_keys
from survey.manage.issuing_keys import MODULUS_BYTES

KEY_BYTES, PROOF_BYTES = 32, 64
TOKEN_BYTES = issuing_keys.TOKEN_BYTES


@dataclass(frozen=True)
class Asking:
    """A token that is being asked for, in plain mode: what the page would hold, for one request."""

    one_time: Ed25519PrivateKey
    message: bytes
    blinded: Blinded


def message_of(wave_id: str, one_time_key: bytes) -> bytes:
    """What the issuer signs, blinded."""
    return b"candour token|" + wave_id.encode() + b"|" + one_time_key


def to_check(wave_id: str) -> bytes:
    """What a code's key signs to ask whether the code can be used."""
    return b"candour check|" + wave_id.encode()


def to_redeem(wave_id: str, blinded: bytes) -> bytes:
    """What a code's key signs to have a blinded token signed for it."""
    return b"candour redeem|" + wave_id.encode() + b"|" + blinded


def to_send(wave_id: str, sealed: bytes) -> bytes:
    """What a one-time key signs to send an answer: the sealed row, followed by its comments'.

    All rows have sizes that the wave fixes, so no two sendings read alike.
    """
    return b"candour send|" + wave_id.encode() + b"|" + sealed


def proves(public_key: bytes, proof: bytes, content: bytes) -> bool:
    """Whether `proof` is the Ed25519 signature of `content` by that key (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(proof, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def ask(wave_id: str, key: RSAPublicKey, attempt: bytes, public_half: bytes) -> Asking:
    """Begin a token from a sending's random attempt; with the same code it begins the same token.

    Everything random about it comes from the attempt by HKDF-SHA256, which nobody keeps. Another
    code (its public half: 32 bytes) begins another token, so that an auditor sees two redemptions
    where somebody took a second card to the same page.
    """
    modulus = key.public_numbers().n
    # 128 bits more than the modulus has, so that the factor is as good as uniform.
    lengths = (32, blind_signatures.SALT_BYTES, MODULUS_BYTES + 16)
    info = b"candour/1/attempt/" + wave_id.encode() + b"/" + public_half
    made = HKDF(algorithm=SHA256(), length=sum(lengths), salt=None, info=info).derive(attempt)
    seed, salt, factor = made[:32], made[32 : 32 + lengths[1]], made[32 + lengths[1] :]
    one_time = Ed25519PrivateKey.from_private_bytes(seed)
    message = message_of(wave_id, one_time.public_key().public_bytes_raw())
    return Asking(
        one_time,
        message,
        blind_signatures.blind(message, key, salt, 1 + int.from_bytes(factor) % (modulus - 1)),
    )


def finish(asking: Asking, key: RSAPublicKey, signature: bytes) -> bytes:
    """The token, once the issuer has signed it blindly.

    Raises:
        SigningError: when the issuer's signature is none.
    """
    signed = blind_signatures.finalize(asking.message, key, signature, asking.blinded.inverse)
    return asking.one_time.public_key().public_bytes_raw() + signed


def sign_openly(wave_id: str, key: RSAPrivateKey, one_time: Ed25519PrivateKey) -> bytes:
    """A token made by the issuer alone, for made-up waves: nobody's secret needs to be kept."""
    public = one_time.public_key().public_bytes_raw()
    message = message_of(wave_id, public)
    return public + key.sign(message, blind_signatures.PADDING, SHA384())


def verify(token: bytes, wave_id: str, key: RSAPublicKey, sealed: bytes, proof: bytes) -> None:
    """Check that a token is the issuer's, for this wave, and sent by whoever holds its key.

    `sealed` is everything that was sent with it, as `to_send` takes it.

    Raises:
        TokenError: whatever is wrong with it.
    """
    one_time_key, signature = token[:KEY_BYTES], token[KEY_BYTES:]
    if not (
        len(token) == TOKEN_BYTES
        and proves(one_time_key, proof, to_send(wave_id, sealed))
        and blind_signatures.is_valid(message_of(wave_id, one_time_key), signature, key)
    ):
        raise TokenError
