"""A wave's salt: 32 secret random bytes in a file of their own, from its cards to its closing.

Behind them stands a check, `HMAC-SHA256(salt, "check" | wave)`: with a file that was damaged or
swapped every code would be unknown to the issuer and, when it counts them, used. The check goes
with the salt, so nothing that is kept tells of one that was destroyed. A file of an earlier version
has no check and is read as it is.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from survey.config import Settings
from survey.errors import SaltError
from survey.manage import secret_files

SALT_BYTES = 32
DAMAGED, MISSING = "damaged or another wave's", "missing"


def path_of(settings: Settings, wave_id: str) -> Path:
    """Where the salt of a wave lies until it closes: in no database and no backup of one."""
    return settings.salt_folder / f"{wave_id}.salt"


def make(settings: Settings, wave_id: str) -> bytes:
    """The wave's salt; made, and flushed to disk, when it is asked for the first time.

    Raises:
        SaltError: when there is one and it is damaged.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    kept = secret_files.keep(path_of(settings, wave_id), salt + _check(salt, wave_id))
    return _checked(kept, wave_id)


def read(settings: Settings, wave_id: str) -> bytes | None:
    """The wave's salt; None before it is made and after it is destroyed.

    Raises:
        SaltError: when the file is damaged, or another wave's.
    """
    try:
        kept = path_of(settings, wave_id).read_bytes()
    except FileNotFoundError:
        return None
    return _checked(kept, wave_id)


def has_check(settings: Settings, wave_id: str) -> bool:
    """Whether the file says itself that it is whole; that of an earlier version does not."""
    return path_of(settings, wave_id).stat().st_size > SALT_BYTES


def _checked(kept: bytes, wave_id: str) -> bytes:
    salt, check = kept[:SALT_BYTES], kept[SALT_BYTES:]
    # A check that was cut short still checks with what is left of it.
    if len(salt) < SALT_BYTES or not _check(salt, wave_id).startswith(check):
        raise SaltError(wave_id, DAMAGED)
    return salt


def _check(salt: bytes, wave_id: str) -> bytes:
    return hmac.digest(salt, b"check" + wave_id.encode(), "sha256")
