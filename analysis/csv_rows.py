"""Rows of a CSV file, plain or gzipped; what makes a file unreadable is said in one sentence.

A text that a spreadsheet would run as a formula is written with an apostrophe before it.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from analysis.errors import DataError

LONGEST = 200
"""Characters of a file that a message repeats."""

LONGEST_ROW = 1_000_000
"""Characters of a row of a file, which may have several lines."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def rows(path: Path, content: bytes | None = None) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row that is not blank; the header is row 1, as in a spreadsheet.

    Args:
        path: UTF-8, with or without a byte order mark; gzipped when its name ends in `.gz`.
        content: what lies there, packed or not as it lies there; None to read it.

    Raises:
        DataError: the file cannot be read as such a table.
    """
    try:
        with opened(path, content) as file:
            yield from _numbered(file, path)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: the file cannot be read ({reason}).") from error


def rows_of(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The same of a file that is in memory, plain; `name` is what messages call it.

    Raises:
        DataError: the file cannot be read as such a table.
    """
    yield from _numbered(io.BytesIO(content), name)


def lines(path: Path) -> Iterator[str]:
    """Its lines with their ends, of a file that `rows` reads without complaint."""
    with opened(path) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        yield from iter(lambda: text.readline(LONGEST_ROW + 1), "")


def opened(path: Path, content: bytes | None = None) -> BinaryIO:
    """The bytes of a file, unpacked as they are read; arguments as of `rows`."""
    if path.suffix == ".gz":
        return gzip.open(path if content is None else io.BytesIO(content))  # type: ignore[return-value]
    return path.open("rb") if content is None else io.BytesIO(content)


def _numbered(file: BinaryIO, name: Path | str) -> Iterator[tuple[int, list[str]]]:
    try:
        with io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
            lines = _Lines(text, name)
            for number, row in enumerate(csv.reader(lines, strict=True), start=1):
                lines.left = LONGEST_ROW
                if row:
                    yield number, row
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: this is not UTF-8 text; save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise DataError(f"{name}: this is not a CSV file ({error}).") from error


@dataclass
class _Lines:
    """Lines, as long as the rows of a table: a packed file may hold one that fills the memory.

    Attributes:
        left: characters that the row at hand may still have.
    """

    file: TextIO
    name: Path | str
    left: int = LONGEST_ROW

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.file.readline(self.left + 1)
        if not line:
            raise StopIteration
        self.left -= len(line)
        if self.left < 0:
            raise DataError(
                f"{self.name}: a row is longer than {LONGEST_ROW:,} characters, as none of a "
                "table is."
            )
        return line


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
