"""The tables of a Release as CSV: one description serves writing, reading, exports and metadata.

The columns are taken from the row classes, so a file cannot say anything else than its rows. CSV is
UTF-8 with LF line ends; an absent value is an empty cell; a text that a spreadsheet would run as a
formula starts with an apostrophe, which reading takes away again.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from analysis.csv_rows import guarded, unguarded
from analysis.errors import ReleaseError
from analysis.release.model import Release
from analysis.release.rows import (
    BenchmarkRow,
    ChangeRow,
    ComparisonRow,
    ConcernRow,
    DistributionRow,
    DriverRow,
    EstimateRow,
    GroupRow,
    LadderRow,
    MeasureRow,
    ProcedureRow,
    ReliabilityRow,
    RepresentativenessRow,
    SlopeRow,
    StandardisedRow,
    TrendRow,
)

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class CategoryRow:
    """One valid answer category of an item: `MeasureRow.categories` as a table of its own."""

    item: str
    category: str
    label: str
    reading: str


@dataclass(frozen=True)
class Column:
    """A column of a published table.

    Attributes:
        name: its heading.
        kind: the Python type of its cells.
        optional: whether a cell may be empty.
        choices: the only texts that may stand in it; empty when any may.
    """

    name: str
    kind: type
    optional: bool
    choices: tuple[str, ...] = ()


ROWS: Mapping[str, type] = MappingProxyType(
    {
        "measures": MeasureRow,
        "categories": CategoryRow,
        "groups": GroupRow,
        "estimates": EstimateRow,
        "distributions": DistributionRow,
        "comparisons": ComparisonRow,
        "standardised": StandardisedRow,
        "concerns": ConcernRow,
        "trends": TrendRow,
        "slopes": SlopeRow,
        "benchmarks": BenchmarkRow,
        "ladders": LadderRow,
        "changes": ChangeRow,
        "procedures": ProcedureRow,
        "representativeness": RepresentativenessRow,
        "reliability": ReliabilityRow,
        "drivers": DriverRow,
    }
)
"""Table name -> class of its rows, in the order in which a reader would want them."""

_OWNER = {"group": "group", "ladder": "asked"}
"""First column of a table -> the column that names the group of a row, or on whose behalf it is."""

_NESTED = {"values", "categories"}
_IDS = tuple[str, ...]
"""Ids in one cell, a space between them: no id holds one."""


@cache
def _hints(row: type) -> Mapping[str, Any]:
    """What the fields of a row hold: working it out takes longer than reading a table."""
    return get_type_hints(row)


def columns(name: str, breakdowns: Sequence[str]) -> tuple[Column, ...]:
    """The columns of table `name`; `breakdowns` are the ids that give groups their columns."""
    row = ROWS[name]
    hints = _hints(row)
    found: list[Column] = []
    for field in fields(row):
        if field.name == "values":
            taken = {other.name for other in fields(row)}
            # A breakdown may be called what another column is called; two headings may not agree.
            names = [f"{b}_value" if b in taken else b for b in breakdowns]
            found += [Column(heading, str, True) for heading in names]
        elif field.name not in _NESTED:
            found.append(_column(field.name, hints[field.name]))
    return tuple(found)


def records(
    release: Release, name: str, groups: Collection[str] | None = None
) -> list[tuple[Cell, ...]]:
    """The rows of table `name` as plain cells, in the order of `columns`.

    Args:
        release: what was published.
        name: one of `ROWS`.
        groups: ids of the only groups whose rows are wanted; None for all. Tables whose rows are
            not of a group are given whole.
    """
    if name == "measures":
        plain = [field.name for field in fields(MeasureRow) if field.name not in _NESTED]
        return [tuple(getattr(row, key) for key in plain) for row in release.measures]
    if name == "categories":
        return [
            (row.measure, code, label, reading)
            for row in release.measures
            for code, label, reading in row.categories
        ]
    found = getattr(release, name)
    owner = _OWNER.get(next(iter(_hints(ROWS[name]))))
    if groups is not None and owner is not None:
        found = [row for row in found if getattr(row, owner) in groups]
    if name == "groups":
        return [_group_record(row) for row in found]
    cells = map(attrgetter(*_hints(ROWS[name])), found)
    if _lists(name):
        return [tuple(map(_plain, record)) for record in cells]
    return list(cells)


def rows(name: str, cells: Iterable[tuple[Any, ...]], breakdowns: int) -> tuple[Any, ...]:
    """Rows of table `name` out of `records`; measures come without their categories."""
    if name == "measures":
        return tuple(_measure_row(record) for record in cells)
    if name == "groups":
        return tuple(_group_row(record, breakdowns) for record in cells)
    row, lists = ROWS[name], _lists(name)
    if not lists:
        return tuple(row(*record) for record in cells)
    return tuple(row(*_with_lists(record, lists)) for record in cells)


def with_categories(
    measures: tuple[MeasureRow, ...], categories: tuple[CategoryRow, ...]
) -> tuple[MeasureRow, ...]:
    """Measures with the categories that their own table holds."""
    found: dict[str, list[tuple[str, str, str]]] = {row.measure: [] for row in measures}
    for row in categories:
        if row.item not in found:
            raise ReleaseError(f"categories.csv names item {row.item}, which measures.csv lacks.")
        found[row.item].append((row.category, row.label, row.reading))
    return tuple(replace(row, categories=tuple(found[row.measure])) for row in measures)


def to_csv(headings: tuple[Column, ...], cells: Iterable[tuple[Cell, ...]]) -> bytes:
    """A table as CSV bytes."""
    written = [_texts(column.kind, of) for column, of in zip(headings, zip(*cells))]  # noqa: B905
    heading = ",".join(_quoted(column.name) for column in headings)
    return ("\n".join([heading, *map(",".join, zip(*written))]) + "\n").encode()  # noqa: B905


def from_csv(content: bytes, headings: tuple[Column, ...], file: str) -> list[tuple[Cell, ...]]:
    """Cells of a CSV that `to_csv` wrote.

    Raises:
        ReleaseError: naming file, row and column of the first cell that cannot stand there.
    """
    try:
        reader = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        table = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReleaseError(f"{file} is not a table that Candour wrote: {error}.") from error
    if not table or table[0] != [column.name for column in headings]:
        raise ReleaseError(f"{file} does not have the columns of a Release of this version.")
    for number, row in enumerate(table[1:], start=2):
        if len(row) != len(headings):
            raise ReleaseError(f"{file} row {number} has {len(row)} cells, not {len(headings)}.")
    try:
        return list(zip(*map(_read, zip(*table[1:]), headings)))  # noqa: B905
    except ReleaseError:
        _expect_cells(table, headings, file)
        raise


def _read(texts: tuple[str, ...], column: Column) -> list[Cell]:
    """The cells of a column: the same few texts stand in it again and again."""
    known = {text: _cell(text, column) for text in set(texts)}
    return [known[text] for text in texts]


def _expect_cells(table: list[list[str]], headings: tuple[Column, ...], file: str) -> None:
    """Say where the first cell is that cannot stand there."""
    for number, row in enumerate(table[1:], start=2):
        for text, column in zip(row, headings):  # noqa: B905
            try:
                _cell(text, column)
            except ReleaseError as error:
                raise ReleaseError(f"{file} row {number}: {error}") from error


def _texts(kind: type, cells: tuple[Cell, ...]) -> list[str]:
    """How the cells of a column are written."""
    write = _WRITTEN[kind]
    if kind is str:
        write = {cell: write(cell) for cell in set(cells) if cell is not None}.__getitem__
    return ["" if cell is None else write(cell) for cell in cells]


def _plain(value: Any) -> Cell:
    cell: Cell = " ".join(value) if isinstance(value, tuple) else value
    return cell


@cache
def _lists(name: str) -> tuple[int, ...]:
    """Which fields of a row of table `name` are lists of ids."""
    return tuple(at for at, hint in enumerate(_hints(ROWS[name]).values()) if hint == _IDS)


def _with_lists(record: tuple[Any, ...], lists: Sequence[int]) -> tuple[Any, ...]:
    return tuple(
        tuple((value or "").split()) if at in lists else value for at, value in enumerate(record)
    )


def _column(name: str, hint: Any) -> Column:
    if hint == _IDS:
        return Column(name, str, True)
    options = get_args(hint) if type(None) in get_args(hint) else (hint,)
    optional = type(None) in options
    (kept,) = (option for option in options if option is not type(None))
    if get_origin(kept) is Literal:
        return Column(name, str, optional, tuple(get_args(kept)))
    return Column(name, kept, optional)


def _group_record(row: GroupRow) -> tuple[Cell, ...]:
    shown = (row.base, row.headcount, row.response_rate, row.status)
    return (row.group, row.table, row.label, row.parent, *row.values, *shown)


def _measure_row(record: tuple[Any, ...]) -> MeasureRow:
    measure, kind, label, theme, sensitive, fingerprint, *options = record
    return MeasureRow(measure, kind, label, theme, sensitive, fingerprint, (), *options)


def _group_row(record: tuple[Any, ...], breakdowns: int) -> GroupRow:
    group, table, label, parent, *rest = record
    values, (base, headcount, rate, status) = rest[:breakdowns], rest[breakdowns:]
    chosen = tuple(value or "" for value in values)
    return GroupRow(group, table, label, parent, chosen, base, headcount, rate, status)


# Python 3.11's csv.writer leaves a lone carriage return unquoted, which no reader takes back.
_TO_QUOTE = re.compile('[,"\n\r]')


def _quoted(text: str) -> str:
    if _TO_QUOTE.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: lambda text: _quoted(guarded(text)),
    int: str,
    float: repr,
    bool: lambda flag: "true" if flag else "false",
}


def _cell(text: str, column: Column) -> Cell:
    if column.kind is str:
        if text == "" and column.optional:
            return None
        if column.choices and text not in column.choices:
            raise ReleaseError(f"{column.name} cannot be {text!r}.")
        return unguarded(text)
    if text == "" and column.optional:
        return None
    try:
        return _READ[column.kind](text)
    except (ValueError, KeyError) as error:
        raise ReleaseError(f"{column.name} cannot be {text!r}.") from error


def _finite(text: str) -> float:
    if not math.isfinite(found := float(text)):
        raise ValueError(text)
    return found


_READ: dict[type, Callable[[str], Cell]] = {
    int: int,
    float: _finite,
    bool: lambda text: {"true": True, "false": False}[text],
}
