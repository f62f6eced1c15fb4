"""How long a file and its rows are, beyond what is read of them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_END = re.compile(rb"%%EOF")
_HEADER = 30
"""Bytes of a zip's local header before the name."""

_LARGE = 0x0001
"""A zip's field of lengths and a place beyond four bytes (APPNOTE 4.5.3)."""

_GROWTH, _GROWS = 0xA220, b"\x28\xa0"
"""A zip's field of room to grow in, of zeros, and how it begins (ECMA-376-2, annex C.2)."""


def beyond_cells(lines: Iterable[str]) -> tuple[int, ...]:
    """Characters of each row of a CSV file that belong to no cell: quotes, and what parts cells.

    Args:
        lines: with their ends, as they were read into cells; a row may go over several.

    Returns:
        A number for each row that is not blank, but for the header.
    """
    taken: list[str] = []
    found = []
    for row in csv.reader(_kept(lines, taken), strict=True):
        text = "".join(taken).removesuffix("\n").removesuffix("\r")
        taken.clear()
        if row:
            found.append(len(text) - sum(len(_written(cell)) for cell in row))
    return tuple(found[1:])


def _kept(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _written(cell: str) -> str:
    """A cell as it has to be written: in quotes where it holds what parts cells."""
    if any(one in cell for one in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def spare(file: Path) -> int:
    """Bytes of a file that belong to nothing that is read of it; 0 where that cannot be told.

    Of an archive what stands before, between or after its parts, comments, and what stands beside
    their names, such as when each was changed; of a PDF earlier versions that a later one was
    written over; of a gzipped file its comment.
    """
    try:
        content = file.read_bytes()
        return _spare(content)
    except (OSError, zipfile.BadZipFile, struct.error):
        return 0  # What is wrong with it is said by who reads it.


def _spare(content: bytes) -> int:
    if content.startswith(b"%PDF"):
        ends = [one.end() for one in _END.finditer(content)]
        return len(content[ends[-1] :].strip()) + (ends[-1] - ends[0]) if ends else 0
    if content.startswith(b"\x1f\x8b"):
        return 0 if not content[3] & 0b10100 else len(content) - len(gzip.compress(b""))
    return _of_archive(content) if zipfile.is_zipfile(io.BytesIO(content)) else 0


def _of_archive(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found, end = len(archive.comment), 0
        for one in sorted(archive.infolist(), key=lambda part: part.header_offset):
            found += max(0, one.header_offset - end) + len(one.comment)
            name = one.header_offset + _HEADER
            length, extra = struct.unpack("<HH", content[name - 4 : name])
            end = name + length + extra
            local = content[name + length : end]
            found += _unread(local, one) + _unread(one.extra, one)
            end += one.compress_size
            # What was not known when a part was begun stands after it.
            if one.flag_bits & 0b1000:
                end += 4 * (content[end : end + 4] == b"PK\x07\x08")
                end += 20 if _LARGE in dict(_fields(local)) else 12
        return found + max(0, archive.start_dir - end)


def _unread(extra: bytes, part: zipfile.ZipInfo) -> int:
    """Bytes beside a part's name that tell neither its length nor its place, and are no padding."""
    told = {0, part.file_size, part.compress_size, part.header_offset}
    found = len(extra)
    for kind, body in _fields(extra):
        numbers = {number for (number,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8])}
        lengths = kind == _LARGE and numbers <= told and not any(body[len(body) // 8 * 8 :])
        if lengths or (kind == _GROWTH and body[:2] == _GROWS and not any(body[4:])):
            found -= 4 + len(body)
    return found


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each whole field."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if 4 + length > len(extra):
            return
        yield kind, extra[4 : 4 + length]
        extra = extra[4 + length :]
