"""How long a file and its rows are, beyond what is read of them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import struct
import zipfile
from pathlib import Path

_END = re.compile(rb"%%EOF")
_HEADER = 30
"""Bytes of a zip's local header before the name."""


def beyond_cells(content: bytes) -> tuple[int, ...]:
    """Characters of each row of a CSV file that belong to no cell: quotes, and what parts cells.

    The header is left out. Empty where a row goes over several lines, which is never compared.
    """
    text = content.decode("utf-8-sig", "replace")
    lines = [line for line in text.splitlines() if line]
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    if len(lines) != len(rows):
        return ()
    return tuple(
        len(line) - sum(len(_written(cell)) for cell in row)
        for line, row in zip(lines[1:], rows[1:], strict=True)
    )


def _written(cell: str) -> str:
    """A cell as it has to be written: in quotes where it holds what parts cells."""
    if any(one in cell for one in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def spare(file: Path) -> int:
    """Bytes of a file that belong to nothing that is read of it; 0 where that cannot be told.

    Of an archive what stands before, between or after its parts, and comments; of a PDF earlier
    versions that a later one was written over; of a gzipped file its comment.
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
            lengths = one.header_offset + _HEADER - 4
            end = lengths + 4 + sum(struct.unpack("<HH", content[lengths : lengths + 4]))
            end += one.compress_size
            # What was not known when a part was begun stands after it.
            if one.flag_bits & 0b1000:
                end += 16 if content[end : end + 4] == b"PK\x07\x08" else 12
        return found + max(0, archive.start_dir - end)
