"""The fingerprint of a wave's keys: printed on every card and compared by the page.

A server that gave each person a key of their own would tag their answers. The page computes the
fingerprint from the keys that it was served, and stops where the card's differs.
"""

from __future__ import annotations

import hashlib

from survey.collect import codes
from survey.errors import SettingsError
from survey.manage import issuing_keys
from survey.manage.waves import Wave


def of(wave: Wave) -> str:
    """`XXXX-XXXX-XXXX-XXXX`: 80 bits of a hash of the keys that the page seals and blinds with."""
    keys = wave.public_key + wave.fallback_key + issuing_keys.modulus(wave.token_key)
    content = b"candour fingerprint|" + wave.id.encode() + b"|" + keys
    return codes.spell(hashlib.sha256(content).digest())


def parse(text: str) -> str:
    """A fingerprint as somebody copied it, written as it is printed.

    Raises:
        SettingsError: when it is none.
    """
    written = text.strip().upper()
    if not codes.SPELT.fullmatch(written):
        raise SettingsError(
            f"{text!r} is no fingerprint; copy the 16 letters and digits in groups of four that "
            "`candour wave status` shows."
        )
    return written
