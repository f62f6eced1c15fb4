"""Bytes as pages, the issuer and the box write them to one another: base64url without padding."""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64encode


def write(content: bytes) -> str:
    """The text of some bytes."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def read(text: object) -> bytes:
    """The bytes of a text; none for whatever is no base64url, which nothing takes."""
    if not isinstance(text, str):
        return b""
    try:
        return b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
