"""The ledger as a folder: one file an entry, `0001.entry` and so on, written once."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from analysis.errors import LedgerError
from analysis.ledger.entries import Ledger, unpacked

ENDING = ".entry"
DRAFT = ".making"
_NAME = re.compile(r"[0-9]{4,}\.entry")


def read(folder: Path, line: str) -> Ledger:
    """The ledger of a questionnaire; one without entries where there is no such folder.

    Raises:
        LedgerError: when an entry is missing, damaged, out of its place or of another line.
    """
    if folder.exists() and not folder.is_dir():
        raise LedgerError(f"{folder} is not the folder of a ledger.")
    try:
        found = sorted(path for path in folder.glob("*") if not path.name.endswith(DRAFT))
        files = [path.read_bytes() for path in found]
    except OSError as error:
        raise LedgerError(f"{folder} cannot be read ({error.strerror}).") from None
    for number, path in enumerate(found, 1):
        if not _NAME.fullmatch(path.name):
            raise LedgerError(f"{path} does not belong into a ledger: move it away.")
        if path.name != name_of(number):
            raise LedgerError(
                f"{folder / name_of(number)} is missing: the ledger has a gap. Get the whole "
                "ledger from whoever published last."
            )
    return unpacked(files, map(str, found), line)


def append(folder: Path, ledger: Ledger) -> None:
    """Write the entries that the folder lacks, each whole or not at all; none is ever overwritten.

    Raises:
        LedgerError: when the folder holds something else than the beginning of `ledger`.
    """
    there = read(folder, ledger.line)
    if not ledger.begins_with(there):
        raise LedgerError(
            f"{folder} holds other entries than the ledger that was audited: somebody published "
            "meanwhile, or it is the folder of another copy. Begin again with one ledger."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for draft in folder.glob(f"*{DRAFT}"):  # of a run that was interrupted
        draft.unlink(missing_ok=True)
    for number, content in enumerate(ledger.packed(), 1):
        if number > len(there.entries):
            _write(folder / name_of(number), content)


def name_of(number: int) -> str:
    """The name of an entry's file, numbers beginning at 1."""
    return f"{number:04}{ENDING}"


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}{DRAFT}")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _name(path, draft)
    except FileExistsError:
        raise LedgerError(
            f"{path} was written by somebody else just now: begin again with the ledger as it is."
        ) from None
    except OSError as error:
        raise LedgerError(f"{path} could not be written ({error.strerror}).") from None
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    _flush(path.parent)


def _name(path: Path, draft: Path) -> None:
    """Give a whole file its name, which must be free: two that publish at once cannot both be next.

    Sticks have file systems without second names for a file; there the one who carries it is alone.
    """
    try:
        path.hardlink_to(draft)
    except PermissionError:
        if path.exists():
            raise FileExistsError(path) from None
        draft.replace(path)


def _flush(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
