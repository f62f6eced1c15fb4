"""Files of answers in pieces, so that neither memory nor a single core bounds their size.

A piece holds some rows as they lie in the file; what they mean is decoded where the piece is
counted. CSV is cut where lines end: a piece is a block of text without quotation marks, in which
every line is a row. From the first quotation mark on, in which a line may end, rows are read one by
one. Parquet is read in batches, each column with every text once.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from csv import field_size_limit
from dataclasses import dataclass, field
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from analysis.csv_rows import LONGEST_ROW, cut, header_of, opened, rows, rows_of
from analysis.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK = 2**24
"""Bytes of text in a piece of CSV, about: what the sums of a piece take is bounded by the cells."""

CHUNK = 50_000
"""Rows in a piece that is read one by one, at most, and in a batch of Parquet."""

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Block:
    """Whole lines of a CSV file without quotation marks.

    Attributes:
        name: of the file, for messages.
        before: rows of the file that come before it, the header among them.
        text: the lines, UTF-8.
    """

    name: str
    before: int
    text: bytes

    def columns(self, header: Sequence[str]) -> tuple[Sequence[int], Sequence[Column]]:
        """Row numbers, and a column of texts for each name of the header.

        Raises:
            DataError: when it is no CSV, or a row has more or fewer cells; names the row.
        """
        quick = _quickly(self.text, header)
        if quick is not None:
            return range(self.before + 1, self.before + 1 + len(quick[0])), quick
        numbered = ((at + self.before, row) for at, row in rows_of(self.text, self.name))
        return _columns(self.name, header, list(numbered))


@dataclass(frozen=True)
class Rows:
    """Rows of a CSV file that were read one by one, each with its number."""

    name: str
    numbered: list[tuple[int, list[str]]]

    def columns(self, header: Sequence[str]) -> tuple[Sequence[int], Sequence[Column]]:
        """Row numbers, and a column of texts for each name of the header; raises as a `Block`."""
        return _columns(self.name, header, self.numbered)


@dataclass(frozen=True)
class Batch:
    """Rows of a Parquet file.

    Attributes:
        before: rows that come before it; the first row of data is row 1.
        found: of each column, in the order of the header.
    """

    before: int
    found: Sequence[Column]

    def columns(self, header: Sequence[str]) -> tuple[Sequence[int], Sequence[Column]]:
        """Row numbers and columns."""
        count = len(self.found[0]) if self.found else 0
        return range(self.before + 1, self.before + count + 1), self.found


@dataclass(frozen=True)
class Texts:
    """A column in which each text stands once: `texts[place]` are the cells, shape (n,)."""

    texts: list[str]
    places: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.places)


Column = Sequence[str] | Texts
Piece = Block | Rows | Batch


@dataclass(frozen=True)
class AnswerFile:
    """A file of answers: its header, and its rows in pieces.

    Attributes:
        path: CSV, gzipped when its name ends in `.gz`, or Parquet when it ends in `.parquet`.
        header: names of the columns, all different.
        content: of what can be read once only, such as a pipe, packed as it came; None of a file.
    """

    path: Path
    header: tuple[str, ...]
    content: bytes | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[type[AnswerFile], tuple[Path, tuple[str, ...]]]:
        # Whoever is sent a piece needs the names of the columns, and nothing of the other rows.
        return AnswerFile, (self.path, self.header)

    @classmethod
    def opened(cls, path: Path) -> AnswerFile:
        """The file with its header.

        Raises:
            DataError: when it is missing, empty or no such file, or a name stands twice.
        """
        if path.suffix == ".parquet":
            with _reading(path):
                names = list(_parquet(path).schema_arrow.names)
            return cls(path, tuple(header_of(path, iter([(1, names)]))))
        content = _read_once(path)
        return cls(path, tuple(header_of(path, rows(path, content))), content)

    def pieces(self) -> Iterator[Piece]:
        """All rows below the header, in their order.

        Raises:
            DataError: when the file cannot be read.
        """
        if self.path.suffix == ".parquet":
            yield from self._batches()
            return
        before = yield from self._blocks()
        if before is None:
            return
        # The rest: rows that a quotation mark may carry over the end of a line.
        numbered = rows(self.path, self.content)
        first, head = next(numbered, (1, []))
        if tuple(head) != self.header:
            raise DataError(f"{self.path}: the file changed while it was read; read it again.")
        for chunk in _chunks(one for one in numbered if one[0] > max(before, first)):
            yield Rows(str(self.path), chunk)

    def _blocks(self) -> Generator[Block, None, int | None]:
        """Blocks up to the first quotation mark; returns how many rows come before it, if any."""
        try:
            with opened(self.path, self.content) as file:
                return (yield from self._cut(file))
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(f"{self.path}: the file cannot be read ({reason}).") from error

    def _cut(self, file: BinaryIO) -> Generator[Block, None, int | None]:
        first = file.readline(LONGEST_ROW + 1).removeprefix(_MARK)
        if not self._is_header(first):
            return 0
        before = 1
        while text := file.read(BLOCK):
            last = file.readline(LONGEST_ROW + 1)
            text += last
            # Of a line that is longer, a packed file may hold more than the memory does.
            if len(last) > LONGEST_ROW or text.startswith(_MARK) or not _is_plain(text):
                return before
            yield Block(str(self.path), before, text)
            before += text.count(b"\n")
        return None

    def _is_header(self, line: bytes) -> bool:
        """Whether the whole header is in the first line, whatever is in quotation marks there."""
        try:
            return line.count(b"\r") == line.count(b"\r\n") and [
                row for _, row in rows_of(line, str(self.path))
            ] == [list(self.header)]
        except DataError:
            return False

    def _batches(self) -> Iterator[Batch]:
        before = 0
        with _reading(self.path):
            for batch in _parquet(self.path).iter_batches(CHUNK):
                yield Batch(before, list(_texts(self.path, self.header, batch.columns)))
                before += batch.num_rows


def _quickly(text: bytes, header: Sequence[str]) -> Sequence[Texts] | None:
    """The columns of a block, read by Arrow; None where it is not there, or the text is odd.

    Whatever it refuses is read again row by row, which says what is wrong with it. It passes over
    empty lines, so where there are any it could not tell the numbers of rows.
    """
    try:
        from pyarrow import ArrowException, csv, dictionary, int32, string
    except ImportError:
        return None
    if text[:1] in b"\r\n" or b"\n\n" in text or b"\n\r" in text or _has_long_line(text):
        return None
    texts = dictionary(int32(), string())
    try:
        found = csv.read_csv(
            BytesIO(text),
            csv.ReadOptions(use_threads=False, column_names=list(header), block_size=len(text) + 1),
            csv.ParseOptions(quote_char=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(header, texts), strings_can_be_null=False
            ),
        )
    except ArrowException:
        return None
    return [_cells(column.combine_chunks()) for column in found.columns]


def _has_long_line(text: bytes) -> bool:
    """Whether a line is so long that a cell of it may be longer than Python's reader allows."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return bool(np.diff(ends, prepend=-1, append=len(text)).max() > field_size_limit())


