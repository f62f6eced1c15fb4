"""Rows of a CSV file, plain or gzipped; what makes a file unreadable is said in one sentence.

A text that a spreadsheet would run as a formula is written with an apostrophe before it.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from analysis.errors import DataError

LONGEST = 200
"""Characters of a file that a message repeats."""

LONGEST_LINE = 1_000_000
"""Characters of a line of a file."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row that is not blank; the header is row 1, as in a spreadsheet.

    Args:
        path: UTF-8, with or without a byte order mark; gzipped when its name ends in `.gz`.

    Raises:
        DataError: the file cannot be read as such a table.
    """
    try:
        yield from _numbered(lines(path), path)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: the file cannot be read ({reason}).") from error


def rows_of(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The same of a file that is in memory, plain; `name` is what messages call it.

    Raises:
        DataError: the file cannot be read as such a table.
    """
    with io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="") as file:
        yield from _numbered(_lines(file, name), name)


def lines(path: Path) -> Iterator[str]:
    """Its lines with their ends; what `rows` reads without complaint is read so, too."""
    with _opened(path) as file:
        yield from _lines(file, path)


def _numbered(lines: Iterable[str], name: Path | str) -> Iterator[tuple[int, list[str]]]:
    try:
        for number, row in enumerate(csv.reader(lines, strict=True), start=1):
            if row:
                yield number, row
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: this is not UTF-8 text; save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise DataError(f"{name}: this is not a CSV file ({error}).") from error


def _lines(file: TextIO, name: Path | str) -> Iterator[str]:
    """Its lines, as long as a table's are: a packed file may hold one that fills the memory."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DataError(
                f"{name}: a line is longer than {LONGEST_LINE:,} characters, as none of a table is."
            )
        yield line


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def header_of(path: Path, numbered: Iterator[tuple[int, list[str]]]) -> list[str]:
    """The first row, whose names must all differ.

    Raises:
        DataError: the file is empty, or a name stands twice.
    """
    _, header = next(numbered, (1, list[str]()))
    if not header:
        raise DataError(f"{path}: the file is empty.")
    seen = set[str]()
    for name in header:
        if name in seen:
            raise DataError(f"{path}, row 1: the column {cut(name)!r} stands twice.")
        seen.add(name)
    return header


def cut(text: str) -> str:
    """A text as it may stand in a message, with dots for what is left out of a long one."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def table(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row below a header that must be these columns.

    Raises:
        DataError: the header is another one, at once; a row has more or fewer cells, when it is
            come to.
    """
    numbered = rows(path)
    header = header_of(path, numbered)
    if header != list(columns):
        raise DataError(
            f"{path}, row 1: the columns are {cut(','.join(header))}; they must be "
            f"{','.join(columns)}."
        )
    return _below(path, numbered, len(columns))


def _below(
    path: Path, numbered: Iterator[tuple[int, list[str]]], width: int
) -> Iterator[tuple[int, list[str]]]:
    for number, row in numbered:
        if len(row) != width:
            raise DataError(f"{path}, row {number}: there are {len(row)} cells instead of {width}.")
        yield number, row


def guarded(text: str) -> str:
    """`text` with an apostrophe before anything that a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
