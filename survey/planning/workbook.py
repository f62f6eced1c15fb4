"""Rows of an XLSX workbook that somebody uploads, read so that no workbook can do harm.

A workbook is a zip of XML files. How large it unpacks is known before anything is unpacked; only
the cells' values are read, nothing in it is run, and what a formula comes to is not believed.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from survey.errors import DataError

LARGEST = 4 * 1024 * 1024
"""Bytes that a workbook may have, all of its parts unpacked."""

MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 26
ZIPPED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins, and how one of Excel 2003 and before, or one with a password, does."""


_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(RuntimeError, NotImplementedError, ValueError),
)


def is_workbook(content: bytes) -> bool:
    """Whether this is a workbook, of whatever age, and not text."""
    return content.startswith((ZIPPED, OLD))


def rows(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    """Number and cells of each row that is not blank of the one sheet that holds anything.

    Args:
        content: of the file.
        name: what messages call it.

    Raises:
        DataError: it cannot be read, is too large, holds several sheets, or a formula; names the
            file, and the cells of all formulas.
    """
    _expect_harmless(content, name)
    try:
        import openpyxl
    except ImportError:
        raise DataError(
            f"{name}: this server reads CSV files only; save it as CSV UTF-8, or ask whoever runs "
            "the server for `pip install candour[xlsx]`."
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            found = {sheet.title: list(_read(sheet, name)) for sheet in book.worksheets}
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"{name}: this cannot be read as a workbook; save it again as XLSX, or as CSV UTF-8."
        ) from error
    return _of_the_one(found, name)


def _of_the_one(
    found: dict[str, list[tuple[int, list[str]]]], name: str
) -> list[tuple[int, list[str]]]:
    filled = {title: table for title, table in found.items() if table}
    if len(filled) > 1:
        raise DataError(
            f"{name}: several sheets hold something ({', '.join(filled)[:200]}); save the one with "
            "the headcounts by itself."
        )
    return next(iter(filled.values()), [])


def _expect_harmless(content: bytes, name: str) -> None:
    """Refuse what would fill the memory, or tells the reader of XML to look elsewhere."""
    if content.startswith(OLD):
        raise DataError(
            f"{name}: this is a workbook of an old kind, or one with a password; save it as XLSX "
            "without a password, or as CSV UTF-8."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
                raise DataError(
                    f"{name}: unpacked, the workbook is larger than {LARGEST // 2**20} MB; copy "
                    "the two columns into a new one."
                )
            if any(part.compress_type not in _PACKED for part in parts):
                raise zipfile.BadZipFile  # no workbook is packed by another method
            odd = [one.filename for one in parts if _is_odd(one.filename, archive.read(one))]
    except _DAMAGED as error:
        raise DataError(
            f"{name}: the workbook is damaged; save it again as XLSX, or as CSV UTF-8."
        ) from error
    if odd:
        raise DataError(
            f"{name}: the workbook is not as a spreadsheet program writes it ({odd[0][:100]}); "
            "copy the two columns into a new one."
        )


def _is_odd(name: str, part: bytes) -> bool:
    """Whether a part declares something, such as text that grows when it is read."""
    is_xml = name.endswith((".xml", ".rels"))
    wide = part.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00"))
    return (is_xml and wide) or b"<!DOCTYPE" in part or b"<!ENTITY" in part


def _read(sheet: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet: its own size is not believed."""
    sheet.reset_dimensions()
    formulas = []
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS:
            raise DataError(
                f"{name}: the sheet {sheet.title!r} goes on below row {MOST_ROWS:,}; copy the two "
                "columns into a new one."
            )
        cells = list(row)
        formulas += [cell.coordinate for cell in cells if cell.data_type == "f"]
        texts = [_text(cell.value) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield number, texts
    if formulas:
        raise DataError(
            f"{name}: there are formulas in {', '.join(formulas[:20])}"
            f"{' and more cells' if len(formulas) > 20 else ''}; paste them as values."
        )


def _text(value: object) -> str:
    """A cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()