def _cells(column: Any) -> Texts:
    if not hasattr(column, "dictionary"):
        column = column.chunk(0)
    return Texts(column.dictionary.to_pylist(), np.asarray(column.indices, np.intp))


def _is_plain(text: bytes) -> bool:
    """Whether every line is a row: no quotation marks, and no end of line but ours."""
    return b'"' not in text and text.count(b"\r") == text.count(b"\r\n")


def _chunks(
    numbered: Iterable[tuple[int, list[str]]],
) -> Iterator[list[tuple[int, list[str]]]]:
    """Rows, so many at a time that their number and their text are bounded."""
    chunk, size = list[tuple[int, list[str]]](), 0
    for one in numbered:
        chunk.append(one)
        size += sum(map(len, one[1]))
        if len(chunk) >= CHUNK or size >= BLOCK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _read_once(path: Path) -> bytes | None:
    """All that comes out of a pipe, which nobody can read again; None of a file, or of nothing."""
    if path.is_file() or not path.exists() or path.is_dir():
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read ({error.strerror}).") from error


def _columns(
    name: str, header: Sequence[str], numbered: list[tuple[int, list[str]]]
) -> tuple[Sequence[int], Sequence[Column]]:
    for number, row in numbered:
        if len(row) != len(header):
            raise DataError(
                f"{name}, row {number}: there are {len(row)} cells under {len(header)} columns."
            )
    columns: list[Column] = list(zip(*(row for _, row in numbered), strict=True))
    return [number for number, _ in numbered], columns or [()] * len(header)


def _parquet(path: Path) -> Any:
    try:
        from pyarrow import parquet
    except ImportError:
        raise DataError(
            f"{path}: reading Parquet needs pyarrow: install candour[scale], or save it as CSV."
        ) from None
    return parquet.ParquetFile(path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say in one sentence what makes a Parquet file unreadable."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path}: the file cannot be read ({error.strerror}).") from error
    except (ValueError, NotImplementedError, OSError) as error:  # Arrow's are some of these
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path}: this Parquet file cannot be read ({cut(reason)}).") from error


def _texts(path: Path, header: Sequence[str], columns: Iterable[Any]) -> Iterator[Texts]:
    """The cells as CSV would hold them: missing ones are empty, whole numbers have no point."""
    import pyarrow as arrow

    for name, column in zip(header, columns, strict=True):
        if not arrow.types.is_dictionary(column.type):
            column = column.dictionary_encode()  # noqa: PLW2901
        texts = [_text(path, name, one) for one in column.dictionary.to_pylist()]
        places = np.asarray(column.indices.cast(arrow.int64()).fill_null(len(texts)), np.intp)
        yield Texts([*texts, ""], places)


def _text(path: Path, name: str, value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # Programs store whole numbers with gaps as floats; a gap is NaN there.
        return "" if isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    raise DataError(
        f"{path}, column {name}: {type(value).__name__} cannot be an answer; save texts or numbers."
    )
