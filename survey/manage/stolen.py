"""Whether a password is in a list of stolen ones that whoever runs the server keeps.

The list is a file of SHA-1 hashes in hexadecimal, one a line and in their order, with `:` and how
often each was seen behind it: so Have I Been Pwned gives its passwords. It is searched where it
lies, by halves, and no password or hash goes anywhere.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from survey.errors import SettingsError

_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:[0-9]+)?\r?\n?")
_LONGEST = 80
"""Bytes of a line."""


def is_listed(path: Path, password: str) -> bool:
    """Whether the list has the password.

    Raises:
        SettingsError: when the file cannot be read, or is no such list.
    """
    given = password.encode("utf-8", "replace")
    wanted = hashlib.sha1(given, usedforsecurity=False).hexdigest().upper().encode()
    try:
        with path.open("rb") as file:
            return _search(file, wanted)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"CANDOUR_STOLEN_PASSWORDS names {path}, which cannot be read as SHA-1 hashes in their "
            "order, one a line; whoever runs this server has to put one there."
        ) from error


def _search(file: BinaryIO, wanted: bytes) -> bool:
    """Whether a line begins with `wanted`: of the lines that begin from low to high, halves."""
    _hash_at(file, 0)
    low, high = 0, file.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        start = _line_from(file, middle)
        if start >= high:
            high = middle
            continue
        found = _hash_at(file, start)
        if found == wanted:
            return True
        if found < wanted:
            low = file.tell()
        else:
            high = middle
    return False


def _line_from(file: BinaryIO, place: int) -> int:
    """Where the first line begins that begins at a place or behind it."""
    if place:
        file.seek(place - 1)
        file.readline(_LONGEST)
        return file.tell()
    return 0


def _hash_at(file: BinaryIO, start: int) -> bytes:
    file.seek(start)
    line = file.readline(_LONGEST)
    if not _LINE.fullmatch(line):
        raise ValueError
    return line[:40].upper()
