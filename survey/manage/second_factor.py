"""Codes of an app on somebody's telephone: the second thing that signing in may ask for.

Time-based one-time passwords (RFC 6238) of 6 digits and 30 seconds, by SHA-1, which is what every
app takes. The key that app and server share is stored sealed by this server's secret key, and to
the name of its person: a copy of the database alone makes no code, and no key works for another.
"""

from __future__ import annotations

import secrets
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECONDS = 30
"""A step of time, and how long an app shows a code."""

DIGITS = 6
KEY_BYTES = 20
"""As long as SHA-1's output: RFC 4226, section 4, R6."""

CHOOSING_SECONDS = 15 * 60
"""How long a key that is shown can be taken into use."""

ISSUER = "Candour"


def new_key() -> bytes:
    """A key that nobody knows yet."""
    return secrets.token_bytes(KEY_BYTES)


def address(key: bytes, name: str) -> str:
    """The `otpauth:` address that an app reads from a QR code."""
    return _totp(key).get_provisioning_uri(name, ISSUER)


def spelled(key: bytes) -> str:
    """The key as somebody types it into an app: Base32, in groups of four."""
    text = b32encode(key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def code_at(key: bytes, seconds: int) -> str:
    """The code that an app shows at a moment, in seconds since 1970."""
    return _totp(key).generate(seconds).decode()


def step_of(key: bytes, code: str, now: datetime) -> int | None:
    """The step of time that a code is of: this one, or the one before for who types slowly.

    Source: RFC 6238, section 5.2, which allows one step of delay.

    Returns:
        The step; None when the code is of neither.
    """
    typed = "".join(code.split()).encode()
    this = int(now.timestamp()) // SECONDS
    found = [step for step in (this, this - 1) if bytes_eq(_code(key, step), typed)]
    return found[0] if found else None


def _code(key: bytes, step: int) -> bytes:
    return code_at(key, step * SECONDS).encode()


def _totp(key: bytes) -> TOTP:
    return TOTP(key, DIGITS, SHA1(), SECONDS)  # noqa: S303  # what apps take; HMAC holds with it


def seal(secret: str, name: str, key: bytes, at: datetime | None = None) -> str:
    """A key for one server and one name alone.

    Args:
        secret: the server's secret key.
        name: of the person.
        key: to be sealed.
        at: when it is shown on a page; None for what is stored, which tells no time.
    """
    return _sealer(secret, name).encrypt_at_time(key, int(at.timestamp()) if at else 0).decode()


def unseal(secret: str, name: str, sealed: str, now: datetime | None = None) -> bytes | None:
    """The key in what `seal` gave; None when it is another server's or name's, or is too old.

    Args:
        secret: the server's secret key.
        name: of the person.
        sealed: what was stored, or came back from a page.
        now: when it came back from a page; None for what was stored.
    """
    sealer = _sealer(secret, name)
    try:
        if now is None:
            return sealer.decrypt(sealed.encode())
        return sealer.decrypt_at_time(sealed.encode(), CHOOSING_SECONDS, int(now.timestamp()))
    except InvalidToken:
        return None


def _sealer(secret: str, name: str) -> Fernet:
    made = HKDF(SHA256(), 32, None, b"candour second factor of " + name.encode())
    return Fernet(urlsafe_b64encode(made.derive(secret.encode())))
