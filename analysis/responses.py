"""Reading a file of answers of a survey that was run elsewhere, one row per respondent.

Every value must be an answer that the questionnaire knows, or one of its missing codes; anything
else is refused with its row and column, because a guess would move published figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.answer_files import AnswerFile, Column, Piece, Texts
from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.microdata import HEAVIEST, LIGHTEST, Microdata, Positions

MOST_PROBLEMS = 10
"""Dirty values reported at once; reading stops there."""

_WRONG = -2
"""Stands for a text that is no answer."""


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


@dataclass(frozen=True)
class Read:
    """What a piece of a file holds.

    Attributes:
        answers: of its rows; None when something in it is no answer.
        problems: (column, text) -> a sentence on its first place, in the order of the file.
    """

    answers: Microdata | None
    problems: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Decodes pieces of one file; it can be sent to another process.

    Attributes:
        file: with its header.
        codebook: what the answers mean.
        layout: which column holds which answer.
        weight: name of the column that holds each respondent's analysis weight.
    """

    file: AnswerFile
    codebook: Codebook
    layout: Layout
    weight: str | None = None

    @classmethod
    def of(
        cls, file: AnswerFile, codebook: Codebook, layout: Layout, weight: str | None = None
    ) -> Reader:
        """A reader of a file.

        Raises:
            DataError: when it has a column that nobody declared or lacks one.
        """
        reader = cls(file, codebook, layout, weight)
        reader._expect_header()
        return reader

    def read(self, piece: Piece) -> Read:
        """The answers of a piece.

        Raises:
            DataError: when the piece is no table, naming the row.
        """
        numbers, columns = piece.columns(self.file.header)
        by_name = dict(zip(self.file.header, columns, strict=True))
        decoding = _Decoding(self.file.path, numbers)
        found = {
            name: decoding.positions(name, by_name[name], positions)
            for name, positions in self.layout.decoded().items()
        }
        weights = None
        if self.weight is not None:
            weights = decoding.weights(self.weight, by_name[self.weight])
        if decoding.problems:
            return Read(None, decoding.problems)
        items = {column.measure: found[column.name] for column in self.layout.items}
        for ticks in self.layout.ticks:
            items |= _ticked(ticks, found)
        microdata = Microdata(
            n=len(numbers),
            variables={column.measure: found[column.name] for column in self.layout.variables},
            items=items,
            weights=weights,
        )
        microdata.check(self.codebook)
        return Read(microdata)

    def expect_answers(self, found: int, problems: Mapping[tuple[str, str], str]) -> None:
        """Refuse a file without answers, or with texts that are none.

        Raises:
            DataError: with the first `MOST_PROBLEMS` of them.
        """
        if problems:
            raise DataError("\n".join([*problems.values()][:MOST_PROBLEMS]))
        if found == 0:
            raise DataError(f"{self.file.path}: there are no answers below the header.")

    def _expect_header(self) -> None:
        path, header = self.file.path, self.file.header
        if self.weight is not None and self.weight not in header:
            raise DataError(
                f"{path}, row 1: the column {self.weight} is missing; it was to hold the weights."
            )
        wanted = {*self.layout.decoded(), *([] if self.weight is None else [self.weight])}
        missing = sorted(wanted - set(header))
        if missing:
            raise DataError(
                f"{path}, row 1: {_listed(missing)} missing; the questionnaire expects "
                "a column for every question (`column` gives it another name)."
            )
        unknown = [
            name for name in header if name not in wanted and name not in self.layout.ignored
        ]
        if unknown:
            raise DataError(
                f"{path}, row 1: {_listed(unknown)} not in the questionnaire; what is to "
                "be left out is named under `ignore_columns`."
            )


