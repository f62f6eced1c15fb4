"""Small secret files: whole on disk or not there at all, and for their owner's eyes only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def keep(path: Path, content: bytes) -> bytes:
    """Write a secret, flushed to disk, unless there is one; returns the one that is there.

    Of several processes that try at once, all get the one that came first: a secret that is in use
    is never overwritten, and one that was half written when the power went has no name.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.making")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink(missing_ok=True)
    return content
