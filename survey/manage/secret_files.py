"""Files with secrets, or to carry: whole on disk or not there, and for their owner's eyes only."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from glob import escape
from pathlib import Path

from survey.errors import SettingsError
from survey.manage.erasing import DOOMED, erase, flush_folder

DRAFT = ".making"


def keep(path: Path, content: bytes) -> bytes:
    """Write a secret, flushed to disk, unless there is one; returns the one that is there.

    Of several processes that try at once, all get the one that came first: a secret that is in use
    is never overwritten, and one that was half written when the power went has no name.
    """
    if not path.exists():
        _make(path, content)
    _clear_drafts(path)
    return path.read_bytes()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in place of another: whole, flushed to disk, or not at all.

    For one process at a time, and for sticks whose file systems have no second names for a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    erase(draft)  # of a run that was interrupted
    _write(draft, content)
    draft.replace(path)
    flush_folder(path.parent)


def write_once(path: Path, content: bytes) -> None:
    """Write a file that is never overwritten, as `write_whole` does; the same again is harmless.

    Raises:
        SettingsError: when there is one that holds something else.
    """
    if not path.exists():
        write_whole(path, content)
    elif not path.is_file() or path.read_bytes() != content:
        raise SettingsError(
            f"{path} is there already and is never overwritten; choose another name or folder."
        )


def draft_of(path: Path) -> Path:
    """Where `write_whole` writes before a file gets its name; an interruption leaves it there."""
    return path.with_name(f"{path.name}{DRAFT}")


def erase_drafts(folder: Path, ending: str) -> None:
    """Erase what interrupted runs of `write_whole` left in a folder of files with that ending."""
    for draft in (*folder.glob(f"*{ending}{DRAFT}"), *folder.glob(f"*{ending}{DRAFT}{DOOMED}")):
        erase(draft)


def _make(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}{DRAFT}")
    _write(draft, content)
    # Another process may have been first, and have cleared this one's draft away.
    with suppress(FileExistsError, FileNotFoundError):
        path.hardlink_to(draft)
        flush_folder(path.parent)


def _write(draft: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _clear_drafts(path: Path) -> None:
    """Erase what interrupted processes left beside a secret that is there: no use to anybody."""
    for draft in path.parent.glob(f"{escape(path.name)}.*{DRAFT}*"):
        with suppress(FileNotFoundError):
            if draft.samefile(path):  # to overwrite one name would overwrite the other
                draft.unlink()
            else:
                erase(draft)
