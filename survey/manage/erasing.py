"""Destroying a file: its bytes are overwritten on disk before its name goes.

A disk that moves data behind the scenes (flash, copy-on-write file systems, snapshots) may keep old
blocks all the same; docs/OPERATIONS.md says to encrypt the disk and to keep no snapshots.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

CHUNK = 1 << 20
DOOMED = ".erasing"


def erase(path: Path) -> bool:
    """Overwrite a file with random bytes, flush it and remove it; False when it is not there.

    It gets another name first: one that was overwritten in part, because the power went, is never
    taken for what it was. Asked again, the rest is overwritten too.
    """
    doomed = path if path.name.endswith(DOOMED) else path.with_name(path.name + DOOMED)
    found = doomed.exists()
    if found:
        _overwrite(doomed)
    if path != doomed and path.exists():
        found = True
        path.replace(doomed)
        flush_folder(path.parent)
        _overwrite(doomed)
    return found


def erase_all(folder: Path, wave_id: str) -> None:
    """Erase every file of a wave in a folder, whatever an interruption left there: `WAVE.*`."""
    for path in sorted(folder.glob(f"{wave_id}.*")):
        erase(path)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(secrets.token_bytes(min(CHUNK, left)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make sure that names which came or went in a folder are so on disk too."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
