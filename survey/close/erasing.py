"""Destroying a file: its bytes are overwritten on disk before its name goes.

A disk that moves data behind the scenes (flash, copy-on-write file systems, snapshots) may keep old
blocks all the same; docs/OPERATIONS.md says to encrypt the disk and to keep no snapshots.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

CHUNK = 1 << 20


def erase(path: Path) -> bool:
    """Overwrite a file with random bytes, flush it and remove it; False when it is not there."""
    if not path.exists():
        return False
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(secrets.token_bytes(min(CHUNK, left)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    flush_folder(path.parent)
    return True


def flush_folder(folder: Path) -> None:
    """Make sure that names which came or went in a folder are so on disk too."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
