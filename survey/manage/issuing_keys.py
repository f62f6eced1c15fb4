"""A wave's issuing key: signs blinded tokens while the wave is open, and is destroyed at close.

RSA of exactly 3072 bits with e = 65537, one per wave, its private half in a file of its own beside
the salt. The wave keeps the public half, which every card's fingerprint covers.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from survey.config import Settings
from survey.errors import SettingsError
from survey.manage import secret_files

EXPONENT, BITS = 65537, 3072
MODULUS_BYTES = BITS // 8
TOKEN_BYTES = 32 + MODULUS_BYTES
"""A one-time key (Ed25519) and the issuer's signature on it."""

DAMAGED, MISSING = "damaged or another wave's", "missing"


def path_of(settings: Settings, wave_id: str) -> Path:
    """Where the private half lies until the wave closes: in no database and no backup of one."""
    return settings.salt_folder / f"{wave_id}.issuing"


def make(settings: Settings, wave_id: str) -> bytes:
    """The public half (DER) of the wave's issuing key, which is made when there is none yet."""
    path = path_of(settings, wave_id)
    kept = secret_files.keep(path, path.read_bytes() if path.exists() else _made())
    return public_half(_whole(kept, wave_id))


def public_half(key: RSAPrivateKey) -> bytes:
    """The public half of a key (DER), as the wave keeps it."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _made() -> bytes:
    made = generate_private_key(EXPONENT, BITS)
    return made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def read(settings: Settings, wave_id: str) -> RSAPrivateKey | None:
    """The issuing key; None after it is destroyed.

    It is read again for every signature, so that no process still has it when the file is gone.

    Raises:
        SettingsError: when the file is damaged.
    """
    try:
        kept = path_of(settings, wave_id).read_bytes()
    except FileNotFoundError:
        return None
    return _whole(kept, wave_id)


def lost(wave_id: str, what: str) -> SettingsError:
    """What to say of a file that is missing, damaged or another wave's."""
    return SettingsError(
        f"The issuing key of wave {wave_id}, {wave_id}.issuing, is {what}: no card can be used. "
        "Put the file back if it was moved; if it is lost, destroy a draft, and close an open "
        "wave, whose answers so far count."
    )


def public(token_key: bytes) -> RSAPublicKey:
    """The public half as the wave keeps it (DER)."""
    key = load_der_public_key(token_key)
    assert isinstance(key, RSAPublicKey)  # noqa: S101  # only `make` writes it
    return key


def checked(token_key: bytes) -> RSAPublicKey | None:
    """The public half (DER) as somebody else wrote it; None unless of the one kind allowed."""
    try:
        key = load_der_public_key(token_key)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return key if (numbers.e, numbers.n.bit_length()) == (EXPONENT, BITS) else None


def modulus(token_key: bytes) -> bytes:
    """The modulus of the public half: 384 bytes, big endian."""
    return public(token_key).public_numbers().n.to_bytes(MODULUS_BYTES)


def _whole(content: bytes, wave_id: str) -> RSAPrivateKey:
    """The key in a file, of which not a byte that counts is wrong."""
    try:
        # OpenSSL's check looks for primes, too, which takes a tenth of a second.
        key = load_der_private_key(content, None, unsafe_skip_rsa_key_validation=True)
        whole = isinstance(key, RSAPrivateKey) and _adds_up(key.private_numbers())
    except (ValueError, UnsupportedAlgorithm):
        whole = False
    if not whole:
        raise lost(wave_id, DAMAGED)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101
    return key


def _adds_up(key: RSAPrivateNumbers) -> bool:
    """Whether each number of a key fits the others (RFC 8017, 3.2), taking two for primes."""
    n, d, p, q = key.public_numbers.n, key.d, key.p, key.q
    if key.public_numbers.e != EXPONENT or n.bit_length() != BITS or p * q != n or min(p, q) < 3:
        return False
    return (d * EXPONENT % (p - 1), d * EXPONENT % (q - 1), q * key.iqmp % p) == (1, 1, 1) and (
        key.dmp1,
        key.dmq1,
    ) == (d % (p - 1), d % (q - 1))
