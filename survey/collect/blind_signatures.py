"""Blind signatures: RSABSSA-SHA384-PSS-Deterministic of RFC 9474.

The issuer signs a token that it cannot see; nobody, the issuer included, can tell later which
signing a token came from. `sign` is the issuer's step. `blind` and `finalize` are the page's; the
server takes them itself for people without JavaScript.

The private operation is ours, because no library offers it: by the Chinese remainder theorem, on a
randomly blinded base and with randomly blinded exponents, so that its time says nothing of the key,
and checked before it is given out, because one faulty signature would give the key away.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA384

from survey.errors import SigningError

try:
    from gmpy2 import invert as _inverse_mod
    from gmpy2 import powmod as _power_mod
    from gmpy2 import powmod_sec as _secret_power_mod
except ImportError:  # slower by eight times, and as right

    def _inverse_mod(x: int, m: int, /) -> int:
        return pow(x, -1, m)

    _power_mod = _secret_power_mod = pow

SALT_BYTES = 48
PADDING = PSS(MGF1(SHA384()), SALT_BYTES)
EXPONENT_BLINDING_BITS = 64


@dataclass(frozen=True)
class Blinded:
    """A blinded message.

    Attributes:
        content: as long as the modulus; all that the issuer sees.
        inverse: undoes the blinding; known to whoever blinded it only.
    """

    content: bytes
    inverse: int


def encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS (RFC 8017, 9.1.1) with SHA-384 and MGF1-SHA-384.

    Args:
        message: of any length.
        salt: 48 bytes.
        bits: how long the encoded message may be: one bit less than the modulus.
    """
    length = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - len(digest) - 2) + b"\x01" + salt
    mask = _mgf1(digest, len(block))
    hidden = bytes(a ^ b for a, b in zip(block, mask, strict=True))
    first = hidden[0] & 0xFF >> 8 * length - bits
    return bytes([first]) + hidden[1:] + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // 48)
    return b"".join(hashlib.sha384(seed + n.to_bytes(4)).digest() for n in range(blocks))[:length]


def blind(message: bytes, key: RSAPublicKey, salt: bytes, factor: int) -> Blinded:
    """Blind a message (RFC 9474, 4.2).

    Args:
        message: what is to be signed.
        key: the issuer's.
        salt: 48 random bytes for the encoding.
        factor: the blinding factor, uniform over 1 to n - 1, and used for nothing else.
    """
    numbers = key.public_numbers()
    n = numbers.n
    encoded = int.from_bytes(encode(message, salt, n.bit_length() - 1))
    hidden = encoded * int(_power_mod(factor, numbers.e, n)) % n
    return Blinded(hidden.to_bytes(_bytes_of(n)), int(_inverse_mod(factor, n)))


def fits(blinded: bytes, key: RSAPrivateKey) -> bool:
    """Whether this can be a blinded message for `key`: of its length, and smaller than it."""
    n = key.private_numbers().public_numbers.n
    return len(blinded) == _bytes_of(n) and 0 < int.from_bytes(blinded) < n


def draw(key: RSAPrivateKey) -> bytes:
    """A number that `fits`, each as likely as the other: what any blinded message looks like."""
    n = key.private_numbers().public_numbers.n
    return (1 + secrets.randbelow(n - 1)).to_bytes(_bytes_of(n))


def sign(blinded: bytes, key: RSAPrivateKey) -> bytes:
    """Sign a blinded message without seeing it (RFC 9474, 4.3); the same one the same way.

    Args:
        blinded: one that `fits`.
        key: the issuer's.

    Raises:
        SigningError: when the signature came out wrong; it is not given out.
    """
    numbers = key.private_numbers()
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    message = int.from_bytes(blinded)
    factor = 1 + secrets.randbelow(n - 1)
    masked = message * int(_power_mod(factor, e, n)) % n
    signature = _private_power(masked, numbers) * int(_inverse_mod(factor, n)) % n
    if int(_power_mod(signature, e, n)) != message:
        raise SigningError
    return signature.to_bytes(_bytes_of(n))


def _private_power(base: int, key: RSAPrivateNumbers) -> int:
    """The base to the power d, modulo n."""
    by_p = _power_of_prime(base, key.dmp1, key.p)
    by_q = _power_of_prime(base, key.dmq1, key.q)
    return by_q + key.q * (key.iqmp * (by_p - by_q) % key.p)


def _power_of_prime(base: int, exponent: int, prime: int) -> int:
    # Any multiple of prime - 1 can be added to the exponent.
    blinded = exponent + secrets.randbits(EXPONENT_BLINDING_BITS) * (prime - 1)
    return int(_secret_power_mod(base % prime, blinded, prime))


def finalize(message: bytes, key: RSAPublicKey, signature: bytes, inverse: int) -> bytes:
    """Undo the blinding (RFC 9474, 4.4): an ordinary RSA-PSS signature of the message.

    Raises:
        SigningError: when it is not one.
    """
    n = key.public_numbers().n
    finished = (int.from_bytes(signature) * inverse % n).to_bytes(_bytes_of(n))
    if not is_valid(message, finished, key):
        raise SigningError
    return finished


def is_valid(message: bytes, signature: bytes, key: RSAPublicKey) -> bool:
    """Whether it is a finished signature of the message."""
    try:
        key.verify(signature, message, PADDING, SHA384())
    except InvalidSignature:
        return False
    return True


def _bytes_of(modulus: int) -> int:
    return -(-modulus.bit_length() // 8)