def read(path: Path, codebook: Codebook, layout: Layout, weight: str | None = None) -> Microdata:
    """Read a whole file of answers into memory.

    Args:
        path: CSV, gzipped when its name ends in `.gz`, or `.parquet`; any order of rows and
            columns.
        codebook: what the answers mean.
        layout: which column holds which answer.
        weight: name of the column that holds each respondent's analysis weight.

    Raises:
        DataError: columns that nobody declared or that are missing, rows of another length, and
            values that are no answer: each with file, row, column and value.
    """
    reader = Reader.of(AnswerFile.opened(path), codebook, layout, weight)
    parts, problems = list[Microdata](), dict[tuple[str, str], str]()
    for piece in reader.file.pieces():
        found = reader.read(piece)
        for place, sentence in found.problems.items():
            problems.setdefault(place, sentence)
        if found.answers is not None:
            parts.append(found.answers)
        if len(problems) >= MOST_PROBLEMS:
            break
    reader.expect_answers(sum(part.n for part in parts), problems)
    return joined(parts)


def joined(parts: Sequence[Microdata]) -> Microdata:
    """The respondents of all parts, in their order; at least one."""
    first = parts[0]
    weights = [part.weights for part in parts if part.weights is not None]
    return Microdata(
        n=sum(part.n for part in parts),
        variables={
            name: np.concatenate([part.variables[name] for part in parts])
            for name in first.variables
        },
        items={name: np.concatenate([part.items[name] for part in parts]) for name in first.items},
        weights=np.concatenate(weights) if weights else None,
    )


def _ticked(ticks: TickColumns, columns: Mapping[str, Positions]) -> dict[str, Positions]:
    any_ticked = np.logical_or.reduce([columns[name] == 1 for name in ticks.items])
    return {
        item: np.where(any_ticked, columns[name], np.int16(-1)).astype(np.int16)
        for name, item in ticks.items.items()
    }


class _Decoding:
    """Texts of a piece's rows become positions; what is none is noted."""

    def __init__(self, path: Path, numbers: Sequence[int]) -> None:
        self.problems: dict[tuple[str, str], str] = {}
        self._path, self._numbers = path, numbers

    def positions(self, name: str, cells: Column, positions: Mapping[str, int]) -> Positions:
        """The positions of a column's cells, shape (n,); none that is used where one is wrong."""
        if isinstance(cells, Texts):
            table = np.array([positions.get(text, _WRONG) for text in cells.texts], np.int16)
            found = table[cells.places]
            wrong = np.flatnonzero(found == _WRONG)
            self._note_each(
                name, {int(at): cells.texts[cells.places[at]] for at in wrong}, positions
            )
            return found
        try:
            return np.fromiter(map(positions.__getitem__, cells), np.int16, len(cells))
        except KeyError:
            wrong_cells = {at: cell for at, cell in enumerate(cells) if cell not in positions}
            self._note_each(name, wrong_cells, positions)
            return np.empty(0, np.int16)

    def weights(self, name: str, cells: Column) -> npt.NDArray[np.float64]:
        """The weights of a column's cells, shape (n,)."""
        if isinstance(cells, Texts):
            cells = [cells.texts[place] for place in cells.places]
        weights = np.full(len(cells), np.nan)
        for at, cell in enumerate(cells):
            try:
                weights[at] = float(cell)
            except ValueError:
                weights[at] = np.nan
            if not LIGHTEST <= weights[at] <= HEAVIEST:
                self._note(
                    name, cell, at,
                    f"is not a weight; it must be over 0, from {LIGHTEST:g} to {HEAVIEST:,.0f}",
                )  # fmt: skip
        return weights

    def _note_each(self, name: str, wrong: Mapping[int, str], positions: Mapping[str, int]) -> None:
        known = [code for code in positions if code]
        for at, cell in wrong.items():
            self._note(
                name, cell, at,
                f"is not an answer; it can be {_some(known)}. If it stands for no answer, "
                "list it under `missing_codes`",
            )  # fmt: skip

    def _note(self, column: str, value: str, at: int, reason: str) -> None:
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        sentence = f"{self._path}, row {self._numbers[at]}, column {column}: {shown!r} {reason}."
        self.problems.setdefault((column, value), sentence)


def _listed(names: Sequence[str]) -> str:
    plural = "s" if len(names) > 1 else ""
    return f"the column{plural} {_some(names)} {'are' if plural else 'is'}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_PROBLEMS])
    return (
        shown if len(names) <= MOST_PROBLEMS else f"{shown} and {len(names) - MOST_PROBLEMS} more"
    )
