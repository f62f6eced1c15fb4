"""Files in one zip: the same bytes each time it is packed, and nothing believed when it is read."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

LARGEST_FILE = 512 * 2**20
LARGEST_PACK = 2**30
MOST_FILES = 1000
NO_LIMITS: Mapping[str, int] = {}
_NOT_A_ZIP = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    # Encrypted entries, features that this Python lacks, and fields that contradict each other.
    *(RuntimeError, NotImplementedError, ValueError, struct.error),
)


class BadPack(Exception):
    """Not such a zip; its text says what is wrong with it."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip: sorted names, no dates, no owners."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 6)
    return stream.getvalue()


def unpack(
    content: bytes,
    check_names: Callable[[set[str]], None],
    largest: Mapping[str, int] = NO_LIMITS,
) -> dict[str, bytes]:
    """The files of what `pack` made, by name.

    Args:
        content: the zip.
        check_names: raises for names that do not belong, before anything is unpacked.
        largest: bytes that a file may have, by its name; `LARGEST_FILE` for the others.

    Raises:
        BadPack: if it is something else or unpacks to more than `LARGEST_PACK` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, check_names, largest)
    except _NOT_A_ZIP as error:
        raise BadPack(str(error)) from error


def one(content: bytes, name: str) -> bytes:
    """One file of what `pack` made, whatever else is in it.

    Raises:
        BadPack: as `unpack`, and where the file is not in it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(name) as stream:
            read = stream.read(LARGEST_FILE + 1)
    except (*_NOT_A_ZIP, KeyError) as error:
        raise BadPack(str(error)) from error
    if len(read) > LARGEST_FILE:
        raise BadPack(f"{name} unpacks to more than it may hold")
    return read


def _read(
    archive: zipfile.ZipFile,
    check_names: Callable[[set[str]], None],
    largest: Mapping[str, int],
) -> dict[str, bytes]:
    names = archive.namelist()
    check_names(set(names))
    if len(names) > MOST_FILES:
        raise BadPack("it holds too many files")
    if len(names) != len(set(names)):
        raise BadPack("a file stands in it twice")
    files: dict[str, bytes] = {}
    room = LARGEST_PACK
    for entry in archive.infolist():
        # The size that a zip declares may be a lie: read no more than there is room for.
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise BadPack(f"{entry.filename} is packed in another way")
        limit = min(largest.get(entry.filename, LARGEST_FILE), room)
        with archive.open(entry) as stream:
            read = stream.read(limit + 1)
        if len(read) > limit:
            raise BadPack(f"{entry.filename} unpacks to more than it may hold")
        room -= len(read)
        files[entry.filename] = read
    return files
