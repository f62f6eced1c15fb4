"""Reading a file of answers of a survey that was run elsewhere: CSV, one row per respondent.

Every value must be an answer that the questionnaire knows, or one of its missing codes; anything
else is refused with its row and column, because a guess would move published figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook
from analysis.csv_rows import header_of, rows
from analysis.errors import DataError
from analysis.microdata import Microdata, Positions

CHUNK = 50_000
"""Rows decoded at once: bounds the memory that texts take, whatever the size of the file."""

MOST_PROBLEMS = 10
"""Dirty values reported at once; reading stops there."""


@dataclass(frozen=True)
class AnswerColumn:
    """A column that holds one answer per row.

    Attributes:
        name: in the header.
        measure: id of the item or variable.
        positions: text of a cell -> position in its categories; -1 for no answer, the empty cell
            included.
    """

    name: str
    measure: str
    positions: Mapping[str, int]


@dataclass(frozen=True)
class TickColumns:
    """The columns of a question with several answers, one per option.

    Attributes:
        items: name in the header -> id of the item; its categories are "no" and "yes", in this
            order. Who ticked none of them gave no answer to any.
        positions: text of a cell -> 1 for ticked, 0 for not ticked, the empty cell included.
    """

    items: Mapping[str, str]
    positions: Mapping[str, int]


@dataclass(frozen=True)
class Layout:
    """What each column of a file of answers means.

    Attributes:
        ignored: columns that are dropped while reading, such as ids of respondents.
    """

    variables: tuple[AnswerColumn, ...]
    items: tuple[AnswerColumn, ...]
    ticks: tuple[TickColumns, ...] = ()
    ignored: frozenset[str] = frozenset()

    def decoded(self) -> dict[str, Mapping[str, int]]:
        """Every column that is read: name -> what its texts mean."""
        columns = {column.name: column.positions for column in (*self.variables, *self.items)}
        for ticks in self.ticks:
            columns.update(dict.fromkeys(ticks.items, ticks.positions))
        return columns


def read(path: Path, codebook: Codebook, layout: Layout, weight: str | None = None) -> Microdata:
    """Read a file of answers.

    Args:
        path: CSV, gzipped when its name ends in `.gz`; any order of rows and columns.
        codebook: what the answers mean.
        layout: which column holds which answer.
        weight: name of the column that holds each respondent's analysis weight.

    Raises:
        DataError: columns that nobody declared or that are missing, rows of another length, and
            values that are no answer: each with file, row, column and value.
    """
    reading = _Reading(path, layout.decoded(), weight)
    reading.read(layout.ignored)
    columns = {name: reading.column(name) for name in layout.decoded()}
    items = {column.measure: columns[column.name] for column in layout.items}
    for ticks in layout.ticks:
        items |= _ticked(ticks, columns)
    microdata = Microdata(
        n=reading.n,
        variables={column.measure: columns[column.name] for column in layout.variables},
        items=items,
        weights=reading.weights(),
    )
    microdata.check(codebook)
    return microdata


def _ticked(ticks: TickColumns, columns: Mapping[str, Positions]) -> dict[str, Positions]:
    any_ticked = np.logical_or.reduce([columns[name] == 1 for name in ticks.items])
    return {
        item: np.where(any_ticked, columns[name], np.int16(-1)).astype(np.int16)
        for name, item in ticks.items.items()
    }


class _Reading:
    """One pass over a file, chunk by chunk."""

    def __init__(
        self, path: Path, decoded: Mapping[str, Mapping[str, int]], weight: str | None
    ) -> None:
        self.n = 0
        self._path = path
        self._decoded = decoded
        self._weight = weight
        self._parts: dict[str, list[Positions]] = {name: [] for name in decoded}
        self._weights: list[npt.NDArray[np.float64]] = []
        self._problems: dict[tuple[str, str], str] = {}

    def read(self, ignored: frozenset[str]) -> None:
        """Read the file to its end, or to the chunk with too many problems."""
        numbered = rows(self._path)
        header = header_of(self._path, numbered)
        self._check_header(header, ignored)
        for numbers, cells in self._chunks(header, numbered):
            by_name = dict(zip(header, cells, strict=True))
            for name, positions in self._decoded.items():
                self._decode(name, by_name[name], positions, numbers)
            if self._weight is not None:
                self._weigh(by_name[self._weight], numbers)
            self.n += len(numbers)
            if len(self._problems) >= MOST_PROBLEMS:
                break
        if self._problems:
            raise DataError("\n".join([*self._problems.values()][:MOST_PROBLEMS]))
        if self.n == 0:
            raise DataError(f"{self._path}: there are no answers below the header.")

    def column(self, name: str) -> Positions:
        """The positions of one column, shape (n,)."""
        return np.concatenate(self._parts[name])

    def weights(self) -> npt.NDArray[np.float64] | None:
        """The weights, shape (n,); None when the file is unweighted."""
        return None if self._weight is None else np.concatenate(self._weights)

    def _check_header(self, header: Sequence[str], ignored: frozenset[str]) -> None:
        if self._weight is not None and self._weight not in header:
            raise DataError(
                f"{self._path}, row 1: the column {self._weight} is missing; it was to hold the "
                "weights."
            )
        wanted = {*self._decoded, *([] if self._weight is None else [self._weight])}
        missing = sorted(wanted - set(header))
        if missing:
            raise DataError(
                f"{self._path}, row 1: {_listed(missing)} missing; the questionnaire expects "
                "a column for every question (`column` gives it another name)."
            )
        unknown = [name for name in header if name not in wanted and name not in ignored]
        if unknown:
            raise DataError(
                f"{self._path}, row 1: {_listed(unknown)} not in the questionnaire; what is to "
                "be left out is named under `ignore_columns`."
            )

    def _chunks(
        self, header: Sequence[str], numbered: Iterator[tuple[int, list[str]]]
    ) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        while chunk := list(islice(numbered, CHUNK)):
            numbers = [number for number, _ in chunk]
            for number, row in chunk:
                if len(row) != len(header):
                    raise DataError(
                        f"{self._path}, row {number}: there are {len(row)} cells under "
                        f"{len(header)} columns."
                    )
            yield numbers, list(zip(*(row for _, row in chunk), strict=True))

    def _decode(
        self, name: str, cells: Sequence[str], positions: Mapping[str, int], numbers: list[int]
    ) -> None:
        try:
            decoded = map(positions.__getitem__, cells)
            self._parts[name].append(np.fromiter(decoded, np.int16, len(cells)))
        except KeyError:
            known = [code for code in positions if code]
            for number, cell in zip(numbers, cells, strict=True):
                if cell not in positions:
                    self._note(
                        name, cell, number,
                        f"is not an answer; it can be {_some(known)}. If it stands for no answer, "
                        "list it under `missing_codes`",
                    )  # fmt: skip

    def _weigh(self, cells: Sequence[str], numbers: list[int]) -> None:
        weights = np.full(len(cells), np.nan)
        for position, (number, cell) in enumerate(zip(numbers, cells, strict=True)):
            try:
                weights[position] = float(cell)
            except ValueError:
                weights[position] = np.nan
            if not 0 < weights[position] < np.inf:
                self._note(str(self._weight), cell, number, "is not a weight; it must be over 0")
        self._weights.append(weights)

    def _note(self, column: str, value: str, row: int, reason: str) -> None:
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        sentence = f"{self._path}, row {row}, column {column}: {shown!r} {reason}."
        self._problems.setdefault((column, value), sentence)


def _listed(names: Sequence[str]) -> str:
    plural = "s" if len(names) > 1 else ""
    return f"the column{plural} {_some(names)} {'are' if plural else 'is'}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_PROBLEMS])
    return (
        shown if len(names) <= MOST_PROBLEMS else f"{shown} and {len(names) - MOST_PROBLEMS} more"
    )
